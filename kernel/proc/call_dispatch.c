/*
 * System calls that a program handles itself.
 *
 * A program that runs code for another system (Wine) wants to see the calls of that code. While it
 * has switched this on, each call from outside [start, start + len) is looked at: the byte at
 * `selector` says whether it is the kernel's or becomes a SIGSYS (code SYS_USER_DISPATCH), whose
 * handler finds the call in the registers. Children and new programs begin without it.
 *
 * The state is the task's own (o); TASK_CALL_DISPATCH says that it is on, so that other tasks pay
 * nothing.
 */
#include <proc/call_dispatch.h>

#include <abi/errno.h>
#include <abi/prctl.h>
#include <abi/seccomp.h>
#include <abi/signal.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <signal/signal.h>

static void switch_off(struct task *self)
{
    fetch_and(&self->flags, ~TASK_CALL_DISPATCH);
    self->call_dispatch = (struct call_dispatch){0};
}

long call_dispatch_set(unsigned long mode, unsigned long start, unsigned long len,
                       unsigned long selector)
{
    struct task *self = current_task();

    if (mode == PR_SYS_DISPATCH_OFF) {
        if (start || len || selector)
            return -EINVAL;
        switch_off(self);
        return 0;
    }
    if (mode != PR_SYS_DISPATCH_ON || (start != 0 && start + len <= start))
        return -EINVAL;
    if (selector >= USER_END)
        return -EFAULT;
    self->call_dispatch =
        (struct call_dispatch){.start = start, .len = len, .selector = (u8 __user *)selector};
    fetch_or(&self->flags, TASK_CALL_DISPATCH);
    return 0;
}

bool call_dispatch_takes(unsigned long number, u64 pc)
{
    const struct call_dispatch *wanted = &current_task()->call_dispatch;
    struct abi_siginfo info = {.signo = SIGSYS, .code = SYS_USER_DISPATCH};
    u8 selected = PR_SYS_DISPATCH_BLOCK;

    if (pc - wanted->start < wanted->len)
        return false;
    if (wanted->selector != NULL && get_user(selected, wanted->selector)) {
        signal_force_fatal(SIGSEGV);
        return true;
    }
    if (selected == PR_SYS_DISPATCH_ALLOW)
        return false;
    if (selected != PR_SYS_DISPATCH_BLOCK) {
        signal_force_fatal(SIGSYS);
        return true;
    }
    info.syscall.call_address = pc;
    info.syscall.number = (s32)number;
    info.syscall.arch = AUDIT_ARCH_X86_64;
    signal_force(&info);
    return true;
}

void call_dispatch_exec(void)
{
    switch_off(current_task());
}
