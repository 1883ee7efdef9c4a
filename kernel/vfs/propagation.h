/*
 * Shared subtrees: which mounts see what is mounted on another, mount_namespaces(7).
 *
 * 1. A shared mount is a member of a peer group. What is mounted on or unmounted from one member is
 *    mounted on and unmounted from all: they show the same filesystem, so a place in one is a place
 *    in the others, if it is below their roots.
 * 2. A slave has a group as its master: it receives what happens to the members, and gives nothing
 *    back. It may be shared too; then all members of its group have that master.
 * 3. A private mount is neither. An unbindable one is private and not copied (MS_UNBINDABLE in
 *    mount.flags).
 * 4. A group lives as long as it has members. With the last one its slaves pass to the master of
 *    that member, or become private.
 *
 * => mount_mutex is held by everybody here
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>
#include <vfs/mount.h>

struct peer_group {
    u32 id;                   /* (I) the smallest that was free, from 1 */
    struct list_head link;    /* (mount_mutex) in the list of all, by id */
    struct list_head members; /* (mount_mutex) mount.peer; never empty */
    struct list_head slaves;  /* (mount_mutex) mount.slave */
    struct list_head queue;   /* (mount_mutex) of the walk in progress */
    struct mount *model;      /* (mount_mutex) of that walk: what its members receive copies of */
};

static inline bool mount_is_shared(const struct mount *mount)
{
    return mount->peers != NULL;
}

/*
 * propagation_share: make @mount, or the whole tree below it, shared; what is already stays in its
 * group.
 * => -ENOMEM: nothing has changed
 * => those that were not have MOUNT_NEWLY_SHARED
 */
int propagation_share(struct mount *mount, bool recursive) __must_check;
void propagation_share_commit(struct mount *tree); /* it is to stay: marks away */
void propagation_share_undo(struct mount *tree);   /* shared no more; no copy is left */

void propagation_make_slave(struct mount *mount);
void propagation_make_private(struct mount *mount);

/* @copy, new, is what @model is: in its group, a slave of its master. */
void propagation_copy(struct mount *copy, const struct mount *model);
/* @copy, new, is a slave of @model's group. */
void propagation_enslave(struct mount *copy, const struct mount *model);

/*
 * propagation_visit: each mount in the tree that receives what happens on @origin, itself left out.
 * => masters before slaves; @visit may add members and slaves that are not in the tree
 * => @model becomes the model of the origin's group; that of the groups met later is NULL
 * => what @visit returned, if not 0, which ends the walk
 */
int propagation_visit(struct mount *origin, struct mount *model,
                      int (*visit)(struct mount *receiver, void *argument), void *argument);

/* The three numbers of mountinfo; @root is that of the reader. */
void propagation_describe(const struct mount *mount, const struct path *root,
                          struct mount_description *description);
