/*
 * Lists of files that want SIGIO. A member is a small piece of memory of its own, since few files
 * ever ask and a file that is open for reading and writing is told of both.
 */
#include <vfs/async.h>

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <vfs/file.h>

struct async_member {
    struct list_head link; /* (lock) */
    struct file *file;     /* (I) not referenced: release takes it off */
};

void async_list_init(struct async_list *list)
{
    spin_lock_init(&list->lock, LOCK_RANK_FILE);
    list_init(&list->members);
}

static struct async_member *find_locked(struct async_list *list, const struct file *file)
{
    struct async_member *member;

    ASSERT_HELD(&list->lock);
    list_for_each_entry (member, &list->members, link)
        if (member->file == file)
            return member;
    return NULL;
}

static int add(struct async_list *list, struct file *file)
{
    struct async_member *member = kmalloc(sizeof(*member), ALLOC_WAIT);

    if (member == NULL)
        return -ENOMEM;
    member->file = file;
    spin_lock(&list->lock);
    if (find_locked(list, file) == NULL) {
        list_add_tail(&member->link, &list->members);
        member = NULL;
    }
    spin_unlock(&list->lock);
    kfree(member);
    return 0;
}

void async_list_forget(struct async_list *list, struct file *file)
{
    struct async_member *member;

    if (async_list_is_empty(list))
        return;
    spin_lock(&list->lock);
    member = find_locked(list, file);
    if (member != NULL)
        list_remove(&member->link);
    spin_unlock(&list->lock);
    kfree(member);
}

int async_list_set(struct async_list *list, struct file *file, bool on)
{
    if (on)
        return add(list, file);
    async_list_forget(list, file);
    return 0;
}

void async_list_notify(struct async_list *list, u32 mode, unsigned events)
{
    struct async_member *member;

    spin_lock(&list->lock);
    list_for_each_entry (member, &list->members, link)
        if (member->file->mode & mode)
            file_notify_owner(member->file, events);
    spin_unlock(&list->lock);
}
