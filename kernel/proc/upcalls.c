/*
 * What the machine and the rooms below ask of the running task: faults and traps of user mode
 * become signals, the way back to user mode delivers them, vfs and panic learn who is running.
 */
#include <proc/proc.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/memory.h>
#include <arch/thread.h>
#include <arch/upcall.h>
#include <kern/failpoint.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <kern/printk.h>
#include <lib/printf.h>
#include <mm/mm.h>
#include <proc/rseq.h>
#include <proc/session.h>
#include <proc/ptrace.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <vfs/context.h>

#include "proc_internal.h"

#define LOG_PERIOD (5 * NS_PER_SECOND)
#define LOG_BURST  10u

/* No more than LOG_BURST lines in LOG_PERIOD: a program that dies again and again must not fill the
 * log. */
static bool log_allowed(void)
{
    static u64 period; /* (a) number of the current one */
    static u32 lines;  /* (a) */
    u64 now = time_monotonic_ns() / LOG_PERIOD;

    if (xchg(&period, now) != now)
        WRITE_ONCE(lines, 0);
    return fetch_add(&lines, 1) < LOG_BURST;
}

/* A line in the log: a fault is about to kill. */
static void log_fatal(const struct trap_frame *frame, int signal, vaddr_t addr, const char *reason)
{
    struct task *self = current_task();

    if (ptrace_is_on(self) || !log_allowed()) /* the tracer decides what becomes of it */
        return;
    pr_info("%s[%d]: %s at %lx pc %lx sp %lx: %s\n", self->thread.name, task_id(self),
            signal_name(signal), addr, arch_frame_pc(frame), arch_frame_stack(frame), reason);
}

static int page_fault(struct trap_frame *frame, vaddr_t addr, enum fault_access access, bool user)
{
    struct mm_fault_failure failure __uncleared; /* written with the error */
    struct task *self = current_task_or_null();
    int error = -EFAULT;
    bool kills;

    if (self == NULL || self->mm == NULL)
        return -EFAULT;
    if (addr < USER_END)
        error = mm_fault(self->mm, addr, access, user, &failure);
    else
        failure = (struct mm_fault_failure){
            .signal = SIGSEGV, .code = SEGV_MAPERR, .reason = "no such address"};
    if (!error) {
        self->minor_faults++;
        return 0;
    }
    if (!user)
        return -EFAULT;
    memory_failure_note_fault(addr, &failure);
    kills = failure.code == SEGV_PKUERR ? signal_force_key_fault(addr, failure.key)
                                        : signal_force_fault(failure.signal, failure.code, addr);
    if (kills)
        log_fatal(frame, failure.signal, addr, failure.reason);
    return -EFAULT;
}

static void user_trap(struct trap_frame *frame, enum trap_kind kind, int code, vaddr_t addr)
{
    static const struct {
        int signal, code; /* 0: arch knows */
        const char *reason;
    } traps[] = {
        [TRAP_DIVIDE] = {SIGFPE, FPE_INTDIV, "division error"},
        [TRAP_FPU] = {SIGFPE, 0, "floating-point exception"},
        [TRAP_BREAKPOINT] = {SIGTRAP, SI_KERNEL, "breakpoint"},
        [TRAP_DEBUG] = {SIGTRAP, 0, "debug exception"},
        [TRAP_ILLEGAL] = {SIGILL, ILL_ILLOPN, "illegal instruction"},
        [TRAP_PROTECTION] = {SIGSEGV, SI_KERNEL, "general protection"},
        [TRAP_STACK] = {SIGBUS, SI_KERNEL, "stack segment"},
        [TRAP_ALIGNMENT] = {SIGBUS, BUS_ADRALN, "alignment check"},
    };
    int signal = traps[kind].signal;

    if (kind == TRAP_PROTECTION || kind == TRAP_STACK || kind == TRAP_BREAKPOINT)
        addr = 0;
    if (signal_force_fault(signal, traps[kind].code != 0 ? traps[kind].code : code, addr))
        log_fatal(frame, signal, addr, traps[kind].reason);
}

static void user_return(struct trap_frame *frame)
{
    struct task *self = current_task_or_null();

    if (preempt_requested())
        sched_preempt();
    if (self == NULL)
        return;
    if (thread_flag(&self->thread, THREAD_WAS_SWITCHED))
        rseq_user_return(frame);
    signal_user_return(frame);
}

static void raise_signal(int signal)
{
    struct abi_siginfo info;

    signal_info_kernel(&info, signal);
    if (current_task_or_null() != NULL)
        (void)signal_send_task(current_task(), &info);
}

static void describe_current(char *buffer, size_t size)
{
    struct task *self = current_task_or_null();

    if (self == NULL)
        snprintf(buffer, size, "kernel thread %s", current_thread()->name);
    else
        snprintf(buffer, size, "%s[%d]", self->thread.name, self->pid != NULL ? task_id(self) : 0);
}

static const void *failpoint_owner(void)
{
    return current_task_or_null();
}

void upcalls_init(void)
{
    static const struct vfs_hooks hooks = {
        .raise_signal = raise_signal,
        .notify_owner = notify_file_owner,
        .owner_kinds = file_owner_kinds,
    };

    arch_upcalls.page_fault = page_fault;
    arch_upcalls.user_trap = user_trap;
    arch_upcalls.user_return = user_return;
    vfs_register_hooks(&hooks);
    panic_set_describe(describe_current);
    failpoint_set_owner_hook(failpoint_owner);
}
