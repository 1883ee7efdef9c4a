/*
 * Directories of tmpfs: looking up, making, linking, removing, renaming, reading. The directory's
 * inode.lock is held.
 */
#include "tmpfs.h"

#include <abi/dirent.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/regular.h>

static struct tmpfs_directory *directory_of(const struct inode *inode)
{
    return inode->private;
}

static int directory_lookup(struct inode *directory, const struct name *name, struct inode **out)
{
    struct tmpfs_entry *entry = tmpfs_entry_find(directory, name);

    if (entry == NULL)
        return -ENOENT;
    *out = inode_get(entry->inode);
    return 0;
}

static int directory_create(struct inode *directory, const struct name *name,
                            const struct inode_template *template, struct inode **out)
{
    struct inode *inode = tmpfs_inode_create(tmpfs_of(directory), template, directory);
    struct tmpfs_entry *entry;

    if (IS_ERR(inode))
        return PTR_ERR(inode);
    entry = tmpfs_entry_create(name, inode);
    if (entry == NULL) {
        inode_put(inode);
        return -ENOMEM;
    }
    tmpfs_entry_insert(directory, entry);
    if (S_ISDIR(template->mode))
        directory->links++;
    *out = inode_get(inode);
    return 0;
}

static int directory_create_unnamed(struct inode *directory, const struct inode_template *template,
                                    struct inode **out)
{
    struct inode *inode = tmpfs_inode_create(tmpfs_of(directory), template, NULL);

    if (IS_ERR(inode))
        return PTR_ERR(inode);
    inode->links = 0;
    fetch_add(&inode->filesystem->orphans, 1);
    *out = inode;
    return 0;
}

static int directory_link(struct inode *directory, const struct name *name, struct inode *inode)
{
    bool charged = inode->links != 0; /* the first name of an O_TMPFILE costs nothing more */
    struct tmpfs_entry *entry;
    int err = charged ? tmpfs_charge_inode(tmpfs_of(directory)) : 0;

    if (err != 0)
        return err;
    entry = tmpfs_entry_create(name, inode_get(inode));
    if (entry == NULL) {
        inode_put(inode);
        if (charged)
            tmpfs_uncharge_inode(tmpfs_of(directory));
        return -ENOMEM;
    }
    if (inode->links == 0)
        fetch_sub(&inode->filesystem->orphans, 1);
    WRITE_ONCE(inode->links, inode->links + 1);
    inode_touch_change(inode);
    tmpfs_entry_insert(directory, entry);
    fetch_add(&tmpfs_of(directory)->nr_moves, 1);
    return 0;
}

/* Take the name away; @inode's lock is held. A directory loses "." and its parent's link with it.
 */
static void entry_drop(struct inode *directory, struct tmpfs_entry *entry)
{
    struct inode *inode = entry->inode;

    if (inode_is_directory(inode)) {
        WRITE_ONCE(inode->links, 0);
        WRITE_ONCE(directory->links, directory->links - 1);
    } else {
        if (inode->links > 1)
            tmpfs_uncharge_inode(tmpfs_of(inode));
        WRITE_ONCE(inode->links, inode->links - 1);
    }
    if (inode->links == 0)
        fetch_add(&inode->filesystem->orphans, 1);
    inode_touch_change(inode);
    tmpfs_entry_remove(directory, entry);
    inode_put(inode);
}

static int directory_unlink(struct inode *directory, const struct name *name, struct inode *inode)
{
    struct tmpfs_entry *entry = tmpfs_entry_find(directory, name);

    if (entry == NULL || entry->inode != inode)
        return -ENOENT;
    entry_drop(directory, entry);
    return 0;
}

static int directory_rmdir(struct inode *directory, const struct name *name, struct inode *inode)
{
    if (!tmpfs_directory_is_empty(inode))
        return -ENOTEMPTY;
    return directory_unlink(directory, name, inode);
}

