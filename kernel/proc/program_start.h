/*
 * Programs that the kernel starts of its own.
 */
#pragma once

#include <proc/task.h>

struct file;

/* RLIMIT_CORE of such a program: with this one a core is given to no program (core(5)). */
#define CORE_LIMIT_OF_PROGRAMS 1

/*
 * program_start: execute argv[0] as root, in the root directory, with @input as its standard input
 * and no other descriptor, and with no environment.
 * => may sleep; returns when it is executed: 0, or why it is not; @input stays the caller's
 */
long program_start(const char *const *argv, struct file *input) __must_check;

/*
 * task_give_kernel_resources: what a task has that nobody forked: root's rights, empty tables, the
 * first limits, a number.
 * => -ENOMEM; task_free_unstarted undoes what was done
 */
int task_give_kernel_resources(struct task *task) __must_check;
