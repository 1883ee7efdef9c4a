/*
 * membarrier(2): a memory barrier on the processors that run other threads, so that these need none
 * of their own.
 *
 * The expedited commands interrupt those processors and wait: returning from the interrupt is a
 * full barrier and serializes the instruction stream, and no thread of this machine can have
 * registered a restartable sequence, so all variants are the same interrupt. A processor that
 * begins to run the address space later passes the barriers of the context switch. The slow command
 * waits for a grace period. Registrations are the commands' bits in mm.membarrier.
 */
#include <abi/errno.h>
#include <abi/membarrier.h>
#include <arch/smp.h>
#include <kern/preempt.h>
#include <lib/atomic.h>
#include <mm/mm.h>
#include <sched/rcu.h>

#define COMMANDS_ALL                                                                               \
    (MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |                                     \
     MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |                 \
     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |      \
     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE | MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ | \
     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)

static void pass_barrier(void *argument)
{
    (void)argument;
    memory_barrier();
}

static void interrupt_cpus(u64 mask)
{
    memory_barrier(); /* the caller's writes before, and its reads after */
    preempt_disable();
    mask &= ~(1UL << cpu_id());
    if (mask != 0)
        arch_call_on_cpus(mask, pass_barrier, NULL);
    preempt_enable();
    memory_barrier();
}

static u64 all_cpus(void)
{
    return cpu_count() == 64 ? ~0ul : (1UL << cpu_count()) - 1;
}

/* @cpu < 0: all that run the address space. */
static long private_expedited(struct mm *mm, u32 registration, int cpu)
{
    u64 mask;

    if (!(READ_ONCE(mm->membarrier) & registration))
        return -EPERM;
    memory_barrier();
    mask = READ_ONCE(mm->mmu.active_cpus);
    if (cpu >= 0)
        mask = (unsigned)cpu < cpu_count() ? mask & (1UL << cpu) : 0;
    interrupt_cpus(mask);
    return 0;
}

static long register_command(struct mm *mm, u32 registration)
{
    fetch_or(&mm->membarrier, registration);
    interrupt_cpus(READ_ONCE(mm->mmu.active_cpus));
    return 0;
}

long mm_membarrier(struct mm *mm, int command, unsigned flags, int cpu)
{
    if (flags != 0 &&
        !(command == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ && flags == MEMBARRIER_CMD_FLAG_CPU))
        return -EINVAL;
    if (flags == 0)
        cpu = -1;
    switch (command) {
    case MEMBARRIER_CMD_QUERY:
        return COMMANDS_ALL;
    case MEMBARRIER_CMD_GLOBAL:
        if (cpu_count() > 1)
            rcu_synchronize();
        return 0;
    case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
        interrupt_cpus(all_cpus());
        return 0;
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
        return private_expedited(mm, (u32)command << 1, cpu);
    case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
        return register_command(mm, (u32)command);
    default:
        return -EINVAL;
    }
}
