/*
 * What a tracer reads and writes of a task in a trace stop: memory, registers, signals, what it
 * stopped for. The task sleeps, so its registers are where they were saved; it may be killed
 * meanwhile, which does them no harm.
 */
#include "ptrace_internal.h"

#include <abi/errno.h>
#include <abi/seccomp.h>
#include <abi/uio.h>
#include <arch/debug_registers.h>
#include <arch/trace.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <signal/signal.h>

#define NT_PRSTATUS   1
#define NT_PRFPREG    2
#define NT_X86_XSTATE 0x202

static u64 *user_word(unsigned long addr, u64 *registers)
{
    return &registers[addr / sizeof(u64)];
}

/* ---- memory ---- */

static long move_word(struct task *task, vaddr_t addr, u64 *word, bool write)
{
    struct mm *mm = task_get_mm(task);
    ssize_t moved;

    if (mm == NULL)
        return -EIO;
    moved = mm_access(mm, addr, word, sizeof(*word), write, true);
    mm_put_user(mm);
    return moved == sizeof(*word) ? 0 : -EIO;
}

static long peek(struct task *task, vaddr_t addr, u64 __user *to)
{
    u64 word;
    long err = move_word(task, addr, &word, false);

    return err != 0 ? err : put_user(word, to);
}

/* ---- registers ---- */

static void get_registers(struct task *task, u64 registers[ARCH_CORE_NR_REGISTERS])
{
    arch_core_registers(&task->thread.arch, task->thread.stack, registers);
}

static long set_registers(struct task *task, const u64 registers[ARCH_CORE_NR_REGISTERS])
{
    return arch_trace_set_registers(&task->thread.arch, task->thread.stack, registers);
}

static bool is_user_address(unsigned long addr)
{
    return addr % sizeof(u64) == 0 && addr < PTRACE_USER_SIZE;
}

/* => the number of the debug register at @addr of struct user, -1: there is another thing */
static int debug_register_at(unsigned long addr)
{
    return addr >= PTRACE_USER_DEBUG ? (int)((addr - PTRACE_USER_DEBUG) / sizeof(u64)) : -1;
}

static long poke_debug_register(struct arch_thread *arch, unsigned number, u64 value)
{
    if (arch->debug == NULL) {
        arch->debug = kzalloc(sizeof(*arch->debug), ALLOC_WAIT);
        if (arch->debug == NULL)
            return -ENOMEM;
    }
    return arch_debug_register_set(arch, number, value);
}

/* What lies between the registers and the debug registers reads as 0. */
static long peek_user(struct task *task, unsigned long addr, u64 __user *to)
{
    u64 registers[ARCH_CORE_NR_REGISTERS];

    if (!is_user_address(addr))
        return -EIO;
    if (debug_register_at(addr) >= 0)
        return put_user(arch_debug_register(&task->thread.arch, debug_register_at(addr)), to);
    if (addr >= PTRACE_USER_REGISTERS_SIZE)
        return put_user((u64)0, to);
    get_registers(task, registers);
    return put_user(*user_word(addr, registers), to);
}

static long poke_user(struct task *task, unsigned long addr, u64 value)
{
    u64 registers[ARCH_CORE_NR_REGISTERS];

    if (!is_user_address(addr))
        return -EIO;
    if (debug_register_at(addr) >= 0)
        return poke_debug_register(&task->thread.arch, debug_register_at(addr), value);
    if (addr >= PTRACE_USER_REGISTERS_SIZE)
        return -EIO;
    get_registers(task, registers);
    *user_word(addr, registers) = value;
    return set_registers(task, registers);
}

static long copy_registers(struct task *task, void __user *user, size_t size, bool write)
{
    u64 registers[ARCH_CORE_NR_REGISTERS];

    get_registers(task, registers);
    if (!write)
        return copy_to_user(user, registers, size) != 0 ? -EFAULT : 0;
    if (copy_from_user(registers, user, size) != 0)
        return -EFAULT;
    return set_registers(task, registers);
}

