/*
 * The mount tree: which mount covers which directory.
 *
 * mount_mutex serialises changes; parent, mountpoint and children change under name_lock too, which
 * alone suffices to look something up. A mount in the tree has one reference for being there; a
 * child holds its parent. At most one mount covers a (mount, dentry): mounting on a mount point
 * covers the root of what is there.
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include "mount_tree.h"
#include "name_cache.h"
#include "propagation.h"

struct mutex mount_mutex = MUTEX_INIT(mount_mutex);

static struct list_head mounts = LIST_INIT(mounts); /* (mount_mutex) in mount order */
static u32 nr_mounts;                               /* (mount_mutex) on that list */
static struct path initial_root;                    /* (I) after boot */
static u32 next_mount_id = 1;                       /* (a) */
static s32 mount_max = 100000;                      /* fs.mount-max */

static const struct sysctl settings[] = {
    {.name = "mount-max", .value = &mount_max, .minimum = 1, .maximum = INT32_MAX},
    {0},
};

void mount_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
}

struct mount *mount_create(struct filesystem *filesystem, struct dentry *root, u32 flags,
                           const char *source)
{
    struct mount *mount = kzalloc(sizeof(*mount), ALLOC_WAIT);

    if (mount == NULL)
        return ERR_PTR(-ENOMEM);
    mount->source = kstrdup(source, ALLOC_WAIT);
    if (mount->source == NULL) {
        kfree(mount);
        return ERR_PTR(-ENOMEM);
    }
    refcount_init(&mount->references, 1);
    mount->filesystem = filesystem_get(filesystem);
    mount->root = dentry_get(root);
    mount->flags = flags;
    mount->id = fetch_add(&next_mount_id, 1);
    list_init(&mount->children);
    list_init(&mount->sibling);
    list_init(&mount->link);
    list_init(&mount->peer);
    list_init(&mount->slave);
    list_init(&mount->pending);
    return mount;
}

void mount_forget_expiry(struct mount *mount)
{
    fetch_and(&mount->flags, ~MOUNT_EXPIRING);
}

void mount_put_unused(struct mount *mount)
{
    if (refcount_put_and_test(&mount->references))
        mount_free(mount);
}

void mount_free(struct mount *mount)
{
    ASSERT(mount->parent == NULL && mount->peers == NULL && mount->master == NULL);
    dentry_put(mount->root);
    filesystem_put(mount->filesystem);
    kfree(mount->source);
    kfree(mount);
}

struct mount *mount_find(const struct mount *parent, const struct dentry *dentry)
{
    struct mount *mount;

    list_for_each_entry (mount, &parent->children, sibling) {
        if (mount->mountpoint == dentry)
            return mount;
    }
    return NULL;
}

bool mount_is_mounted(const struct mount *mount)
{
    return list_is_linked(&mount->link);
}

u32 mount_count_left(void)
{
    u32 most = (u32)READ_ONCE(mount_max);

    return most > nr_mounts ? most - nr_mounts : 0;
}

void path_cross_mounts(struct path *path)
{
    while (READ_ONCE(path->dentry->nr_mounts) != 0) {
        struct path up = {NULL, NULL};

        spin_lock(&name_lock);
        up.mount = mount_find(path->mount, path->dentry);
        if (up.mount != NULL) {
            up.dentry = up.mount->root;
            path_get(&up);
        }
        spin_unlock(&name_lock);
        if (up.mount == NULL)
            return;
        path_put(path);
        *path = up;
    }
}

void mount_hang(struct mount *mount, const struct path *place)
{
    ASSERT_HELD(&name_lock);
    mount->parent = place->mount;
    mount->mountpoint = place->dentry;
    place->dentry->nr_mounts++;
    list_add_tail(&mount->sibling, &place->mount->children);
}

void mount_cut(struct mount *mount)
{
    ASSERT_HELD(&name_lock);
    mount->place = (struct path){.mount = mount->parent, .dentry = mount->mountpoint};
    if (mount->mountpoint != NULL)
        mount->mountpoint->nr_mounts--;
    mount->parent = NULL;
    mount->mountpoint = NULL;
    list_remove(&mount->sibling);
}

void mount_attach(struct mount *mount, const struct path *place)
{
    path_get(place);
    spin_lock(&name_lock);
    mount_hang(mount, place);
    spin_unlock(&name_lock);
}

void mount_relocate(struct mount *mount, const struct path *place)
{
    path_get(place);
    spin_lock(&name_lock);
    mount_cut(mount);
    mount_hang(mount, place);
    spin_unlock(&name_lock);
    path_put(&mount->place);
}

