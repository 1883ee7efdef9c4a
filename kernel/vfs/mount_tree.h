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

/* A detached mount of @root (referenced here) with one reference; the filesystem is referenced too.
 * ERR_PTR. */
struct mount *mount_create(struct filesystem *filesystem, struct dentry *root, u32 flags,
                           const char *source) __must_check;
/* Put @mount, whose reference passes to the tree, at @place (already crossed to the topmost mount).
 */
void mount_attach(struct mount *mount, const struct path *place);
/* Take it out again; the tree's reference passes to the caller. Children stay attached to it. */
void mount_detach(struct mount *mount);
/* The same, with everything mounted below, unless it is in use (then -EBUSY). @extra: references
 * the caller holds. */
int mount_detach_idle(struct mount *mount, int extra) __must_check;
/* Detach and release @mount and all mounts below it, in use or not. */
void mount_detach_tree(struct mount *mount);

/* The mount at (parent, dentry); NULL. => name_lock held */
struct mount *mount_find(const struct mount *parent, const struct dentry *dentry);

/* The next in the list of all after @mount (NULL: first); NULL: end. */
struct mount *mount_next(struct mount *mount);

struct filesystem_type *filesystem_type_find(const char *name);
