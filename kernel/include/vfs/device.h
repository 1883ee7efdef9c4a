/*
 * Devices: from a device number to the operations of its driver, and to its node in /dev.
 */
#pragma once

#include <lib/types.h>

struct file_ops;

/*
 * device_register: a character (S_IFCHR) or block (S_IFBLK) device with operations.
 * => @name: its node below /dev ("null", "input/event0": directories are made), shown with @mode,
 * type included; NULL: no node
 * => @data: file->private of each open file before ops->open runs
 * => -EBUSY (number taken), -ENOMEM
 */
int device_register(const char *name, u32 mode, u32 major, u32 minor, const struct file_ops *ops,
                    void *data) __must_check;
void device_unregister(u32 type, u32 major, u32 minor);
/* All minors [minor, minor + count) without nodes (pts). */
int device_register_range(u32 type, u32 major, u32 minor, u32 count, const struct file_ops *ops,
                          void *data, const char *name) __must_check;

/* The operations of a device; NULL: none (-ENXIO). */
const struct file_ops *device_find(u32 type, u64 device, void **data);

/* Registered by devfs: told of nodes that come (also those registered before) and go. */
void device_set_node_hook(void (*add)(const char *name, u32 mode, u64 device),
                          void (*remove)(const char *name));

/* For /proc/devices. */
void device_for_each(void (*visit)(u32 type, u32 major, const char *name, void *argument),
                     void *argument);
