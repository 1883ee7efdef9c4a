/*
 * Mounts in words: /proc/mounts, /proc/PID/mountinfo, statfs(2)'s flags.
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/hugetlb.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/hugetlb.h>
#include <vfs/inode.h>
#include "mount_statfs.h"
#include "mount_tree.h"
#include "path_describe.h"
#include "propagation.h"

static const struct {
    u32 flag;
    u32 statfs_flag;
    const char *option;
} option_words[] = {
    {MS_NOSUID, ST_NOSUID, ",nosuid"},
    {MS_NODEV, ST_NODEV, ",nodev"},
    {MS_NOEXEC, ST_NOEXEC, ",noexec"},
    {MS_NOATIME, ST_NOATIME, ",noatime"},
    {MS_NODIRATIME, ST_NODIRATIME, ",nodiratime"},
    {MS_RELATIME, ST_RELATIME, ",relatime"},
    {MS_NOSYMFOLLOW, 0x2000, ",nosymfollow"},
};

/* Linux keeps files without names in a filesystem for each kind. */
static s64 magic_of(const struct path *path)
{
    const struct filesystem *filesystem = path->mount->filesystem;

    if (filesystem->magic != ANON_INODE_FS_MAGIC)
        return filesystem->magic;
    switch (path_inode(path)->mode & S_IFMT) {
    case S_IFIFO:
        return PIPEFS_MAGIC;
    case S_IFSOCK:
        return SOCKFS_MAGIC;
    case S_IFREG:
        return inode_is_hugetlb(path_inode(path)) ? HUGETLBFS_MAGIC : TMPFS_MAGIC;
    default:
        return filesystem->magic;
    }
}

int mount_statfs(const struct path *path, struct statfs *statfs)
{
    struct filesystem *filesystem = path->mount->filesystem;
    u32 flags = READ_ONCE(path->mount->flags);
    int err = 0;

    *statfs = (struct statfs){
        .f_type = magic_of(path),
        .f_bsize = filesystem->block_size,
        .f_frsize = filesystem->block_size,
        .f_namelen = NAME_MAX,
        .f_fsid = {(s32)filesystem->device, 0},
        .f_flags = ST_VALID,
    };
    if (inode_is_hugetlb(path_inode(path)))
        statfs->f_bsize = statfs->f_frsize = HUGETLB_SIZE;
    if (filesystem->ops->statfs != NULL)
        err = filesystem->ops->statfs(filesystem, statfs);
    if (mount_may_write(path->mount) != 0)
        statfs->f_flags |= ST_RDONLY;
    for (size_t i = 0; i < ARRAY_SIZE(option_words); i++) {
        if (flags & option_words[i].flag)
            statfs->f_flags |= option_words[i].statfs_flag;
    }
    return err;
}

static void options_describe(const struct mount *mount, char *buffer, size_t size)
{
    struct filesystem *filesystem = mount->filesystem;

    strlcpy(buffer, mount_may_write(mount) != 0 ? "ro" : "rw", size);
    for (size_t i = 0; i < ARRAY_SIZE(option_words); i++) {
        if (mount->flags & option_words[i].flag)
            strlcat(buffer, option_words[i].option, size);
    }
    if (filesystem->ops->describe_options != NULL) {
        size_t len = strlen(buffer);

        filesystem->ops->describe_options(filesystem, buffer + len, size - len);
    }
}

/* Describe one mount in @text (three buffers of PATH_MAX) and show it. Mounts outside the root are
 * left out. */
static int mount_visit(struct mount *mount, const struct path *root, char *text,
                       int (*visit)(const struct mount_description *, void *), void *argument)
{
    struct path top = {.mount = mount, .dentry = mount->root};
    struct mount_description description = {.mount = mount, .source = mount->source};
    bool reached;

    description.place = path_describe_reached(&top, root, text, PATH_MAX, &reached);
    if (!reached || IS_ERR(description.place))
        return 0;
    description.root =
        dentry_describe(mount->root, mount->filesystem->root, text + PATH_MAX, PATH_MAX);
    if (IS_ERR(description.root))
        return 0;
    options_describe(mount, text + 2 * PATH_MAX, PATH_MAX);
    description.options = text + 2 * PATH_MAX;
    description.type = mount->filesystem->type->name;
    description.parent_id = mount->parent != NULL ? mount->parent->id : mount->id;
    propagation_describe(mount, root, &description);
    return visit(&description, argument);
}

int mount_for_each(const struct vfs_context *context,
                   int (*visit)(const struct mount_description *, void *), void *argument)
{
    char *text = kmalloc(3 * PATH_MAX, ALLOC_WAIT);
    struct mount *mount;
    struct path root;
    int result = 0;

    if (text == NULL)
        return -ENOMEM;
    fs_context_root(context->fs, &root);
    mutex_lock(&mount_mutex);
    for (mount = mount_next(NULL); mount != NULL && result == 0; mount = mount_next(mount))
        result = mount_visit(mount, &root, text, visit, argument);
    mutex_unlock(&mount_mutex);
    path_put(&root);
    kfree(text);
    return result;
}
