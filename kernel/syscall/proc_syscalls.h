/* The system calls as a file in /proc. */
#pragma once

void proc_syscalls_init(void);