/* A directory has a new parent: its ".." and the links of both. */
static void directory_reparent(struct inode *inode, struct inode *from, struct inode *to)
{
    if (!inode_is_directory(inode) || from == to)
        return;
    WRITE_ONCE(from->links, from->links - 1);
    WRITE_ONCE(to->links, to->links + 1);
    directory_of(inode)->parent = to;
}

static int directory_exchange(const struct inode_rename *rename, struct tmpfs_entry *old,
                              struct tmpfs_entry *new)
{
    old->inode = rename->target;
    new->inode = rename->inode;
    directory_reparent(rename->inode, rename->old_directory, rename->new_directory);
    directory_reparent(rename->target, rename->new_directory, rename->old_directory);
    inode_touch_modify(rename->old_directory);
    inode_touch_modify(rename->new_directory);
    inode_touch_change(rename->inode);
    inode_touch_change(rename->target);
    fetch_add(&tmpfs_of(rename->inode)->nr_moves, 1);
    return 0;
}

static int directory_rename(const struct inode_rename *rename)
{
    struct tmpfs_entry *old = tmpfs_entry_find(rename->old_directory, &rename->old_name);
    struct tmpfs_entry *new = tmpfs_entry_find(rename->new_directory, &rename->new_name);
    struct tmpfs_entry *entry;

    if (old == NULL || (new != NULL) != (rename->target != NULL))
        return -ENOENT;
    if (rename->flags & RENAME_EXCHANGE)
        return directory_exchange(rename, old, new);
    if (new != NULL && inode_is_directory(new->inode) && !tmpfs_directory_is_empty(new->inode))
        return -ENOTEMPTY;
    entry = tmpfs_entry_create(&rename->new_name, rename->inode);
    if (entry == NULL)
        return -ENOMEM;
    if (new != NULL)
        entry_drop(rename->new_directory, new);
    tmpfs_entry_remove(rename->old_directory, old); /* its reference passes to the new entry */
    tmpfs_entry_insert(rename->new_directory, entry);
    directory_reparent(rename->inode, rename->old_directory, rename->new_directory);
    inode_touch_change(rename->inode);
    fetch_add(&tmpfs_of(rename->inode)->nr_moves, 1);
    return 0;
}

static void directory_evict(struct inode *inode)
{
    struct tmpfs *tmpfs = tmpfs_of(inode);

    kfree(inode->private);
    tmpfs_forget_inode(inode);
    tmpfs_uncharge_inode(tmpfs);
}

const struct inode_ops tmpfs_directory_ops = {
    .lookup = directory_lookup,
    .create = directory_create,
    .create_unnamed = directory_create_unnamed,
    .link = directory_link,
    .unlink = directory_unlink,
    .rmdir = directory_rmdir,
    .rename = directory_rename,
    .evict = directory_evict,
};

static unsigned type_of(const struct inode *inode)
{
    return (inode->mode & S_IFMT) >> 12; /* DT_* are the type bits of st_mode */
}

static int directory_iterate(struct file *file, struct directory_sink *sink)
{
    struct inode *inode = file->inode;
    struct tmpfs_entry *entry;

    if (sink->position == 0) {
        if (!sink->emit(sink, ".", 1, 1, inode->number, DT_DIR))
            return 0;
        sink->position = 1;
    }
    if (sink->position == 1) {
        if (!sink->emit(sink, "..", 2, TMPFS_FIRST_COOKIE, directory_of(inode)->parent->number,
                        DT_DIR))
            return 0;
        sink->position = TMPFS_FIRST_COOKIE;
    }
    while ((entry = tmpfs_entry_at(inode, sink->position)) != NULL) {
        if (!sink->emit(sink, entry->name, entry->len, entry->cookie + 1, entry->inode->number,
                        type_of(entry->inode)))
            return 0;
        sink->position = entry->cookie + 1;
    }
    return 0;
}

static int directory_sync(struct file *file, u64 start, u64 end, bool data_only)
{
    (void)file;
    (void)start;
    (void)end;
    (void)data_only;
    return 0;
}

const struct file_ops tmpfs_directory_file_ops = {
    .read = directory_read,
    .seek = file_seek_directory,
    .iterate = directory_iterate,
    .sync = directory_sync,
};
