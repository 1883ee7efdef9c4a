/* Files without a name in any directory: pipes, sockets, eventfds, memfds. */
#pragma once

#include <vfs/path.h>

void pseudo_init(void);

/* The description of a path on the pseudo filesystem: "pipe:[3]", "anon_inode:[eventfd]", "/memfd:x
 * (deleted)". */
char *pseudo_describe(const struct path *path, char *buffer, size_t size);
