/*
 * /proc/sys: what must be made at boot.
 */
#pragma once

/* The boot's identity. => once, when randomness is there */
void proc_sys_init(void);
