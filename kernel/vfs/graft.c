/*
 * Mounts come into the tree: copies of trees, and the graft of one onto a place together with its
 * copies onto all mounts that receive what happens there (propagation.h).
 *
 * All copies are made, in their peer groups, before the first is seen: until then a failure takes
 * them away again, and nothing has changed. mount_mutex is held from end to end.
 */
#include "mount_tree.h"

#include <abi/errno.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include "name_cache.h"
#include "propagation.h"

void mount_discard_tree(struct mount *tree)
{
    struct list_head list = LIST_INIT(list);
    struct mount *mount;

    for (mount = tree; mount != NULL; mount = mount_tree_next(mount, tree))
        list_add(&mount->pending, &list);
    spin_lock(&name_lock);
    list_for_each_entry (mount, &list, pending)
        mount_cut(mount);
    spin_unlock(&name_lock);
    mount_release_all(&list);
}

static struct mount *mount_copy(const struct mount *model, struct dentry *root)
{
    struct mount *copy =
        mount_create(model->filesystem, root, model->flags & MOUNT_FLAGS_KEPT, model->source);

    if (!IS_ERR(copy))
        propagation_copy(copy, model);
    return copy;
}

/* Is the mount @child, on the model's root, seen from the root of the copy? */
static bool copy_shows(const struct mount *child, const struct mount *model,
                       const struct dentry *root)
{
    return !(child->flags & MS_UNBINDABLE) &&
           (child->parent != model || dentry_is_below(child->mountpoint, root));
}

struct mount *mount_copy_tree(struct mount *model, struct dentry *root, bool recursive)
{
    struct mount *tree = mount_copy(model, root);
    const struct mount *above = model; /* whose copy is place.mount */
    struct path place = {.mount = tree};
    struct mount *next, *copy;

    if (IS_ERR(tree) || !recursive)
        return tree;
    next = mount_tree_next(model, model);
    while (next != NULL) {
        if (!copy_shows(next, model, root)) {
            next = mount_tree_skip(next, model);
            continue;
        }
        for (; above != next->parent; above = above->parent)
            place.mount = place.mount->parent;
        copy = mount_copy(next, next->root);
        if (IS_ERR(copy)) {
            mount_discard_tree(tree);
            return copy;
        }
        place.dentry = next->mountpoint;
        mount_attach(copy, &place);
        above = next;
        place.mount = copy;
        next = mount_tree_next(next, model);
    }
    return tree;
}

static u32 tree_count(struct mount *tree)
{
    struct mount *mount;
    u32 count = 0;

    for (mount = tree; mount != NULL; mount = mount_tree_next(mount, tree))
        count++;
    return count;
}

struct graft {
    struct mount *tree;
    struct path place;
    struct list_head copies; /* their tops, mount.pending; each is meant for mount.place.mount */
    u32 nr_left;             /* mounts that the tree may still take */
    u32 nr_each;             /* in one copy */
};

/* What @receiver's copy is made from: what its group has, or else the nearest above it. */
static struct mount *graft_model(const struct peer_group *group)
{
    while (group->model == NULL)
        group = list_first_entry(&group->members, struct mount, peer)->master;
    return group->model;
}

/* The copies of @model in @copy are its slaves, not its peers. */
static void tree_enslave(struct mount *copy, struct mount *model)
{
    struct mount *mount = copy;
    struct mount *original = model;

    while (mount != NULL) {
        propagation_make_private(mount);
        propagation_enslave(mount, original);
        mount = mount_tree_next(mount, copy);
        original = mount_tree_next(original, model);
    }
}

