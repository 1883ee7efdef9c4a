/*
 * Mounting tmpfs: options, limits, statfs, and taking it apart.
 */
#include <fs/tmpfs.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/dentry.h>

#include "tmpfs.h"

#define SIZE_PERCENT_DEFAULT 50

static u64 default_limit(void)
{
    return frames_total_count() * SIZE_PERCENT_DEFAULT / 100;
}

/* size=: bytes with a suffix, or a percentage of memory. */
static int parse_pages(const char *value, u64 *pages)
{
    const char *cursor = value;
    u64 size;
    int err;

    err = parse_u64_prefix(&cursor, 10, &size);
    if (err == 0 && string_is_equal(cursor, "%")) {
        *pages = size > 100000 ? ~0ull : frames_total_count() * size / 100;
        return 0;
    }
    err = parse_size(value, &size);
    if (err != 0)
        return -EINVAL;
    *pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
    return 0;
}

int tmpfs_parse_mode(const char *value, u32 *mode)
{
    int err = parse_u32(value, 8, mode);

    *mode &= 07777;
    return err;
}

static int option_apply(void *argument, const char *name, const char *value)
{
    struct tmpfs_options *options = argument;
    u64 number;

    if (string_is_equal(name, "inode64"))
        return value == NULL ? 0 : -EINVAL;
    if (value == NULL)
        return -EINVAL;
    if (string_is_equal(name, "size"))
        return parse_pages(value, &options->max_pages);
    if (string_is_equal(name, "mode"))
        return tmpfs_parse_mode(value, &options->mode);
    if (string_is_equal(name, "uid"))
        return parse_u32(value, 10, &options->uid);
    if (string_is_equal(name, "gid"))
        return parse_u32(value, 10, &options->gid);
    if (string_is_equal(name, "huge"))
        return string_is_equal(value, "never") ? 0 : -EINVAL;
    if (parse_size(value, &number) != 0)
        return -EINVAL;
    if (string_is_equal(name, "nr_blocks"))
        options->max_pages = number;
    else if (string_is_equal(name, "nr_inodes"))
        options->max_inodes = number;
    else
        return -EINVAL;
    return 0;
}

static int tmpfs_statfs(struct filesystem *filesystem, struct statfs *statfs)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    u64 max_pages = READ_ONCE(tmpfs->max_pages);
    u64 max_inodes = READ_ONCE(tmpfs->max_inodes);
    u64 used_pages = READ_ONCE(tmpfs->used_pages);
    u64 used_inodes = READ_ONCE(tmpfs->used_inodes);

    statfs->f_blocks = max_pages;
    statfs->f_bfree = max_pages > used_pages ? max_pages - used_pages : 0;
    statfs->f_bavail = statfs->f_bfree;
    statfs->f_files = max_inodes;
    statfs->f_ffree = max_inodes > used_inodes ? max_inodes - used_inodes : 0;
    return 0;
}

static int tmpfs_remount(struct filesystem *filesystem, const struct mount_request *request)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    struct tmpfs_options options = {.max_pages = tmpfs->max_pages, .max_inodes = tmpfs->max_inodes};
    int err = mount_options_parse(request->options, option_apply, &options);

    if (err != 0)
        return err;
    if ((options.max_pages != 0 && options.max_pages < READ_ONCE(tmpfs->used_pages)) ||
        (options.max_inodes != 0 && options.max_inodes < READ_ONCE(tmpfs->used_inodes)))
        return -EINVAL;
    if ((tmpfs->max_pages == 0 && options.max_pages != 0) ||
        (tmpfs->max_inodes == 0 && options.max_inodes != 0))
        return -EINVAL; /* usage was not limited before: it cannot be now */
    WRITE_ONCE(tmpfs->max_pages, options.max_pages);
    WRITE_ONCE(tmpfs->max_inodes, options.max_inodes);
    return 0;
}

static size_t tmpfs_describe_options(struct filesystem *filesystem, char *buffer, size_t size)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    size_t len = 0;

    if (tmpfs->max_pages != default_limit())
        len += scnprintf(buffer + len, size - len, ",size=%luk",
                         tmpfs->max_pages * (PAGE_SIZE / 1024));
    if (tmpfs->max_inodes != default_limit())
        len += scnprintf(buffer + len, size - len, ",nr_inodes=%lu", tmpfs->max_inodes);
    if (tmpfs->mode != 01777)
        len += scnprintf(buffer + len, size - len, ",mode=%03o", tmpfs->mode);
    if (tmpfs->uid != 0)
        len += scnprintf(buffer + len, size - len, ",uid=%u", tmpfs->uid);
    if (tmpfs->gid != 0)
        len += scnprintf(buffer + len, size - len, ",gid=%u", tmpfs->gid);
    len += scnprintf(buffer + len, size - len, ",inode64");
    return len;
}

