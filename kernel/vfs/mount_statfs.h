/* statfs(2) for the mount a path is on. */
#pragma once

#include <vfs/path.h>

struct statfs;

int mount_statfs(const struct path *path, struct statfs *statfs) __must_check;
