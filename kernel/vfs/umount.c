/*
 * umount2(2) and pivot_root(2).
 */
#include <vfs/mount.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include "mount_tree.h"
#include "name_cache.h"
#include "propagation.h"

/* Two calls with MNT_EXPIRE without use in between unmount. */
static int mount_expire(struct mount *mount)
{
    if (!list_is_empty(&mount->children) || refcount_read(&mount->references) > 2)
        return -EBUSY;
    if (!(fetch_or(&mount->flags, MOUNT_EXPIRING) & MOUNT_EXPIRING))
        return -EAGAIN;
    return 0;
}

static void marks_clear(struct list_head *list)
{
    while (!list_is_empty(list)) {
        struct mount *mount = list_first_entry(list, struct mount, pending);

        mount->marks = 0;
        list_remove(&mount->pending);
    }
}

/* What a call takes out of the tree. */
struct umount {
    struct list_head going;      /* mount.pending; MOUNT_GOING */
    struct list_head candidates; /* mount.pending; MOUNT_CANDIDATE */
    struct dentry *mountpoint;   /* of the walk in progress */
};

static void umount_mark_tree(struct umount *umount, struct mount *tree)
{
    struct mount *mount;

    for (mount = tree; mount != NULL; mount = mount_tree_next(mount, tree)) {
        mount->marks |= MOUNT_GOING;
        list_add_tail(&mount->pending, &umount->going);
    }
}

static int candidate_find(struct mount *receiver, void *argument)
{
    struct umount *umount = argument;
    struct mount *mount = mount_find(receiver, umount->mountpoint);

    if (mount == NULL || mount->marks != 0)
        return 0;
    mount->marks |= MOUNT_CANDIDATE;
    list_add_tail(&mount->pending, &umount->candidates);
    return 0;
}

/* Does nothing stay on it but what covers it whole, which takes its place? */
static bool candidate_is_idle(const struct mount *mount)
{
    struct mount *child;

    list_for_each_entry (child, &mount->children, sibling) {
        if (!(child->marks & MOUNT_GOING) && child->mountpoint != mount->root)
            return false;
    }
    return true;
}

/* The same places in all that receive what happens to the parents; of these go those on which
 * nothing stays. One that goes may let another go. */
static void umount_mark_received(struct umount *umount)
{
    struct mount *mount, *following;
    bool again = true;

    list_for_each_entry (mount, &umount->going, pending) {
        umount->mountpoint = mount->mountpoint;
        (void)propagation_visit(mount->parent, NULL, candidate_find, umount);
    }
    while (again) {
        again = false;
        list_for_each_entry_safe (mount, following, &umount->candidates, pending) {
            if (!candidate_is_idle(mount))
                continue;
            mount->marks |= MOUNT_GOING;
            list_move_tail(&mount->pending, &umount->going);
            again = true;
        }
    }
}

/* The one mount on @mount, if it covers it whole; NULL. */
static struct mount *mount_only_cover(const struct mount *mount)
{
    struct mount *child;

    if (!list_is_singular(&mount->children))
        return NULL;
    child = list_first_entry(&mount->children, struct mount, sibling);
    return child->mountpoint == mount->root ? child : NULL;
}

/* Is one of those that would go in use? Those that keep children do not go and do not count. */
static bool umount_is_busy(const struct umount *umount, const struct mount *first)
{
    struct mount *mount;

    list_for_each_entry (mount, &umount->going, pending) {
        int idle = mount == first || mount_only_cover(mount) != NULL ? 2 : 1;

        if (mount == first && !list_is_empty(&mount->children))
            return true;
        if (!list_is_empty(&mount->children) && mount_only_cover(mount) == NULL)
            continue;
        if (refcount_read(&mount->references) > idle)
            return true;
    }
    return false;
}

/* What is mounted at @place and stays; NULL. */
static struct mount *mount_find_staying(const struct path *place)
{
    struct mount *mount;

    list_for_each_entry (mount, &place->mount->children, sibling) {
        if (mount->mountpoint == place->dentry && !(mount->marks & MOUNT_GOING))
            return mount;
    }
    return NULL;
}

/* Where what covers @mount will be when it has gone: the nearest place that stays. */
static struct path place_that_stays(const struct mount *mount)
{
    struct path place = {.mount = mount->parent, .dentry = mount->mountpoint};
    struct mount *there;

    while (place.mount->marks & MOUNT_GOING)
        place = (struct path){.mount = place.mount->parent, .dentry = place.mount->mountpoint};
    while ((there = mount_find_staying(&place)) != NULL)
        place = (struct path){.mount = there, .dentry = there->root};
    return place;
}

/* What covers @mount and stays, if anything, takes its place. It is kept on @covers. */
static void cover_lower(struct mount *mount, struct list_head *covers)
{
    struct path place = {.mount = mount, .dentry = mount->root};
    struct mount *cover = mount_find_staying(&place);

    if (cover == NULL)
        return;
    place = place_that_stays(mount);
    path_get(&place);
    mount_cut(cover);
    mount_hang(cover, &place);
    list_move_tail(&cover->pending, covers);
}

