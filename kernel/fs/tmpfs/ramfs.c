/*
 * ramfs: a tmpfs without limits, without fallocate(2), and with one option, mode. Others are passed
 * over, as on Linux: scripts mount "ramfs" with tmpfs's options.
 */
#include <abi/errno.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/context.h>

#include "tmpfs.h"

#define MODE_DEFAULT 0755

static int option_apply(void *argument, const char *name, const char *value)
{
    struct tmpfs_options *options = argument;

    if (!string_is_equal(name, "mode"))
        return 0;
    return value == NULL ? -EINVAL : tmpfs_parse_mode(value, &options->mode);
}

static int ramfs_statfs(struct filesystem *filesystem, struct statfs *statfs)
{
    (void)filesystem;
    (void)statfs;
    return 0; /* no numbers: there are no limits */
}

static size_t ramfs_describe_options(struct filesystem *filesystem, char *buffer, size_t size)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);

    return tmpfs->mode != MODE_DEFAULT ? (size_t)scnprintf(buffer, size, ",mode=%o", tmpfs->mode)
                                       : 0;
}

static const struct filesystem_ops ops = {
    .statfs = ramfs_statfs,
    .describe_options = ramfs_describe_options,
    .destroy = tmpfs_destroy,
};

static int ramfs_mount(struct filesystem_type *type, const struct mount_request *request,
                       struct filesystem **out)
{
    const struct credentials *credentials = vfs_current()->credentials;
    struct tmpfs_options options = {
        .mode = MODE_DEFAULT, .uid = credentials->fsuid, .gid = credentials->fsgid};
    struct tmpfs_kind kind = {.ops = &ops, .magic = RAMFS_MAGIC};
    int err = mount_options_parse(request->options, option_apply, &options);

    return err != 0 ? err : tmpfs_mount_kind(type, request, &options, &kind, out);
}

static struct filesystem_type ramfs_type = {.name = "ramfs", .mount = ramfs_mount};

void ramfs_init(void)
{
    filesystem_register(&ramfs_type);
}