void mount_publish(struct mount *tree)
{
    struct mount *mount;

    for (mount = tree; mount != NULL; mount = mount_tree_next(mount, tree)) {
        ASSERT(!mount_is_mounted(mount));
        list_add_tail(&mount->link, &mounts);
        nr_mounts++;
    }
}

void mount_release_all(struct list_head *list)
{
    while (!list_is_empty(list)) {
        struct mount *mount = list_first_entry(list, struct mount, pending);

        list_remove(&mount->pending);
        if (mount_is_mounted(mount)) {
            list_remove(&mount->link);
            nr_mounts--;
        }
        mount->marks = 0;
        propagation_make_private(mount);
        path_put(&mount->place);
        mount_put(mount);
    }
}

struct mount *mount_tree_skip(struct mount *mount, const struct mount *top)
{
    while (mount != top) {
        struct mount *parent = mount->parent;

        if (mount->sibling.next != &parent->children)
            return list_next_entry(mount, sibling);
        mount = parent;
    }
    return NULL;
}

struct mount *mount_tree_next(struct mount *mount, const struct mount *top)
{
    if (!list_is_empty(&mount->children))
        return list_first_entry(&mount->children, struct mount, sibling);
    return mount_tree_skip(mount, top);
}

bool path_is_reachable(const struct path *path, const struct path *place)
{
    struct mount *mount = path->mount;
    struct dentry *dentry = path->dentry;

    while (mount != place->mount) {
        if (mount->parent == NULL)
            return false;
        dentry = mount->mountpoint;
        mount = mount->parent;
    }
    return dentry_is_below(dentry, place->dentry);
}

struct mount *mount_next(struct mount *mount)
{
    struct list_head *next = mount == NULL ? mounts.next : mount->link.next;

    return next == &mounts ? NULL : list_entry(next, struct mount, link);
}

int mount_get_write(struct mount *mount)
{
    fetch_add(&mount->writers, 1);
    fetch_add(&mount->filesystem->writers, 1);
    if (mount_may_write(mount) == 0)
        return 0;
    mount_put_write(mount);
    return -EROFS;
}

void mount_put_write(struct mount *mount)
{
    fetch_sub(&mount->filesystem->writers, 1);
    fetch_sub(&mount->writers, 1);
}

bool mount_is_noexec(const struct mount *mount)
{
    return (READ_ONCE(mount->flags) & MS_NOEXEC) ||
           (READ_ONCE(mount->filesystem->flags) & FILESYSTEM_NO_EXEC);
}

int mount_may_write(const struct mount *mount)
{
    if ((READ_ONCE(mount->flags) & MS_RDONLY) ||
        (READ_ONCE(mount->filesystem->flags) & FILESYSTEM_READ_ONLY))
        return -EROFS;
    return 0;
}

int mount_root_create(const char *type_name, const char *options)
{
    struct mount_request request = {.source = "none", .options = options};
    struct filesystem_type *type;
    struct filesystem *filesystem;
    struct mount *mount;
    int err;

    mutex_lock(&mount_mutex);
    type = filesystem_type_find(type_name);
    err = type == NULL ? -ENODEV : type->mount(type, &request, &filesystem);
    if (err != 0)
        goto out;
    mount = mount_create(filesystem, filesystem->root, MS_RELATIME, type_name);
    filesystem_put(filesystem);
    if (IS_ERR(mount)) {
        err = PTR_ERR(mount);
        goto out;
    }
    mount_publish(mount);
    initial_root = (struct path){.mount = mount, .dentry = dentry_get(mount->root)};
out:
    mutex_unlock(&mount_mutex);
    return err;
}

void mount_root_path(struct path *root)
{
    *root = initial_root;
    if (root->mount == NULL)
        return; /* the first file system is being made */
    path_get(root);
    path_cross_mounts(root);
}

int mount_create_internal(struct filesystem *filesystem, struct path *root)
{
    struct mount *mount = mount_create(filesystem, filesystem->root, MS_NOSUID | MS_NODEV, "none");

    if (IS_ERR(mount))
        return PTR_ERR(mount);
    *root = (struct path){.mount = mount, .dentry = dentry_get(mount->root)};
    return 0;
}

void vfs_sync_all(void)
{
    struct mount *mount;

    mutex_lock(&mount_mutex);
    for (mount = mount_next(NULL); mount != NULL; mount = mount_next(mount)) {
        if (mount->filesystem->ops->sync != NULL)
            (void)mount->filesystem->ops->sync(mount->filesystem);
    }
    mutex_unlock(&mount_mutex);
}
