/*
 * From a number to its function: the table generated from table.def, the counters, and the one log
 * line for each call that is not there.
 */
#include <arch/cpu.h>
#include <arch/syscall.h>
#include <arch/thread.h>
#include <arch/trace.h>
#include <arch/upcall.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/printk.h>
#include <lib/string.h>
#include <proc/memory_failure.h>
#include <proc/ptrace.h>
#include <proc/call_dispatch.h>
#include <proc/seccomp.h>
#include <proc/task.h>
#include <sched/rcu.h>
#include <sched/wait.h>
#include <syscall/syscall.h>

#include "sys.h"
#include "proc_syscalls.h"
#include "trace.h"
#include "trace_names.h"

#define CAST(kind, index) (type_##kind) argument_##index
#define ARGUMENTS_0()
#define ARGUMENTS_1(a)                CAST(a, 0)
#define ARGUMENTS_2(a, b)             ARGUMENTS_1(a), CAST(b, 1)
#define ARGUMENTS_3(a, b, c)          ARGUMENTS_2(a, b), CAST(c, 2)
#define ARGUMENTS_4(a, b, c, d)       ARGUMENTS_3(a, b, c), CAST(d, 3)
#define ARGUMENTS_5(a, b, c, d, e)    ARGUMENTS_4(a, b, c, d), CAST(e, 4)
#define ARGUMENTS_6(a, b, c, d, e, f) ARGUMENTS_5(a, b, c, d, e), CAST(f, 5)

#define KINDS_0()
#define KINDS_1(a)                ARG_##a
#define KINDS_2(a, b)             KINDS_1(a), ARG_##b
#define KINDS_3(a, b, c)          KINDS_2(a, b), ARG_##c
#define KINDS_4(a, b, c, d)       KINDS_3(a, b, c), ARG_##d
#define KINDS_5(a, b, c, d, e)    KINDS_4(a, b, c, d), ARG_##e
#define KINDS_6(a, b, c, d, e, f) KINDS_5(a, b, c, d, e), ARG_##f

