/*
 * pidfd_open(2), pidfd_send_signal(2): processes by descriptor.
 */
#pragma once

#include <lib/types.h>

struct abi_siginfo;
struct file;
struct process;

/* Not yet descriptors (they are always close-on-exec). ERR_PTR: -EINVAL (flags, no process's
 * number), -ESRCH, -ENOMEM */
struct file *pidfd_open(int number, int flags) __must_check;
struct file *pidfd_create(struct process *process, int flags) __must_check;
/* The process of such a file, borrowed; NULL: the file is none. */
struct process *pidfd_process(struct file *file);
/* As kill(2); -ESRCH: it is reaped. */
int pidfd_send_signal(struct process *process, const struct abi_siginfo *info) __must_check;
