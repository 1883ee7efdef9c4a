/*
 * devtmpfs: a tmpfs that the kernel puts nodes into. Programs may change it like any other.
 *
 * The nodes are made by the calls that programs use, in a context whose root is the root of the
 * instance.
 */
#include <fs/devfs.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <lib/string.h>
#include <vfs/device.h>
#include <vfs/mount.h>
#include <vfs/names.h>

#include "../tmpfs/tmpfs.h"

static struct filesystem *instance; /* (I) after devfs_init; referenced */

static struct vfs_context devfs_context = {
    .credentials = &credentials_kernel,
    .file_size_limit = ~0ull,
};

/* Every mount shows the same instance. */
static int devfs_mount(struct filesystem_type *type, const struct mount_request *request,
                       struct filesystem **out)
{
    (void)type;
    (void)request;
    *out = filesystem_get(instance);
    return 0;
}

static struct filesystem_type devfs_type = {.name = "devtmpfs", .mount = devfs_mount};

/* The directories on the way to @name. */
static int make_parents(const char *name)
{
    char parent[NAME_MAX + 1];
    const char *slash = name;
    int err = 0;

    while (err == 0 && (slash = strchr(slash, '/')) != NULL) {
        size_t len = (size_t)(slash - name);

        if (len >= sizeof(parent))
            return -ENAMETOOLONG;
        memcpy(parent, name, len);
        parent[len] = '\0';
        err = vfs_mkdir_at(&devfs_context, AT_FDCWD, parent, 0755);
        if (err == -EEXIST)
            err = 0;
        slash++;
    }
    return err;
}

int devfs_make_directory(const char *name, u32 mode)
{
    int err = make_parents(name);

    return err != 0 ? err : vfs_mkdir_at(&devfs_context, AT_FDCWD, name, mode);
}

int devfs_make_link(const char *name, const char *target)
{
    int err = make_parents(name);

    return err != 0 ? err : vfs_symlink_at(&devfs_context, target, AT_FDCWD, name);
}

static void node_add(const char *name, u32 mode, u64 device)
{
    int err = make_parents(name);

    if (err == 0)
        err = vfs_mknod_at(&devfs_context, AT_FDCWD, name, mode, device);
    if (err != 0)
        pr_warn("devtmpfs: %s: error %d\n", name, -err);
}

static void node_remove(const char *name)
{
    int err = vfs_unlink_at(&devfs_context, AT_FDCWD, name, 0);

    if (err != 0 && err != -ENOENT)
        pr_warn("devtmpfs: %s: error %d\n", name, -err);
}

/* A context that is rooted in the instance. */
static void context_init(void)
{
    struct path root;
    struct fs_context *fs = fs_context_create();

    ASSERT(fs != NULL && mount_create_internal(instance, &root) == 0);
    fs->umask = 0;
    fs_context_set_root(fs, &root);
    fs_context_set_cwd(fs, &root);
    path_put(&root);
    devfs_context.fs = fs;
}

void devfs_init(void)
{
    static const struct {
        const char *name, *target;
    } links[] = {
        {"fd", "/proc/self/fd"},
        {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"},
        {"stderr", "/proc/self/fd/2"},
    };
    struct mount_request request = {.options = "mode=755"};

    if (tmpfs_mount(&devfs_type, &request, &instance) != 0)
        panic("devtmpfs: no memory");
    context_init();
    filesystem_register(&devfs_type);
    device_set_node_hook(node_add, node_remove);
    for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
        if (devfs_make_link(links[i].name, links[i].target) != 0)
            pr_warn("devtmpfs: %s: not made\n", links[i].name);
    }
    if (devfs_make_directory("pts", 0755) != 0 || devfs_make_directory("shm", 01777) != 0)
        pr_warn("devtmpfs: pts, shm: not made\n");
}
