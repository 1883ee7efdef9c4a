/*
 * inotify(7): instances that queue what happens to the files they watch.
 */
#pragma once

#include <lib/types.h>

struct file;
struct vfs_context;

/* inotify_init1(2). => not yet a descriptor; ERR_PTR: -EINVAL (unknown flags), -EMFILE (instances
 * of the user), -ENOMEM, -ENFILE */
struct file *inotify_create(int flags) __must_check;

/*
 * inotify_watch_add: watch the file @name, or change the watch on it.
 * => the number of the watch; -EINVAL: no instance, no event, IN_MASK_ADD with IN_MASK_CREATE;
 * -EEXIST (IN_MASK_CREATE), -ENOSPC (watches of the user), -ENOMEM, those of path_lookup
 */
int inotify_watch_add(const struct vfs_context *context, struct file *file, const char *name,
                      u32 mask) __must_check;
/* What is wrong with @mask alone (before the descriptor is looked at): -EINVAL. */
int inotify_check_mask(u32 mask) __must_check;

/* inotify_rm_watch(2): -EINVAL: no instance, no such watch. */
int inotify_watch_remove(struct file *file, s32 number) __must_check;

void inotify_init(void);