/* One copy, for @receiver: among peers a peer, for slaves a slave. */
static int graft_copy(struct mount *receiver, void *argument)
{
    struct graft *graft = argument;
    struct peer_group *group = receiver->peers;
    struct mount *model, *copy;
    int err = 0;

    if (!dentry_is_below(graft->place.dentry, receiver->root))
        return 0;
    if (graft->nr_left < graft->nr_each)
        return -ENOSPC;
    model = graft_model(group != NULL ? group : receiver->master);
    copy = mount_copy_tree(model, model->root, true);
    if (IS_ERR(copy))
        return PTR_ERR(copy);
    graft->nr_left -= graft->nr_each;
    if (group == NULL || group->model == NULL) {
        tree_enslave(copy, model);
        err = group != NULL ? propagation_share(copy, true) : 0;
    }
    if (err != 0) {
        mount_discard_tree(copy);
        return err;
    }
    if (group != NULL && group->model == NULL)
        group->model = copy;
    copy->place.mount = receiver;
    list_add_tail(&copy->pending, &graft->copies);
    return 0;
}

/* Share the tree and make its copies. */
static int graft_reserve(struct graft *graft)
{
    struct peer_group *group = graft->place.mount->peers;
    int err;

    if (graft->nr_left < graft->nr_each)
        return -ENOSPC;
    graft->nr_left -= graft->tree->parent == NULL ? graft->nr_each : 0;
    if (group == NULL)
        return 0;
    err = propagation_share(graft->tree, true);
    if (err != 0)
        return err;
    return propagation_visit(graft->place.mount, graft->tree, graft_copy, graft);
}

static void graft_undo(struct graft *graft)
{
    while (!list_is_empty(&graft->copies)) {
        struct mount *copy = list_first_entry(&graft->copies, struct mount, pending);

        list_remove(&copy->pending);
        mount_discard_tree(copy);
    }
    propagation_share_undo(graft->tree);
}

static struct mount *mount_topmost(struct mount *mount)
{
    struct mount *cover;

    while ((cover = mount_find(mount, mount->root)) != NULL)
        mount = cover;
    return mount;
}

/* @copy goes below what is mounted at its place already. */
static void graft_attach_copy(struct mount *copy, struct dentry *mountpoint)
{
    struct path place = {.mount = copy->place.mount, .dentry = mountpoint};
    struct mount *there = mount_find(place.mount, mountpoint);
    struct mount *top = mount_topmost(copy);
    struct path above = {.mount = top, .dentry = top->root};

    propagation_share_commit(copy);
    mount_attach(copy, &place);
    mount_publish(copy);
    if (there != NULL)
        mount_relocate(there, &above);
}

/* rmdir(2) and rename(2) hold the inode's lock while they ask for mounts. => -ENOENT: removed */
static int graft_commit(struct graft *graft)
{
    struct inode *inode = path_inode(&graft->place);

    mutex_lock(&inode->lock);
    if (READ_ONCE(graft->place.dentry->flags) & DENTRY_UNLINKED) {
        mutex_unlock(&inode->lock);
        return -ENOENT;
    }
    propagation_share_commit(graft->tree);
    if (graft->tree->parent != NULL) {
        mount_relocate(graft->tree, &graft->place);
    } else {
        mount_attach(graft->tree, &graft->place);
        mount_publish(graft->tree);
    }
    while (!list_is_empty(&graft->copies)) {
        struct mount *copy = list_first_entry(&graft->copies, struct mount, pending);

        list_remove(&copy->pending);
        graft_attach_copy(copy, graft->place.dentry);
    }
    mutex_unlock(&inode->lock);
    return 0;
}

int mount_graft(struct mount *tree, const struct path *place)
{
    struct graft graft = {
        .tree = tree,
        .place = *place,
        .copies = LIST_INIT(graft.copies),
        .nr_left = mount_count_left(),
        .nr_each = tree_count(tree),
    };
    int err;

    if (inode_is_directory(tree->root->inode) != inode_is_directory(path_inode(place)))
        return -ENOTDIR;
    err = graft_reserve(&graft);
    if (err == 0)
        err = graft_commit(&graft);
    if (err != 0)
        graft_undo(&graft);
    return err;
}
