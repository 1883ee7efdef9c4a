/*
 * The file system of devices, type "devtmpfs": one instance, kept in a tmpfs, in which a node
 * appears for each registered device (vfs/device.h).
 */
#pragma once

#include <lib/types.h>

/* Register the type, make the instance and the nodes of the devices registered so far. => after
 * tmpfs_init and mount_root_create */
void devfs_init(void);

/* Extra entries, by names relative to /dev; missing parents are made. -EEXIST ... */
int devfs_make_directory(const char *name, u32 mode) __must_check;
int devfs_make_link(const char *name, const char *target) __must_check;