static const struct syscall_description descriptions[NR_SYSCALLS] = {
#define SYSCALL(number, name, count, ...)                                                          \
    [number] = {#name, true, count, {KINDS_##count(__VA_ARGS__)}},
#define SYSCALL_NO(number, name, count, ...)                                                       \
    [number] = {#name, false, count, {KINDS_##count(__VA_ARGS__)}},
#include "table.def"
#undef SYSCALL
#undef SYSCALL_NO
};

/* Each CPU counts for itself; a read adds them up. */
static DEFINE_PER_CPU(u64[NR_SYSCALLS], counts);

static bool missing_noted[NR_SYSCALLS];

const struct syscall_description *syscall_describe(unsigned number)
{
    if (number >= NR_SYSCALLS || !descriptions[number].name)
        return NULL;
    return &descriptions[number];
}

u64 syscall_count(unsigned number)
{
    u64 total = 0;

    for (unsigned cpu = 0; number < NR_SYSCALLS && cpu < cpu_count(); cpu++)
        total += per_cpu(counts, cpu)[number];
    return total;
}

/* Serves the numbers that nothing else serves. */
static long call_missing(unsigned long argument_0 __unused, unsigned long argument_1 __unused,
                         unsigned long argument_2 __unused, unsigned long argument_3 __unused,
                         unsigned long argument_4 __unused, unsigned long argument_5 __unused)
{
    unsigned number = arch_syscall_requested(arch_frame_current());
    const struct syscall_description *description;

    if (number >= NR_SYSCALLS)
        return -ENOSYS;
    if (!__atomic_exchange_n(&missing_noted[number], true, __ATOMIC_RELAXED)) {
        description = syscall_describe(number);
        pr_info("%s[%d]: system call %u (%s) is not implemented", current_thread()->name,
                task_id(current_task()), number, description ? description->name : "unassigned");
    }
    return -ENOSYS;
}

/* NUMBER_mmap ... */
enum {
#define SYSCALL(number, name, count, ...)    NUMBER_##name = (number),
#define SYSCALL_NO(number, name, count, ...) NUMBER_##name = (number),
#include "table.def"
#undef SYSCALL
#undef SYSCALL_NO
};

/* Which of the memory calls a number is, for /proc/PID/mm_why; 0: none. */
static __always_inline u32 memory_call(unsigned number)
{
    static const u32 calls[NR_SYSCALLS] = {
        [NUMBER_mmap] = MM_CALL_MAP,
        [NUMBER_mprotect] = MM_CALL_PROTECT,
        [NUMBER_munmap] = MM_CALL_UNMAP,
        [NUMBER_mremap] = MM_CALL_REMAP,
        [NUMBER_msync] = MM_CALL_SYNC,
        [NUMBER_mincore] = MM_CALL_RESIDENT,
        [NUMBER_madvise] = MM_CALL_ADVISE,
        [NUMBER_shmget] = MM_CALL_OTHER,
        [NUMBER_shmat] = MM_CALL_OTHER,
        [NUMBER_shmctl] = MM_CALL_OTHER,
        [NUMBER_shmdt] = MM_CALL_OTHER,
        [NUMBER_mlock] = MM_CALL_LOCK,
        [NUMBER_munlock] = MM_CALL_LOCK,
        [NUMBER_mlockall] = MM_CALL_LOCK_ALL,
        [NUMBER_munlockall] = MM_CALL_LOCK_ALL,
        [NUMBER_remap_file_pages] = MM_CALL_OTHER,
        [NUMBER_process_vm_readv] = MM_CALL_OTHER,
        [NUMBER_process_vm_writev] = MM_CALL_OTHER,
        [NUMBER_memfd_create] = MM_CALL_OTHER,
        [NUMBER_mlock2] = MM_CALL_LOCK,
        [NUMBER_pkey_mprotect] = MM_CALL_PROTECT,
        [NUMBER_pkey_alloc] = MM_CALL_OTHER,
        [NUMBER_pkey_free] = MM_CALL_OTHER,
        [NUMBER_process_madvise] = MM_CALL_OTHER,
    };

    return calls[number];
}

/* Keep why a memory call failed, for /proc/PID/mm_why. => @result */
static __noinline long note_failure(unsigned number, u32 call, long result)
{
    unsigned long args[6];

    if (result > -ERESTARTSYS && current_task()->mm != NULL) {
        arch_syscall_arguments(arch_frame_current(), args);
        memory_failure_note_call(descriptions[number].name, call, args, (int)result,
                                 trace_errno_name((int)-result));
    }
    return result;
}

/*
 * call_NAME: gives the arguments, which come in registers, their types. Which of them are memory
 * calls the compiler knows: the others are only that.
 */
#define SYSCALL(number, name, count, ...)                                                          \
    static long call_##name(unsigned long argument_0 __unused, unsigned long argument_1 __unused,  \
                            unsigned long argument_2 __unused, unsigned long argument_3 __unused,  \
                            unsigned long argument_4 __unused, unsigned long argument_5 __unused)  \
    {                                                                                              \
        const u32 memory = memory_call(number);                                                    \
        long result;                                                                               \
                                                                                                   \
        if (memory != 0)                                                                           \
            current_thread()->refusal = NULL;                                                      \
        result = sys_##name(ARGUMENTS_##count(__VA_ARGS__));                                       \
        return memory != 0 && result < 0 ? note_failure(number, memory, result) : result;          \
    }
#define SYSCALL_NO(number, name, count, ...)
#include "table.def"
#undef SYSCALL
#undef SYSCALL_NO

static const arch_syscall_function functions[NR_SYSCALLS] = {
#define SYSCALL(number, name, count, ...)    [number] = call_##name,
#define SYSCALL_NO(number, name, count, ...) [number] = call_missing,
#include "table.def"
#undef SYSCALL
#undef SYSCALL_NO
    [335 ... 423] = call_missing, /* no call has these numbers on x86-64 */
};

/* The function that serves @number, and one more call counted. */
static inline arch_syscall_function function_begin(unsigned number)
{
    if (unlikely(number >= NR_SYSCALLS))
        return call_missing;
    arch_percpu_count(counts, number);
    return functions[number];
}

/* What the filters of the task say, after its tracer where they want that asked. => false: skipped
 */
static bool is_allowed(struct trap_frame *frame, long *result)
{
    unsigned long args[6];
    enum seccomp_answer answer;

    arch_syscall_arguments(frame, args);
    answer = seccomp_check(arch_syscall_requested(frame), args, arch_frame_pc(frame), result);
    if (answer != SECCOMP_ASKS_TRACER)
        return answer == SECCOMP_ALLOWS;
    if (!ptrace_seccomp(frame, (u32)*result)) {
        *result = -ENOSYS;
        return false;
    }
    if (arch_syscall_number(frame) < 0) {
        *result = arch_frame_result(frame);
        return false;
    }
    arch_syscall_arguments(frame, args);
    return seccomp_check(arch_syscall_requested(frame), args, arch_frame_pc(frame), result) !=
           SECCOMP_FORBIDS;
}

/* The call as a tracer and filters leave it in @frame. */
static long perform_allowed(struct trap_frame *frame)
{
    unsigned long args[6];
    unsigned number;
    bool is_traced;
    long result;

    if (!ptrace_syscall_enter(frame))
        return arch_frame_result(frame);
    number = arch_syscall_requested(frame);
    if (current_task()->flags & TASK_CALL_DISPATCH &&
        call_dispatch_takes(number, arch_frame_pc(frame)))
        return (int)number;
    is_traced = current_task()->flags & TASK_TRACED && syscall_describe(number);
    if (is_traced) {
        arch_syscall_arguments(frame, args);
        trace_enter(number, args);
    }
    if (is_allowed(frame, &result))
        result = arch_syscall_call(frame, function_begin(arch_syscall_requested(frame)));
    if (is_traced)
        trace_leave(number, args, result);
    return result;
}

/* A call that somebody looks at, before and after, or forbids. */
static __noinline long perform_watched(void)
{
    struct trap_frame *frame = arch_frame_current();
    long result = perform_allowed(frame);

    if (current_task()->flags & TASK_TRACED_CALLS) {
        arch_frame_set_result(frame, result);
        ptrace_syscall_exit(frame);
        result = arch_frame_result(frame);
    }
    return result;
}

/* The arguments stay in the registers they come in: nothing here may need many others. */
static long dispatch(unsigned long argument_0, unsigned long argument_1, unsigned long argument_2,
                     unsigned long argument_3, unsigned long argument_4, unsigned long argument_5)
{
    rcu_quiescent();
    irq_enable();
    if (unlikely(current_task()->flags & TASK_WATCHED))
        return perform_watched();
    return function_begin(arch_syscall_requested(arch_frame_current()))(
        argument_0, argument_1, argument_2, argument_3, argument_4, argument_5);
}

void syscall_init(void)
{
    for (unsigned number = 0; number < NR_SYSCALLS; number++)
        ASSERT(functions[number] != NULL);
    arch_upcalls.syscall = dispatch;
    trace_init();
    proc_syscalls_init();
}
