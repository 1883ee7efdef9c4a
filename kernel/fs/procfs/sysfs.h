/*
 * /sys: the same entries as /proc's under a root of their own.
 */
#pragma once

/* Register the file system type "sysfs". => once */
void sysfs_register(void);
