/*
 * The file system in memory: types "tmpfs" and, for the first mount, "rootfs".
 */
#pragma once

/* Register the types. => after vfs_init; then mount_root_create("rootfs", "mode=755") */
void tmpfs_init(void);
