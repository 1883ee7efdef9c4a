/* Looking a path up in the cache of names alone. */
#pragma once

#include <vfs/context.h>
#include <vfs/path.h>

/*
 * As path_lookup and path_lookup_parent.
 * => false: it takes a walk; *out means nothing
 */
bool quick_lookup(const struct vfs_context *context, int dirfd, const char *name, unsigned flags,
                  struct path *out) __must_check;
bool quick_lookup_parent(const struct vfs_context *context, int dirfd, const char *name,
                         unsigned flags, struct parent_lookup *out) __must_check;
