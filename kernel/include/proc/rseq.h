/*
 * Restartable sequences (rseq(2)): user memory that says on which processor the task runs, and
 * sections of code that are left by their abort address when the task was interrupted in them.
 */
#pragma once

#include <lib/types.h>

struct task;
struct trap_frame;

/* rseq(2). => -EINVAL, -EPERM (other signature), -EBUSY (registered already), -EFAULT */
long rseq_register(void __user *area, u32 len, int flags, u32 signature);

/* Before the current task, with THREAD_WAS_SWITCHED set, goes back to user mode: leave an
 * interrupted section, write the processor's number. */
void rseq_user_return(struct trap_frame *frame);
/*
 * Before @frame is saved for a handler: leave the section it is in.
 * => false: the area cannot be used; SIGSEGV is to be raised
 */
bool rseq_signal(struct trap_frame *frame) __must_check;

/* A new task that shares memory starts without, a copy of the process with the parent's. */
void rseq_fork(struct task *child, const struct task *self, bool shares_memory);
void rseq_exec(struct task *self);
