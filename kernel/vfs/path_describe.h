/* path_describe, also telling whether @root was met on the way up (getcwd, /proc/mounts). */
#pragma once

#include <vfs/path.h>

char *path_describe_reached(const struct path *path, const struct path *root, char *buffer,
                            size_t size, bool *reached);
/* The names from @top down to @dentry, mounts left aside. */
char *dentry_describe(const struct dentry *dentry, const struct dentry *top, char *buffer,
                      size_t size);
