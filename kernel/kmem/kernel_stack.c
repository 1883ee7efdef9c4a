/*
 * Kernel stacks: vmalloc'ed, so that the page below is unmapped and an overflow faults (see
 * vmalloc.h). A few freed ones stay mapped for the next thread: making one costs page-table
 * entries, removing one a flush on every CPU.
 */
#include "kernel_stack.h"
#include <arch/thread.h>
#include <kern/spinlock.h>
#include <kmem/vmalloc.h>
#include <lib/atomic.h>

#define STACKS_KEPT 32

static struct spinlock stacks_lock = SPINLOCK_INIT(LOCK_RANK_VMALLOC);
static void *stacks[STACKS_KEPT]; /* (stacks_lock) */
static unsigned int nr_stacks;    /* (stacks_lock) */
static u64 nr_in_use;             /* (a) */

void *kernel_stack_alloc(void)
{
    irqflags_t irq = spin_lock_irqsave(&stacks_lock);
    void *stack = nr_stacks > 0 ? stacks[--nr_stacks] : NULL;

    spin_unlock_irqrestore(&stacks_lock, irq);
    if (stack == NULL)
        stack = vmalloc_stack(KERNEL_STACK_SIZE);
    if (stack != NULL)
        fetch_add(&nr_in_use, 1);
    return stack;
}

void kernel_stack_free(void *stack)
{
    irqflags_t irq = spin_lock_irqsave(&stacks_lock);

    if (nr_stacks < STACKS_KEPT) {
        stacks[nr_stacks++] = stack;
        stack = NULL;
    }
    spin_unlock_irqrestore(&stacks_lock, irq);
    fetch_sub(&nr_in_use, 1);
    vfree(stack);
}

u64 kernel_stack_count(void)
{
    return READ_ONCE(nr_in_use);
}