/*
 * umount_tree: take @tree (all that is mounted below it too) out, and what corresponds to each of
 * these in the mounts that receive it.
 * => @lazily: in use or not; otherwise -EBUSY if one of them is. The caller has one reference
 */
static int umount_tree(struct mount *tree, bool lazily)
{
    struct umount umount = {.going = LIST_INIT(umount.going),
                            .candidates = LIST_INIT(umount.candidates)};
    struct list_head covers = LIST_INIT(covers);
    struct mount *mount;
    bool busy;

    umount_mark_tree(&umount, tree);
    umount_mark_received(&umount);
    spin_lock(&name_lock);
    busy = !lazily && umount_is_busy(&umount, tree);
    if (!busy) {
        list_for_each_entry (mount, &umount.going, pending)
            cover_lower(mount, &covers);
        list_for_each_entry (mount, &umount.going, pending)
            mount_cut(mount);
    }
    spin_unlock(&name_lock);
    marks_clear(&umount.candidates);
    if (busy) {
        marks_clear(&umount.going);
        return -EBUSY;
    }
    while (!list_is_empty(&covers)) {
        mount = list_first_entry(&covers, struct mount, pending);
        list_remove(&mount->pending);
        path_put(&mount->place);
    }
    mount_release_all(&umount.going);
    return 0;
}

static int umount_locked(const struct vfs_context *context, struct mount *mount, int flags)
{
    struct path root;
    bool is_root;
    int err;

    if (flags & MNT_EXPIRE) {
        err = mount_expire(mount);
        if (err != 0)
            return err;
    }
    fs_context_root(context->fs, &root);
    is_root = root.mount == mount;
    path_put(&root);
    if (is_root && !(flags & MNT_DETACH)) {
        /* The root cannot go; it becomes read-only, as on Linux. */
        fetch_or(&mount->filesystem->flags, FILESYSTEM_READ_ONLY);
        return 0;
    }
    if (mount->parent == NULL)
        return -EINVAL;
    return umount_tree(mount, flags & MNT_DETACH);
}

int vfs_umount(const struct vfs_context *context, const char *target, int flags)
{
    unsigned follow = flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err;

    if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    err = path_lookup(context, AT_FDCWD, target, follow, &path);
    if (err != 0)
        return err;
    if (!credentials_capable(context->credentials, CAP_SYS_ADMIN))
        err = -EPERM;
    else if (path.dentry != path.mount->root)
        err = -EINVAL;
    else if ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH)))
        err = -EINVAL;
    if (err == 0) {
        /* Only the mount's own reference, so that the name does not count as a user of the dentry.
         */
        mutex_lock(&mount_mutex);
        err = umount_locked(context, path.mount, flags);
        mutex_unlock(&mount_mutex);
    }
    dentry_put(path.dentry);
    mount_put_unused(path.mount);
    return err;
}

static bool parent_is_shared(const struct mount *mount)
{
    return mount->parent != NULL && mount_is_shared(mount->parent);
}

/* Conditions in the order of pivot_root(2). */
static int pivot_check(const struct path *root, const struct path *new_root,
                       const struct path *put_old)
{
    if (mount_is_shared(put_old->mount) || parent_is_shared(new_root->mount) ||
        parent_is_shared(root->mount) || !mount_is_mounted(root->mount) ||
        !mount_is_mounted(new_root->mount))
        return -EINVAL;
    if (new_root->dentry->flags & DENTRY_UNLINKED)
        return -ENOENT;
    if (new_root->mount == root->mount || put_old->mount == root->mount)
        return -EBUSY;
    if (root->dentry != root->mount->root || root->mount->parent == NULL)
        return -EINVAL;
    if (new_root->dentry != new_root->mount->root || new_root->mount->parent == NULL)
        return -EINVAL;
    if (!path_is_reachable(put_old, new_root) || !path_is_reachable(new_root, root))
        return -EINVAL;
    return 0;
}

static void pivot(const struct path *root, const struct path *new_root, const struct path *put_old)
{
    struct path place = {.mount = root->mount->parent, .dentry = root->mount->mountpoint};

    mount_relocate(new_root->mount, &place);
    mount_relocate(root->mount, put_old);
    fs_context_move_all(root, new_root);
}

int vfs_pivot_root(const struct vfs_context *context, const char *new_root, const char *put_old)
{
    struct path root, to, old;
    int err;

    if (!credentials_capable(context->credentials, CAP_SYS_ADMIN))
        return -EPERM;
    err = path_lookup(context, AT_FDCWD, new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &to);
    if (err != 0)
        return err;
    err = path_lookup(context, AT_FDCWD, put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &old);
    if (err != 0)
        goto out_to;
    fs_context_root(context->fs, &root);
    mutex_lock(&mount_mutex);
    err = pivot_check(&root, &to, &old);
    if (err == 0)
        pivot(&root, &to, &old);
    mutex_unlock(&mount_mutex);
    path_put(&root);
    path_put(&old);
out_to:
    path_put(&to);
    return err;
}
