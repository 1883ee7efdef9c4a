/* The mount tree's own steps, shared by the calls that change it. => mount_mutex held where nothing
 * else is said */
#pragma once

#include <sched/wait.h>
#include <vfs/mount.h>

extern struct mutex mount_mutex;

/* Per-mount flags that are kept in mount.flags. */
#define MOUNT_FLAGS_KEPT                                                                           \
    (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME |     \
     MS_NOSYMFOLLOW)

/* mount.marks */
#define MOUNT_GOING        (1u << 0) /* is being unmounted */
#define MOUNT_CANDIDATE    (1u << 1) /* goes too if nothing stays on it */
#define MOUNT_NEWLY_SHARED (1u << 2) /* shared by this call, which may yet fail */

/* A detached mount of @root (referenced here) with one reference; the filesystem is referenced too.
 * ERR_PTR. */
struct mount *mount_create(struct filesystem *filesystem, struct dentry *root, u32 flags,
                           const char *source) __must_check;

/* mount_put by a call that is no use of it. */
void mount_put_unused(struct mount *mount);

/* Is it in the tree? */
bool mount_is_mounted(const struct mount *mount);
/* Mounts that the tree may still take: fs.mount-max. */
u32 mount_count_left(void);

/* Put @mount at @place (already crossed to the topmost mount). The tree below it comes along. */
void mount_attach(struct mount *mount, const struct path *place);
/* The same for one that is elsewhere in the tree. */
void mount_relocate(struct mount *mount, const struct path *place);
/* @tree and all below it is in the list of mounts from now on; the references pass to the tree. */
void mount_publish(struct mount *tree);

/*
 * mount_cut, mount_hang: out of its place, into another.
 * => name_lock held; the place that was cut from, with its references, is in mount->place;
 *    the references of the place to hang at pass to the tree
 */
void mount_cut(struct mount *mount);
void mount_hang(struct mount *mount, const struct path *place);

/* End the lives of those on @list (mount.pending): cut out already, or never attached. */
void mount_release_all(struct list_head *list);

/* The mount at (parent, dentry); NULL. => name_lock or mount_mutex held */
struct mount *mount_find(const struct mount *parent, const struct dentry *dentry);

/* Is @path at or below @place, through mounts? */
bool path_is_reachable(const struct path *path, const struct path *place);

/* The next in the list of all after @mount (NULL: first); NULL: end. */
struct mount *mount_next(struct mount *mount);
/* The next in the tree below @top, parents first; NULL: end. The second leaves out what is below
 * @mount. */
struct mount *mount_tree_next(struct mount *mount, const struct mount *top);
struct mount *mount_tree_skip(struct mount *mount, const struct mount *top);

/*
 * mount_copy_tree: a copy of @model as seen from @root (in it), and with @recursive of what is
 * mounted below; what is unbindable is left out. Copies are peers and slaves as their models.
 * => detached, not published; ERR_PTR
 */
struct mount *mount_copy_tree(struct mount *model, struct dentry *root,
                              bool recursive) __must_check;
/* A tree that was never published goes. */
void mount_discard_tree(struct mount *tree);

/*
 * mount_graft: @tree, new or to be moved, is mounted on @place, and copies of it on all that
 * receive what happens there. A new tree's reference passes to the mount tree.
 * => @place is crossed to the topmost mount
 * => -ENOTDIR: one is a directory, the other is not; -ENOSPC: fs.mount-max; -ENOMEM. Nothing has
 *    changed then, the caller has its reference
 */
int mount_graft(struct mount *tree, const struct path *place) __must_check;

struct filesystem_type *filesystem_type_find(const char *name);
