/*
 * Devices without hardware: null, zero, full, random, urandom, kmsg.
 */
#pragma once

void char_devices_init(void); /* => after vfs_init */
