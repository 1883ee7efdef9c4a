/*
 * The room: tasks, processes and everything a process is (task.h has the theory).
 */
#pragma once

#include <lib/types.h>

/* Caches, hooks of lower rooms, arch upcalls. => after vfs_init, before the first task */
void proc_init(void);

/*
 * proc_start_init: create pid 1, which executes the first program that works of: rdinit= (default
 * /init) when the root has it, init=, /sbin/init, /etc/init, /bin/init, /bin/sh. Words of the
 * command line nobody knows, and those after "--", become its arguments and environment.
 * => panics when nothing can be executed
 */
void proc_start_init(void);
