/*
 * Inodes of tmpfs: making them, their limits, and the contents of regular files and links.
 */
#include "tmpfs.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/regular.h>

int tmpfs_charge_inode(struct tmpfs *tmpfs)
{
    u64 used = fetch_add(&tmpfs->used_inodes, 1);
    u64 limit = READ_ONCE(tmpfs->max_inodes);

    if (limit == 0 || used < limit)
        return 0;
    fetch_sub(&tmpfs->used_inodes, 1);
    return -ENOSPC;
}

void tmpfs_uncharge_inode(struct tmpfs *tmpfs)
{
    fetch_sub(&tmpfs->used_inodes, 1);
}

void tmpfs_forget_inode(struct inode *inode)
{
    if (inode->links == 0)
        fetch_sub(&inode->filesystem->orphans, 1);
}

/* inode.private of a regular file is the number of pages charged for it. */
int tmpfs_recount(struct inode *inode)
{
    struct tmpfs *tmpfs = tmpfs_of(inode);
    u64 *charged = (u64 *)&inode->private;
    u64 pages = READ_ONCE(inode->object.nr_pages);
    s64 change = (s64)(pages - xchg(charged, pages));
    u64 limit = READ_ONCE(tmpfs->max_pages);
    u64 used;

    if (change == 0)
        return 0;
    used = fetch_add(&tmpfs->used_pages, (u64)change) + (u64)change;
    if (change < 0 || limit == 0 || used <= limit)
        return 0;
    fetch_sub(&tmpfs->used_pages, (u64)change);
    fetch_sub(charged, (u64)change);
    return -ENOSPC;
}

static int object_fill(struct vm_object *object, struct page *page, u64 index)
{
    (void)index;
    page_zero(page);
    return tmpfs_recount(object->owner);
}

static int object_charge(struct vm_object *object, struct page *page)
{
    (void)page;
    return tmpfs_recount(object->owner);
}

static void object_truncated(struct vm_object *object, u64 size)
{
    (void)size;
    /* -ENOSPC: for a page that another thread is bringing in, or that two counts at a time have
     * missed. It stays uncharged until the next count. */
    if (tmpfs_recount(object->owner) != 0)
        return;
}

const struct vm_object_ops tmpfs_object_ops = {
    .get_page = object_fill,
    .make_writable = object_charge,
    .mapped_write = inode_object_written,
    .truncated = object_truncated,
    .release = inode_object_release,
};

/* fallocate(2): a punched hole gives its pages back to the limit. */
static int regular_file_allocate(struct file *file, int mode, u64 offset, u64 len)
{
    struct tmpfs *tmpfs = tmpfs_of(file->inode);
    int err, recount;

    if (!tmpfs->allocates)
        return -EOPNOTSUPP;
    err = regular_allocate_within(file, mode, offset, len, READ_ONCE(tmpfs->max_pages));
    recount = tmpfs_recount(file->inode);
    return err != 0 ? err : recount;
}

static int sync_nothing(struct file *file, u64 start, u64 end, bool data_only)
{
    (void)file;
    (void)start;
    (void)end;
    (void)data_only;
    return 0; /* memory is all the store there is */
}

const struct file_ops tmpfs_regular_file_ops = {
    .read = regular_read,
    .write = regular_write,
    .seek = regular_seek,
    .map = regular_map,
    .sync = sync_nothing,
    .allocate = regular_file_allocate,
    .nonblocking_read = true,
};

static ssize_t symlink_read(struct inode *inode, char *buffer, size_t size)
{
    size_t len = min(inode_size(inode), (u64)size);

    memcpy(buffer, inode->private, len);
    return (ssize_t)len;
}

static void symlink_evict(struct inode *inode)
{
    kfree(inode->private);
    tmpfs_forget_inode(inode);
    tmpfs_uncharge_inode(tmpfs_of(inode));
}

const struct inode_ops tmpfs_symlink_ops = {
    .readlink = symlink_read,
    .evict = symlink_evict,
};

void tmpfs_file_evict(struct inode *inode)
{
    struct tmpfs *tmpfs = tmpfs_of(inode);

    fetch_sub(&tmpfs->used_pages, xchg((u64 *)&inode->private, 0));
    tmpfs_forget_inode(inode);
    tmpfs_uncharge_inode(tmpfs);
}

const struct inode_ops tmpfs_file_ops = {
    .evict = tmpfs_file_evict,
};

static int directory_setup(struct inode *inode, struct inode *parent)
{
    struct tmpfs_directory *directory = kzalloc(sizeof(*directory), ALLOC_WAIT);

    if (directory == NULL)
        return -ENOMEM;
    directory->next_cookie = TMPFS_FIRST_COOKIE;
    directory->parent = parent != NULL ? parent : inode;
    list_init(&directory->doomed);
    inode->private = directory;
    inode->links = 2;
    inode->object.size = 2 * TMPFS_ENTRY_SIZE;
    return 0;
}

static int symlink_setup(struct inode *inode, const char *target)
{
    inode->private = kstrdup(target, ALLOC_WAIT);
    if (inode->private == NULL)
        return -ENOMEM;
    inode->object.size = strlen(target);
    return 0;
}

struct inode *tmpfs_inode_create(struct tmpfs *tmpfs, const struct inode_template *template,
                                 struct inode *parent)
{
    bool is_directory = S_ISDIR(template->mode);
    const struct inode_ops *ops = &tmpfs_file_ops;
    const struct file_ops *file_ops = NULL;
    const struct tmpfs_files *files = S_ISREG(template->mode) ? tmpfs->files : NULL;
    struct inode *inode;
    int err = tmpfs->files != NULL && S_ISLNK(template->mode) ? -EINVAL : 0; /* as on Linux */

    if (err == 0)
        err = tmpfs_charge_inode(tmpfs);
    if (err != 0)
        return ERR_PTR(err);
    if (is_directory) {
        ops = &tmpfs_directory_ops;
        file_ops = &tmpfs_directory_file_ops;
    } else if (S_ISLNK(template->mode)) {
        ops = &tmpfs_symlink_ops;
    } else if (files != NULL) {
        ops = files->inode_ops;
        file_ops = files->file_ops;
    } else if (S_ISREG(template->mode)) {
        file_ops = &tmpfs_regular_file_ops;
    }
    inode = inode_create(&tmpfs->filesystem, ops, file_ops, template,
                         files == NULL ? &tmpfs_object_ops : NULL);
    if (inode == NULL) {
        tmpfs_uncharge_inode(tmpfs);
        return ERR_PTR(-ENOMEM);
    }
    if (files != NULL)
        inode->object.flags = files->object_flags;
    else
        inode->object.flags |= VM_OBJECT_SHMEM;
    inode->seals = F_SEAL_SEAL; /* only memfd_create(2) makes files that take seals */
    if (is_directory)
        err = directory_setup(inode, parent);
    else if (S_ISLNK(template->mode))
        err = symlink_setup(inode, template->target);
    if (err != 0) {
        inode_put(inode);
        return ERR_PTR(err);
    }
    return inode;
}
