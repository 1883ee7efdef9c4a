/*
 * File system types, and the part of a filesystem that is the same for all.
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/vfs.h>
#include "mount_tree.h"
#include "watch.h"

static struct list_head types = LIST_INIT(types); /* (mount_mutex) */
static u32 next_device = 1;                       /* (a) minor number of the next filesystem */

void filesystem_register(struct filesystem_type *type)
{
    mutex_lock(&mount_mutex);
    list_add_tail(&type->link, &types);
    mutex_unlock(&mount_mutex);
}

struct filesystem_type *filesystem_type_find(const char *name)
{
    struct filesystem_type *type;

    list_for_each_entry (type, &types, link) {
        if (string_is_equal(type->name, name))
            return type;
    }
    return NULL;
}

void filesystem_type_for_each(void (*visit)(const struct filesystem_type *type, void *argument),
                              void *argument)
{
    struct filesystem_type *type;

    mutex_lock(&mount_mutex);
    list_for_each_entry (type, &types, link) {
        if (!type->is_internal)
            visit(type, argument);
    }
    mutex_unlock(&mount_mutex);
}

int mount_options_parse(const char *text,
                        int (*apply)(void *options, const char *name, const char *value),
                        void *options)
{
    char *copy, *cursor, *word;
    int err = 0;

    if (text == NULL || *text == '\0')
        return 0;
    copy = cursor = kstrdup(text, ALLOC_WAIT);
    if (copy == NULL)
        return -ENOMEM;
    while (err == 0 && (word = strsep(&cursor, ",")) != NULL) {
        char *value = strchr(word, '=');

        if (*word == '\0')
            continue;
        if (value != NULL)
            *value++ = '\0';
        err = apply(options, word, value) != 0 ? -EINVAL : 0;
    }
    kfree(copy);
    return err;
}

void filesystem_init(struct filesystem *filesystem, struct filesystem_type *type,
                     const struct filesystem_ops *ops, u32 magic)
{
    *filesystem = (struct filesystem){
        .ops = ops,
        .type = type,
        .device = device_make(0, fetch_add(&next_device, 1)),
        .magic = magic,
        .block_size = PAGE_SIZE,
        .next_inode = 1,
    };
    refcount_init(&filesystem->references, 1);
}

struct filesystem *filesystem_get(struct filesystem *filesystem)
{
    refcount_get(&filesystem->references);
    return filesystem;
}

void filesystem_put(struct filesystem *filesystem)
{
    if (!refcount_put_and_test(&filesystem->references))
        return;
    if (filesystem->ops->sync != NULL)
        (void)filesystem->ops->sync(filesystem);
    notify_unmounted(filesystem);
    dentry_evict_filesystem(filesystem);
    if (filesystem->root != NULL)
        dentry_put(filesystem->root);
    filesystem->ops->destroy(filesystem);
}

u64 filesystem_new_inode_number(struct filesystem *filesystem)
{
    return fetch_add(&filesystem->next_inode, 1);
}
