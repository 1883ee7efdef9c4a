/*
 * System calls that a program handles itself: prctl(PR_SET_SYSCALL_USER_DISPATCH).
 */
#pragma once

#include <lib/types.h>

struct trap_frame;

/* What the program asked for, in struct task; the task itself reads and writes it. */
struct call_dispatch {
    u64 start, len; /* calls from here are always the kernel's */
    u8 __user *selector;
};

/* The prctl option. => -EINVAL, -EFAULT as Linux */
long call_dispatch_set(unsigned long mode, unsigned long start, unsigned long len,
                       unsigned long selector);

/*
 * call_dispatch_takes: is the call of the running task, number @number made at @pc, the program's?
 * => true: a SIGSYS is pending (or the end of the process, where the selector says nonsense); the
 * call is skipped
 */
bool call_dispatch_takes(unsigned long number, u64 pc);

/* A new program, as a child, begins without. */
void call_dispatch_exec(void);
