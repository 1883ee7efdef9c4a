/*
 * hugetlbfs: a tmpfs whose regular files are of huge pages that were set aside (vfs/hugetlb.h).
 *
 * Options: pagesize (2M), mode, uid, gid, nr_inodes. Limits of its own on huge pages (size,
 * min_size) there are none: they are refused.
 */
#include <fs/hugetlbfs.h>

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/hugetlb.h>
#include <vfs/context.h>
#include <vfs/hugetlb.h>

#include "tmpfs.h"

static void describe_status(struct inode *inode, struct file_status *status)
{
    (void)inode;
    status->block_size = HUGETLB_SIZE;
}

static const struct inode_ops file_inode_ops = {
    .set_attributes = hugetlb_set_attributes,
    .status = describe_status,
    .evict = tmpfs_file_evict,
};

static const struct tmpfs_files files = {
    .inode_ops = &file_inode_ops,
    .file_ops = &hugetlb_file_ops,
    .object_flags = VM_OBJECT_HUGETLB,
};

/* ---- options ---- */

static int parse_page_size(const char *value)
{
    u64 size;

    return parse_size(value, &size) == 0 && size == HUGETLB_SIZE ? 0 : -EINVAL;
}

static int option_apply(void *argument, const char *name, const char *value)
{
    struct tmpfs_options *options = argument;

    if (value == NULL)
        return -EINVAL;
    if (string_is_equal(name, "pagesize"))
        return parse_page_size(value);
    if (string_is_equal(name, "mode"))
        return tmpfs_parse_mode(value, &options->mode);
    if (string_is_equal(name, "uid"))
        return parse_u32(value, 10, &options->uid);
    if (string_is_equal(name, "gid"))
        return parse_u32(value, 10, &options->gid);
    if (string_is_equal(name, "nr_inodes"))
        return parse_size(value, &options->max_inodes);
    return -EINVAL;
}

static int hugetlbfs_statfs(struct filesystem *filesystem, struct statfs *statfs)
{
    (void)filesystem;
    statfs->f_bsize = statfs->f_frsize = HUGETLB_SIZE;
    return 0;
}

static size_t hugetlbfs_describe_options(struct filesystem *filesystem, char *buffer, size_t size)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    size_t len = 0;

    if (tmpfs->uid != 0)
        len += scnprintf(buffer + len, size - len, ",uid=%u", tmpfs->uid);
    if (tmpfs->gid != 0)
        len += scnprintf(buffer + len, size - len, ",gid=%u", tmpfs->gid);
    if (tmpfs->mode != 0755)
        len += scnprintf(buffer + len, size - len, ",mode=%o", tmpfs->mode);
    if (tmpfs->max_inodes != 0)
        len += scnprintf(buffer + len, size - len, ",nr_inodes=%lu", tmpfs->max_inodes);
    return len + scnprintf(buffer + len, size - len, ",pagesize=2M");
}

static const struct filesystem_ops ops = {
    .statfs = hugetlbfs_statfs,
    .describe_options = hugetlbfs_describe_options,
    .destroy = tmpfs_destroy,
};

static int hugetlbfs_mount(struct filesystem_type *type, const struct mount_request *request,
                           struct filesystem **out)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct tmpfs_options options = {
        .mode = 0755, .uid = credentials->fsuid, .gid = credentials->fsgid};
    struct tmpfs_kind kind = {.ops = &ops, .files = &files, .magic = HUGETLBFS_MAGIC};
    int err = mount_options_parse(request->options, option_apply, &options);

    return err != 0 ? err : tmpfs_mount_kind(type, request, &options, &kind, out);
}

static struct filesystem_type hugetlbfs_type = {.name = "hugetlbfs", .mount = hugetlbfs_mount};

void hugetlbfs_init(void)
{
    filesystem_register(&hugetlbfs_type);
}
