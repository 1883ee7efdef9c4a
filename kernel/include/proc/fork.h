/*
 * Making tasks: fork, vfork, clone, clone3 (clone(2)).
 */
#pragma once

#include <abi/sched.h>
#include <lib/types.h>

struct trap_frame;
struct task;

struct clone_request {
    u64 flags; /* CLONE_*, without the signal */
    int exit_signal;
    vaddr_t stack_pointer; /* 0: the parent's */
    vaddr_t tls;
    int __user *parent_tid;
    int __user *child_tid;
    int __user *pidfd;
    int set_tid;         /* clone3 set_tid[0]; 0: any number */
    bool clear_handlers; /* CLONE_CLEAR_SIGHAND */
};

/*
 * task_clone: a copy of the current task that returns 0 to user mode with @frame's registers.
 * => the child's number; errors as clone(2). With CLONE_VFORK returns when the child has executed
 * or exited.
 */
long task_clone(const struct trap_frame *frame, const struct clone_request *request);

/* unshare(2): -EINVAL for namespaces, which this kernel does not have. */
long task_unshare(unsigned long flags);