static long copy_fp(struct task *task, void __user *user, size_t size, bool write)
{
    size_t room = align_up(arch_fpu_size(), 64);
    char *state = kmalloc(2 * room, ALLOC_WAIT);
    long err = 0;

    if (state == NULL)
        return -ENOMEM;
    (void)arch_core_fp_state(&task->thread.arch, state);
    if (!write)
        err = copy_to_user(user, state, size) != 0 ? -EFAULT : 0;
    else if (copy_from_user(state, user, size) != 0)
        err = -EFAULT;
    else
        err = arch_trace_set_fp_state(
            &task->thread.arch, state,
            size > ARCH_CORE_FP_SIZE ? arch_fpu_size() : ARCH_CORE_FP_SIZE, state + room);
    kfree(state);
    return err;
}

/* GETREGSET, SETREGSET: as much of the set as there is room for; the length comes back. */
static long copy_register_set(struct task *task, unsigned long set, struct iovec __user *user,
                              bool write)
{
    struct iovec vector;
    size_t whole;
    long err;

    if (copy_from_user(&vector, user, sizeof(vector)) != 0)
        return -EFAULT;
    switch (set) {
    case NT_PRSTATUS:
        whole = PTRACE_USER_REGISTERS_SIZE;
        break;
    case NT_PRFPREG:
        whole = ARCH_CORE_FP_SIZE;
        break;
    case NT_X86_XSTATE:
        whole = arch_fpu_size();
        break;
    default:
        return -EINVAL;
    }
    if (vector.iov_len % sizeof(u64) != 0)
        return -EINVAL;
    if (write && set != NT_PRSTATUS && vector.iov_len < whole)
        return -EFAULT;
    vector.iov_len = min(vector.iov_len, whole);
    err = set == NT_PRSTATUS ? copy_registers(task, vector.iov_base, vector.iov_len, write)
                             : copy_fp(task, vector.iov_base, vector.iov_len, write);
    return err != 0 ? err : put_user(vector.iov_len, &user->iov_len);
}

/* ---- signals ---- */

static long copy_info(struct task *task, struct abi_siginfo __user *user, bool write)
{
    struct abi_siginfo info;
    struct ptrace *trace;
    irqflags_t flags;
    long err = 0;

    if (write)
        err = signal_info_from_user(&info, user);
    if (err != 0)
        return err;
    flags = spin_lock_irqsave(&task->process->lock);
    trace = ptrace_find_stopped_locked(task);
    if (trace == NULL)
        err = -ESRCH;
    else if (!trace->has_info)
        err = -EINVAL;
    else if (write)
        trace->info = info;
    else
        info = trace->info;
    spin_unlock_irqrestore(&task->process->lock, flags);
    return err == 0 && !write ? signal_info_to_user(user, &info) : err;
}

static long copy_mask(struct task *task, unsigned long size, u64 __user *user, bool write)
{
    irqflags_t flags;
    u64 mask;

    if (size != sizeof(mask))
        return -EINVAL;
    if (write && get_user(mask, user) != 0)
        return -EFAULT;
    flags = spin_lock_irqsave(&task->process->lock);
    if (write) {
        task->signals.blocked = mask & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
        thread_clear_flag(
            &task->thread,
            THREAD_RESTORES_BLOCKED); /* of sigsuspend: this is the mask to go on with */
        signal_recalculate(task);
    } else {
        mask = thread_flag(&task->thread, THREAD_RESTORES_BLOCKED) ? task->signals.saved_blocked
                                                                   : task->signals.blocked;
    }
    spin_unlock_irqrestore(&task->process->lock, flags);
    return write ? 0 : put_user(mask, user);
}

/* ---- the stop ---- */

static long set_options(struct task *task, unsigned long options)
{
    struct ptrace *trace;
    irqflags_t flags;

    if (options & ~(unsigned long)PTRACE_O_KNOWN)
        return -EINVAL;
    flags = spin_lock_irqsave(&task->process->lock);
    trace = ptrace_find_stopped_locked(task);
    if (trace != NULL)
        trace->options = (u32)options;
    spin_unlock_irqrestore(&task->process->lock, flags);
    return trace != NULL ? 0 : -ESRCH;
}

