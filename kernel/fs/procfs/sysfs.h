/*
 * /sys: the same entries as /proc's under a root of their own.
 */
#pragma once

/* Register the file system type "sysfs". => once */
void sysfs_register(void);

/* A folder in a table of entries. */
#define SYSFS_FOLDER(name_, children_)                                                             \
    {                                                                                              \
        .name = name_, .mode = S_IFDIR | 0755, .children = children_                               \
    }

struct proc_entry;
extern const struct proc_entry sysfs_hugepages_entries[];
