/*
 * Inodes: storage, references, times, and writers against executors.
 *
 * The storage belongs to inode.object: areas may hold the object longer than anyone holds the
 * inode, so the object's release frees it. inode.spin protects times and writers.
 */
#include <vfs/inode.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/slab.h>
#include <lib/atomic.h>
#include <time/time.h>
#include <vfs/lock.h>
#include <vfs/mount.h>
#include <vfs/xattr.h>
#include "inode_cache.h"

static struct kmem_cache *inode_slab;

void inode_cache_init(void)
{
    inode_slab = kmem_cache_create("inode", sizeof(struct inode), 64, NULL);
    ASSERT(inode_slab != NULL);
}

u64 inode_count(void)
{
    struct kmem_cache_statistics statistics;

    kmem_cache_statistics(inode_slab, &statistics);
    return statistics.objects_active;
}

static const struct vm_object_ops memory_object_ops = {
    .mapped_write = inode_object_written,
    .release = inode_object_release,
};

struct inode *inode_create(struct filesystem *filesystem, const struct inode_ops *ops,
                           const struct file_ops *file_ops, const struct inode_template *template,
                           const struct vm_object_ops *object_ops)
{
    struct inode *inode = kmem_cache_alloc(inode_slab, ALLOC_WAIT | ALLOC_ZERO);
    struct inode_time now = inode_time_now();

    if (inode == NULL)
        return NULL;
    refcount_init(&inode->references, 1);
    inode->ops = ops;
    inode->file_ops = file_ops;
    inode->filesystem = filesystem;
    inode->number = filesystem_new_inode_number(filesystem);
    inode->mode = template->mode;
    inode->uid = template->uid;
    inode->gid = template->gid;
    inode->device = template->device;
    inode->links = 1;
    inode->access_time = inode->modify_time = inode->change_time = inode->birth_time = now;
    mutex_init(&inode->lock);
    list_init(&inode->watches);
    spin_lock_init(&inode->spin, LOCK_RANK_FILE_INNER);
    vm_object_init(&inode->object, object_ops != NULL ? object_ops : &memory_object_ops, inode, 0,
                   object_ops == NULL ? VM_OBJECT_SHMEM | VM_OBJECT_COMMITS_PAGES : 0);
    return inode;
}

struct inode *inode_get(struct inode *inode)
{
    refcount_get(&inode->references);
    return inode;
}

void inode_object_release(struct vm_object *object)
{
    struct inode *inode = container_of(object, struct inode, object);

    kmem_cache_free(inode_slab, inode);
}

void inode_put(struct inode *inode)
{
    if (inode == NULL || !refcount_put_and_test(&inode->references))
        return;
    if (inode->ops->evict != NULL)
        inode->ops->evict(inode);
    lock_set_destroy(inode);
    xattr_destroy(inode);
    vm_object_put(&inode->object);
}

void inode_object_written(struct vm_object *object)
{
    inode_touch_modify(container_of(object, struct inode, object));
}

struct inode_time inode_time_now(void)
{
    s64 now = time_realtime_ns();
    struct inode_time time;

    time.seconds = now / (s64)NS_PER_SECOND;
    time.nanoseconds = (u32)(now % (s64)NS_PER_SECOND);
    return time;
}

void inode_touch_access(struct inode *inode)
{
    struct inode_time now = inode_time_now();

    spin_lock(&inode->spin);
    inode->access_time = now;
    spin_unlock(&inode->spin);
}

void inode_touch_modify(struct inode *inode)
{
    struct inode_time now = inode_time_now();

    spin_lock(&inode->spin);
    inode->modify_time = now;
    inode->change_time = now;
    spin_unlock(&inode->spin);
}

void inode_touch_change(struct inode *inode)
{
    struct inode_time now = inode_time_now();

    spin_lock(&inode->spin);
    inode->change_time = now;
    spin_unlock(&inode->spin);
}

void inode_change_apply(struct inode *inode, const struct inode_change *change)
{
    struct inode_time now = inode_time_now();

    if (change->what & CHANGE_MODE)
        WRITE_ONCE(inode->mode, (inode->mode & S_IFMT) | (change->mode & 07777));
    if (change->what & CHANGE_UID)
        WRITE_ONCE(inode->uid, change->uid);
    if (change->what & CHANGE_GID)
        WRITE_ONCE(inode->gid, change->gid);
    spin_lock(&inode->spin);
    if (change->what & CHANGE_ACCESS_TIME)
        inode->access_time = change->access_time;
    if (change->what & CHANGE_MODIFY_TIME)
        inode->modify_time = change->modify_time;
    inode->change_time = now;
    spin_unlock(&inode->spin);
}

int inode_get_write(struct inode *inode)
{
    int err = 0;

    spin_lock(&inode->spin);
    if (inode->writers < 0)
        err = -ETXTBSY;
    else
        inode->writers++;
    spin_unlock(&inode->spin);
    return err;
}

void inode_put_write(struct inode *inode)
{
    spin_lock(&inode->spin);
    inode->writers--;
    spin_unlock(&inode->spin);
}

int inode_deny_write(struct inode *inode)
{
    int err = 0;

    spin_lock(&inode->spin);
    if (inode->writers > 0)
        err = -ETXTBSY;
    else
        inode->writers--;
    spin_unlock(&inode->spin);
    return err;
}

void inode_allow_write(struct inode *inode)
{
    spin_lock(&inode->spin);
    inode->writers++;
    spin_unlock(&inode->spin);
}
