/*
 * Cross-CPU calls. Each CPU has one request of its own; the CPUs that are to serve it have the
 * requester's bit set in their inbox. A request is done when its waiting mask is empty. No lock: a
 * CPU has at most one request under way, because preemption is off from posting to the end of the
 * wait and interrupt handlers make none.
 */
#include "ipi.h"
#include "acpi_tables.h"
#include "lapic.h"
#include "smp.h"
#include "trap.h"

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <lib/bits.h>

struct call_request {
    void (*fn)(void *);
    void *argument;
    u64 waiting; /* (a) CPUs that have not served it yet */
} __aligned(64);

static struct call_request requests[ARCH_MAX_CPUS];
static u64 inbox[ARCH_MAX_CPUS]; /* (a) requesters, by receiver */
static bool stop_requested;      /* (a) */

void ipi_receive_call(void)
{
    unsigned self = cpu_id();
    u64 from = __atomic_exchange_n(&inbox[self], 0, __ATOMIC_ACQUIRE);

    while (from) {
        struct call_request *request = &requests[lowest_bit(from)];

        from &= from - 1;
        request->fn(request->argument);
        __atomic_fetch_and(&request->waiting, ~BIT(self), __ATOMIC_RELEASE);
    }
}

static void post(u64 mask, void (*fn)(void *), void *argument)
{
    struct call_request *request = &requests[cpu_id()];

    request->fn = fn;
    request->argument = argument;
    __atomic_store_n(&request->waiting, mask, __ATOMIC_RELEASE);
    for (u64 left = mask; left; left &= left - 1) {
        unsigned cpu = lowest_bit(left);

        __atomic_fetch_or(&inbox[cpu], BIT(cpu_id()), __ATOMIC_RELEASE);
        lapic_send(madt.apic_ids[cpu], VECTOR_CALL);
    }
}

void arch_call_on_cpus(u64 mask, void (*fn)(void *), void *argument)
{
    irqflags_t flags;
    u64 others;

    arch_preempt_disable();
    mask &= cpu_online_mask();
    others = mask & ~BIT(cpu_id());
    if (others)
        post(others, fn, argument);
    if (mask & BIT(cpu_id())) {
        flags = irq_save();
        fn(argument);
        irq_restore(flags);
    }
    while (others && __atomic_load_n(&requests[cpu_id()].waiting, __ATOMIC_ACQUIRE)) {
        /* With interrupts off (early boot, panic) another requester would wait for us for ever. */
        if (!irq_enabled())
            ipi_receive_call();
        cpu_relax();
    }
    (void)arch_preempt_enable_and_test(); /* a wanted switch comes at the next preemption point */
}

void arch_send_reschedule(unsigned cpu)
{
    lapic_send(madt.apic_ids[cpu], VECTOR_RESCHEDULE);
}

void arch_stop_other_cpus(void)
{
    __atomic_store_n(&stop_requested, true, __ATOMIC_SEQ_CST);
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        if (cpu != cpu_id())
            lapic_send_nmi(madt.apic_ids[cpu]);
    }
}

bool ipi_stop_requested(void)
{
    return __atomic_load_n(&stop_requested, __ATOMIC_SEQ_CST);
}