/* Empty a directory whose filesystem dies; subdirectories join the list instead of the stack. */
static void directory_doom(struct inode *inode, struct list_head *doomed)
{
    struct tmpfs_entry *entry;

    while ((entry = tmpfs_entry_at(inode, 0)) != NULL) {
        struct inode *child = entry->inode;

        tmpfs_entry_remove(inode, entry);
        if (inode_is_directory(child)) {
            struct tmpfs_directory *directory = child->private;

            directory->parent = child; /* finds the inode again; ".." is never asked for now */
            list_add_tail(&directory->doomed, doomed);
        } else {
            inode_put(child);
        }
    }
}

void tmpfs_destroy(struct filesystem *filesystem)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    struct list_head doomed;

    list_init(&doomed);
    directory_doom(tmpfs->root, &doomed);
    inode_put(tmpfs->root);
    while (!list_is_empty(&doomed)) {
        struct tmpfs_directory *directory =
            list_first_entry(&doomed, struct tmpfs_directory, doomed);
        struct inode *inode = directory->parent;

        list_remove(&directory->doomed);
        directory_doom(inode, &doomed);
        inode_put(inode);
    }
    kfree(tmpfs);
}

static const struct filesystem_ops tmpfs_ops = {
    .statfs = tmpfs_statfs,
    .remount = tmpfs_remount,
    .describe_options = tmpfs_describe_options,
    .find = tmpfs_find,
    .destroy = tmpfs_destroy,
};

/* The root directory, and its dentry. */
static int tmpfs_make_root(struct tmpfs *tmpfs)
{
    struct inode_template template = {
        .mode = S_IFDIR | tmpfs->mode, .uid = tmpfs->uid, .gid = tmpfs->gid};
    struct inode *inode = tmpfs_inode_create(tmpfs, &template, NULL);

    if (IS_ERR(inode))
        return PTR_ERR(inode);
    tmpfs->root = inode;
    tmpfs->filesystem.root = dentry_create_root(&tmpfs->filesystem, inode_get(inode));
    if (tmpfs->filesystem.root == NULL) {
        inode_put(inode);
        return -ENOMEM;
    }
    return 0;
}

int tmpfs_mount_kind(struct filesystem_type *type, const struct mount_request *request,
                     const struct tmpfs_options *options, const struct tmpfs_kind *kind,
                     struct filesystem **out)
{
    struct tmpfs *tmpfs = kzalloc(sizeof(*tmpfs), ALLOC_WAIT);
    int err;

    if (tmpfs == NULL)
        return -ENOMEM;
    filesystem_init(&tmpfs->filesystem, type, kind->ops, kind->magic);
    tmpfs->filesystem.flags |= kind->flags;
    tmpfs->max_pages = options->max_pages;
    tmpfs->max_inodes = options->max_inodes;
    tmpfs->mode = options->mode;
    tmpfs->uid = options->uid;
    tmpfs->gid = options->gid;
    tmpfs->files = kind->files;
    tmpfs->allocates = kind->allocates;
    if (request->flags & MS_RDONLY)
        tmpfs->filesystem.flags |= FILESYSTEM_READ_ONLY;
    err = tmpfs_make_root(tmpfs);
    if (err != 0) {
        kfree(tmpfs);
        return err;
    }
    *out = &tmpfs->filesystem;
    return 0;
}

int tmpfs_mount(struct filesystem_type *type, const struct mount_request *request,
                struct filesystem **out)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct tmpfs_options options = {.max_pages = default_limit(),
                                    .max_inodes = default_limit(),
                                    .mode = 01777,
                                    .uid = credentials->fsuid,
                                    .gid = credentials->fsgid};
    struct tmpfs_kind kind = {
        .ops = &tmpfs_ops, .magic = TMPFS_MAGIC, .flags = FILESYSTEM_ATTRIBUTES, .allocates = true};
    int err = mount_options_parse(request->options, option_apply, &options);

    return err != 0 ? err : tmpfs_mount_kind(type, request, &options, &kind, out);
}

static struct filesystem_type tmpfs_type = {.name = "tmpfs", .mount = tmpfs_mount};
static struct filesystem_type rootfs_type = {
    .name = "rootfs", .is_internal = true, .mount = tmpfs_mount};

void tmpfs_init(void)
{
    filesystem_register(&tmpfs_type);
    filesystem_register(&rootfs_type);
    ramfs_init();
}
