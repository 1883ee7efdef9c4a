/*
 * Peer groups, masters and slaves (theory: propagation.h): who belongs to which, the walk over all
 * that receive an event, and the words of /proc/PID/mountinfo. What is mounted on the receivers is
 * graft.c's business, what goes from them umount.c's.
 */
#include "propagation.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include "mount_tree.h"
#include "path_describe.h"

static struct list_head groups = LIST_INIT(groups); /* (mount_mutex) by id */

/* Into the list, with the smallest number that is free. */
static void group_number(struct peer_group *group)
{
    struct peer_group *other;

    group->id = 1;
    list_for_each_entry (other, &groups, link) {
        if (other->id != group->id)
            break;
        group->id++;
    }
    list_add_tail(&group->link, &other->link);
}

static struct peer_group *group_create(void)
{
    struct peer_group *group = kzalloc(sizeof(*group), ALLOC_WAIT);

    if (group == NULL)
        return NULL;
    list_init(&group->link);
    list_init(&group->members);
    list_init(&group->slaves);
    list_init(&group->queue);
    return group;
}

static void mount_join(struct mount *mount, struct peer_group *group)
{
    ASSERT(mount->peers == NULL);
    mount->peers = group;
    list_add_tail(&mount->peer, &group->members);
}

/* @master: NULL: none. */
static void mount_set_master(struct mount *mount, struct peer_group *master)
{
    list_remove(&mount->slave);
    mount->master = master;
    if (master != NULL)
        list_add_tail(&mount->slave, &master->slaves);
}

/* Leave the group; with the last member it ends (propagation.h 4). */
static void mount_leave(struct mount *mount)
{
    struct peer_group *group = mount->peers;

    if (group == NULL)
        return;
    list_remove(&mount->peer);
    mount->peers = NULL;
    if (!list_is_empty(&group->members))
        return;
    while (!list_is_empty(&group->slaves))
        mount_set_master(list_first_entry(&group->slaves, struct mount, slave), mount->master);
    ASSERT(!list_is_linked(&group->queue));
    list_remove(&group->link);
    kfree(group);
}

static struct mount *mount_step(struct mount *mount, const struct mount *top, bool recursive)
{
    return recursive ? mount_tree_next(mount, top) : NULL;
}

int propagation_share(struct mount *mount, bool recursive)
{
    struct mount *each;

    for (each = mount; each != NULL; each = mount_step(each, mount, recursive)) {
        struct peer_group *group;

        if (mount_is_shared(each))
            continue;
        group = group_create();
        if (group == NULL) {
            propagation_share_undo(mount);
            return -ENOMEM;
        }
        group_number(group);
        mount_join(each, group);
        each->marks |= MOUNT_NEWLY_SHARED;
    }
    return 0;
}

void propagation_share_commit(struct mount *tree)
{
    struct mount *each;

    for (each = tree; each != NULL; each = mount_tree_next(each, tree))
        each->marks &= ~MOUNT_NEWLY_SHARED;
}

void propagation_share_undo(struct mount *tree)
{
    struct mount *each;

    for (each = tree; each != NULL; each = mount_tree_next(each, tree)) {
        if (!(each->marks & MOUNT_NEWLY_SHARED))
            continue;
        ASSERT(list_is_singular(&each->peers->members));
        mount_leave(each);
        each->marks &= ~MOUNT_NEWLY_SHARED;
    }
}

void propagation_make_slave(struct mount *mount)
{
    struct peer_group *group = mount->peers;
    bool alone = group == NULL || list_is_singular(&group->members);

    mount_leave(mount);
    if (!alone)
        mount_set_master(mount, group);
}

void propagation_make_private(struct mount *mount)
{
    mount_leave(mount);
    mount_set_master(mount, NULL);
}

void propagation_copy(struct mount *copy, const struct mount *model)
{
    if (mount_is_shared(model))
        mount_join(copy, model->peers);
    mount_set_master(copy, model->master);
}

void propagation_enslave(struct mount *copy, const struct mount *model)
{
    ASSERT(mount_is_shared(model));
    mount_set_master(copy, model->peers);
}

static void walk_queue(struct list_head *queue, struct peer_group *group, struct mount *model)
{
    if (list_is_linked(&group->queue))
        return;
    group->model = model;
    list_add_tail(&group->queue, queue);
}

/* The members of @group, then its slaves that have no group, which is queued instead. */
static int walk_group(struct list_head *queue, struct peer_group *group, const struct mount *origin,
                      int (*visit)(struct mount *receiver, void *argument), void *argument)
{
    struct mount *mount;
    int err;

    list_for_each_entry (mount, &group->members, peer) {
        err = mount == origin || !mount_is_mounted(mount) ? 0 : visit(mount, argument);
        if (err != 0)
            return err;
    }
    list_for_each_entry (mount, &group->slaves, slave) {
        if (mount_is_shared(mount)) {
            walk_queue(queue, mount->peers, NULL);
            continue;
        }
        err = mount_is_mounted(mount) ? visit(mount, argument) : 0;
        if (err != 0)
            return err;
    }
    return 0;
}

int propagation_visit(struct mount *origin, struct mount *model,
                      int (*visit)(struct mount *receiver, void *argument), void *argument)
{
    struct list_head queue = LIST_INIT(queue);
    struct peer_group *group;
    int err = 0;

    if (!mount_is_shared(origin))
        return 0;
    walk_queue(&queue, origin->peers, model);
    list_for_each_entry (group, &queue, queue) {
        err = walk_group(&queue, group, origin, visit, argument);
        if (err != 0)
            break;
    }
    while (!list_is_empty(&queue))
        list_remove(queue.next);
    return err;
}

/* Has @group a member that is seen from @root? */
static bool group_is_below(const struct peer_group *group, const struct path *root)
{
    struct mount *mount;

    list_for_each_entry (mount, &group->members, peer) {
        struct path top = {.mount = mount, .dentry = mount->root};

        if (mount_is_mounted(mount) && path_is_reachable(&top, root))
            return true;
    }
    return false;
}

static struct peer_group *group_master(const struct peer_group *group)
{
    return list_first_entry(&group->members, struct mount, peer)->master;
}

void propagation_describe(const struct mount *mount, const struct path *root,
                          struct mount_description *description)
{
    const struct peer_group *group;

    description->shared = mount_is_shared(mount) ? mount->peers->id : 0;
    description->master = mount->master != NULL ? mount->master->id : 0;
    description->from = 0;
    for (group = mount->master; group != NULL; group = group_master(group)) {
        if (group_is_below(group, root)) {
            description->from = group->id;
            return;
        }
    }
}
