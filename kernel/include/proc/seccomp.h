/*
 * seccomp(2): what a task has agreed to be held to. A mode is never left again, a filter never
 * taken back; both are inherited by fork and kept by execve.
 */
#pragma once

#include <lib/types.h>

struct task;
struct seccomp_filter;

/* The system call. Errors as seccomp(2); NEW_LISTENER is unknown here, as to Linux before 5.0. */
long seccomp_call(unsigned operation, unsigned flags, void __user *args);
/* prctl(PR_GET_SECCOMP), prctl(PR_SET_SECCOMP). */
long seccomp_get_mode(void);
long seccomp_set_mode(unsigned long mode, void __user *filter);

/*
 * seccomp_check: may the running task make the system call @number, from @pc?
 * => FORBIDS: it is skipped and returns *result; a signal may be pending for it
 * => ASKS_TRACER: with *result as data; -ENOSYS when nobody is there to be asked
 * => does not return when the task is to end alone
 */
enum seccomp_answer { SECCOMP_ALLOWS, SECCOMP_FORBIDS, SECCOMP_ASKS_TRACER };
enum seccomp_answer seccomp_check(unsigned long number, const unsigned long args[6], u64 pc,
                                  long *result);

/* The running task's state for @child. => process.lock of the running task held */
void seccomp_inherit(struct task *child);
/* => nobody else can reach the task */
void seccomp_task_free(struct task *task);

/* How many filters @task is under. => process.lock held */
unsigned seccomp_filter_count(const struct task *task);

/* The answers a filter can give, by name: /proc/sys/kernel/seccomp/actions_avail. */
extern const char seccomp_actions[];
