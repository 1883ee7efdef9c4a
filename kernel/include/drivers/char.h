/*
 * Devices without hardware: null, zero, full, random, urandom, kmsg, userfaultfd.
 */
#pragma once

/* Devices that share a major number (/proc/misc). */
#define MISC_MAJOR        10
#define USERFAULTFD_MINOR 126

void char_devices_init(void); /* => after vfs_init */
