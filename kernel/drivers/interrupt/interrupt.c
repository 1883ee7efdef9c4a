/*
 * The table of interrupt lines. Handlers are only ever added, so dispatch reads the list without a
 * lock.
 */
#include <drivers/interrupt.h>

#include <abi/errno.h>
#include <arch/smp.h>
#include <arch/upcall.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <kern/spinlock.h>

static struct {
    struct interrupt_handler *handlers[INTERRUPT_MAX_LINES]; /* (lock to write) */
    u64 counts[INTERRUPT_MAX_LINES][ARCH_MAX_CPUS];          /* each CPU its own */
    struct spinlock lock;
} table = {.lock = SPINLOCK_INIT(LOCK_RANK_DEVICE)};

int interrupt_register(unsigned line, bool level, struct interrupt_handler *handler)
{
    irqflags_t flags;

    if (line >= INTERRUPT_MAX_LINES)
        return -EINVAL;
    flags = spin_lock_irqsave(&table.lock);
    handler->next = table.handlers[line];
    __atomic_store_n(&table.handlers[line], handler, __ATOMIC_RELEASE);
    spin_unlock_irqrestore(&table.lock, flags);
    return arch_irq_enable(line, level);
}

void interrupt_dispatch(unsigned line)
{
    struct interrupt_handler *handler;
    bool served = false;

    if (line >= INTERRUPT_MAX_LINES)
        return;
    table.counts[line][cpu_id()]++;
    handler = __atomic_load_n(&table.handlers[line], __ATOMIC_ACQUIRE);
    for (; handler; handler = handler->next)
        served |= handler->handle(handler);
    WARN_ONCE(!served && !table.handlers[line], "interrupt %u: nobody wants it", line);
}

u64 interrupt_count(unsigned line, unsigned cpu)
{
    return line < INTERRUPT_MAX_LINES ? table.counts[line][cpu] : 0;
}

const char *interrupt_name(unsigned line)
{
    return line < INTERRUPT_MAX_LINES && table.handlers[line] ? table.handlers[line]->name : NULL;
}

u64 interrupt_total(void)
{
    u64 total = 0;

    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        for (unsigned line = 0; line < INTERRUPT_MAX_LINES; line++)
            total += table.counts[line][cpu];
        for (unsigned kind = 0; kind < NR_ARCH_INTERRUPTS; kind++)
            total += arch_interrupt_count(kind, cpu);
    }
    return total;
}