static long get_message(struct task *task, u64 __user *user)
{
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    struct ptrace *trace = ptrace_find_stopped_locked(task);
    u64 message = trace != NULL ? trace->message : 0;

    spin_unlock_irqrestore(&task->process->lock, flags);
    return trace != NULL ? put_user(message, user) : -ESRCH;
}

/* => bytes of @info that mean something */
static size_t describe_call(struct task *task, u8 operation, u32 data,
                            struct abi_ptrace_syscall_info *info)
{
    struct trap_frame *frame = arch_user_frame(task->thread.stack);

    *info = (struct abi_ptrace_syscall_info){
        .operation = operation,
        .arch = AUDIT_ARCH_X86_64,
        .instruction_pointer = arch_frame_pc(frame),
        .stack_pointer = arch_frame_stack(frame),
    };
    switch (operation) {
    case PTRACE_SYSCALL_INFO_EXIT:
        info->exit.result = arch_frame_result(frame);
        info->exit.is_error = (u64)info->exit.result > (u64)-4096l;
        return offsetof(struct abi_ptrace_syscall_info, exit.is_error) + 1;
    case PTRACE_SYSCALL_INFO_SECCOMP:
    case PTRACE_SYSCALL_INFO_ENTRY:
        info->seccomp.number = (u64)arch_syscall_number(frame);
        arch_syscall_arguments(frame, info->seccomp.args);
        info->seccomp.data = data;
        return operation == PTRACE_SYSCALL_INFO_SECCOMP
                   ? offsetof(struct abi_ptrace_syscall_info, seccomp.data) + sizeof(u32)
                   : offsetof(struct abi_ptrace_syscall_info, seccomp.data);
    default:
        return offsetof(struct abi_ptrace_syscall_info, entry);
    }
}

static long get_syscall_info(struct task *task, unsigned long room, void __user *user)
{
    struct abi_ptrace_syscall_info info;
    irqflags_t flags = spin_lock_irqsave(&task->process->lock);
    struct ptrace *trace = ptrace_find_stopped_locked(task);
    u8 operation = trace != NULL ? trace->call_stop : 0;
    u32 data = trace != NULL ? trace->call_data : 0;
    size_t size;

    spin_unlock_irqrestore(&task->process->lock, flags);
    if (trace == NULL)
        return -ESRCH;
    size = describe_call(task, operation, data, &info);
    return copy_to_user(user, &info, min(room, size)) != 0 ? -EFAULT : (long)size;
}

long ptrace_state_request(struct task *task, long request, unsigned long addr, unsigned long data)
{
    void __user *user = (void __user *)data;

    switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        return peek(task, addr, user);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return move_word(task, addr, &(u64){data}, true);
    case PTRACE_PEEKUSER:
        return peek_user(task, addr, user);
    case PTRACE_POKEUSER:
        return poke_user(task, addr, data);
    case PTRACE_GETREGS:
    case PTRACE_SETREGS:
        return copy_registers(task, user, PTRACE_USER_REGISTERS_SIZE, request == PTRACE_SETREGS);
    case PTRACE_GETFPREGS:
    case PTRACE_SETFPREGS:
        return copy_fp(task, user, ARCH_CORE_FP_SIZE, request == PTRACE_SETFPREGS);
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
        return copy_register_set(task, addr, user, request == PTRACE_SETREGSET);
    case PTRACE_GETSIGINFO:
    case PTRACE_SETSIGINFO:
        return copy_info(task, user, request == PTRACE_SETSIGINFO);
    case PTRACE_GETSIGMASK:
    case PTRACE_SETSIGMASK:
        return copy_mask(task, addr, user, request == PTRACE_SETSIGMASK);
    case PTRACE_SETOPTIONS:
        return set_options(task, data);
    case PTRACE_GETEVENTMSG:
        return get_message(task, user);
    case PTRACE_GET_SYSCALL_INFO:
        return get_syscall_info(task, addr, user);
    default:
        return -ENOSYS;
    }
}
