/*
 * /sys: the same entries as /proc's under a root of their own.
 */
#pragma once

#include <lib/types.h>

/* Register the file system type "sysfs". => once */
void sysfs_register(void);

/* What a program writes into a setting: a number and nothing else. => 0; -EINVAL, -ERANGE */
int sysfs_find_number(const char *text, u64 *value) __must_check;

/* A folder in a table of entries. */
#define SYSFS_FOLDER(name_, children_)                                                             \
    {                                                                                              \
        .name = name_, .mode = S_IFDIR | 0755, .children = children_                               \
    }

struct proc_entry;
extern const struct proc_entry sysfs_hugepages_entries[];
extern const struct proc_entry sysfs_system_entries[]; /* /sys/devices/system */
