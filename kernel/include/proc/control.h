/*
 * prctl(2): what a process sets about itself. Also the rule of who may look into whom.
 */
#pragma once

#include <lib/types.h>

struct mm;
struct task;

long process_control(int option, unsigned long a, unsigned long b, unsigned long c,
                     unsigned long d);

/*
 * task_may_inspect: may the current task read @task's memory map, environment, descriptors?
 * => 0, or -EPERM: another user's, more capable, or not dumpable, and no CAP_SYS_PTRACE (ptrace(2),
 * access mode)
 */
int task_may_inspect(struct task *task) __must_check;
/* The same. => process.lock of @task held */
int task_may_inspect_locked(struct task *task) __must_check;

/*
 * task_inspect_mm: the address space of @task, if the current task may look at it.
 * => a user of it; NULL: it has none; ERR_PTR(-EPERM). Asked after it was got: execve changes what
 * a task may do together with its memory, so a new program is judged by its own credentials
 */
struct mm *task_inspect_mm(struct task *task) __must_check;
