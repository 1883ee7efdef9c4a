/*
 * Restartable sequences.
 *
 * A thread that is switched out is flagged, and looks at its area on the way back to user mode,
 * which is enough: between the two it was in the kernel. All state is the task's own.
 */
#include <proc/rseq.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/memory.h>
#include <arch/thread.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <proc/task.h>
#include <signal/signal.h>

#define RSEQ_UNREGISTER 1
#define RSEQ_SIZE       32
#define RSEQ_NO_CPU     (~0u)

/* What user and kernel share. */
struct rseq_area {
    u32 cpu_id_start;
    u32 cpu_id;
    u64 section; /* address of a struct rseq_section; 0: in none */
    u32 flags;
    u32 padding[3];
};
_Static_assert(sizeof(struct rseq_area) == RSEQ_SIZE, "rseq(2)");

struct rseq_section {
    u32 version;
    u32 flags;
    u64 start;
    u64 len;
    u64 abort;
};

static int write_cpu(struct rseq_area __user *area, u32 start, u32 cpu)
{
    if (put_user(start, &area->cpu_id_start) != 0)
        return -EFAULT;
    return put_user(cpu, &area->cpu_id);
}

/* Have every switch of @task flagged; the first time the area is written is now. */
static void tell_switches(struct task *task)
{
    task->thread.tells_switches = true;
    thread_set_flag(&task->thread, THREAD_WAS_SWITCHED);
}

static long unregister(struct rseq_state *state, void __user *area, u32 len, u32 signature)
{
    if (state->area == NULL || state->area != area || len != RSEQ_SIZE)
        return -EINVAL;
    if (state->signature != signature)
        return -EPERM;
    if (write_cpu(area, 0, RSEQ_NO_CPU) != 0)
        return -EFAULT;
    rseq_exec(current_task());
    return 0;
}

long rseq_register(void __user *area, u32 len, int flags, u32 signature)
{
    struct rseq_state *state = &current_task()->rseq;

    if (flags == RSEQ_UNREGISTER)
        return unregister(state, area, len, signature);
    if (flags != 0)
        return -EINVAL;
    if (state->area != NULL) {
        if (state->area != area || len != RSEQ_SIZE)
            return -EINVAL;
        return state->signature != signature ? -EPERM : -EBUSY;
    }
    if (!is_aligned((vaddr_t)area, RSEQ_SIZE) || len != RSEQ_SIZE)
        return -EINVAL;
    if (!user_range_ok(area, len))
        return -EFAULT;
    *state = (struct rseq_state){.area = area, .signature = signature};
    tell_switches(current_task());
    return 0;
}

/* Is what the program says about its section in order? */
static int section_check(const struct rseq_section *section, u32 expected)
{
    u32 signature;
    u64 end;

    if (section->version != 0 || add_overflow(section->start, section->len, &end))
        return -EINVAL;
    if (section->start >= USER_END || end >= USER_END || section->abort >= USER_END)
        return -EINVAL;
    if (section->abort - section->start < section->len)
        return -EINVAL; /* the abort address is inside */
    if (get_user(signature, (const u32 __user *)(section->abort - sizeof(u32))) != 0)
        return -EFAULT;
    return signature != expected || section->flags != 0 ? -EINVAL : 0;
}

/* Leave the section that @frame is in, if it is in one. */
static int leave_section(const struct rseq_state *state, struct trap_frame *frame)
{
    struct rseq_area __user *area = state->area;
    struct rseq_section section;
    u64 address;
    u32 flags;

    if (get_user(address, &area->section) != 0)
        return -EFAULT;
    if (address == 0)
        return 0;
    if (address >= USER_END ||
        copy_from_user(&section, (const void __user *)address, sizeof(section)) != 0)
        return -EFAULT;
    if (section_check(&section, state->signature) != 0)
        return -EINVAL;
    if (arch_frame_pc(frame) - section.start >= section.len)
        return put_user(0ull, &area->section);
    if (get_user(flags, &area->flags) != 0 || flags != 0)
        return -EINVAL;
    if (put_user(0ull, &area->section) != 0)
        return -EFAULT;
    arch_frame_set_pc(frame, section.abort);
    return 0;
}

void rseq_user_return(struct trap_frame *frame)
{
    struct task *self = current_task();
    u32 cpu;

    thread_clear_flag(&self->thread, THREAD_WAS_SWITCHED);
    if (self->rseq.area == NULL)
        return;
    cpu = READ_ONCE(self->thread.cpu); /* if it moves now, this is done again */
    if (leave_section(&self->rseq, frame) != 0 || write_cpu(self->rseq.area, cpu, cpu) != 0)
        signal_force_fault(SIGSEGV, SI_KERNEL, 0);
}

bool rseq_signal(struct trap_frame *frame)
{
    const struct rseq_state *state = &current_task()->rseq;

    return state->area == NULL || leave_section(state, frame) == 0;
}

void rseq_fork(struct task *child, const struct task *self, bool shares_memory)
{
    if (shares_memory)
        return;
    child->rseq = self->rseq;
    if (child->rseq.area != NULL)
        tell_switches(child);
}

void rseq_exec(struct task *self)
{
    self->rseq = (struct rseq_state){0};
    self->thread.tells_switches = false;
}
