/*
 * The machine half of an address space: a root table, the CPUs that may hold its translations, and
 * flushing. mm embeds a struct arch_mmu in each struct mm; sched switches between them and knows no
 * more of an address space than this.
 *
 * Page tables themselves are generic (mm/pt.h) over the pure arithmetic of <arch/pte.h>.
 */
#pragma once

#include <arch/cpu.h>
#include <lib/types.h>

struct arch_mmu {
    paddr_t root;    /* (I) physical address of the top table */
    u64 active_cpus; /* (a) bit n: CPU n may hold translations of this space */
    u64 context_id;  /* (a) identity for tagged translations (PCID); never reused */
    u64 generation;  /* (a) bumped by each flush, so a tagged CPU that was away knows it is stale */
};

/*
 * arch_mmu_init: allocate a root whose kernel half is the kernel's, user half empty.
 * => -ENOMEM
 */
int arch_mmu_init(struct arch_mmu *mmu) __must_check;

/*
 * arch_mmu_fini: free the root.
 * => user half already empty; a CPU that still has it loaded lazily is moved to the kernel's root
 * first
 */
void arch_mmu_fini(struct arch_mmu *mmu);

/*
 * arch_mmu_switch: make @next the address space of this CPU (NULL: keep what is loaded; a kernel
 * thread borrows it).
 * => interrupts off; called by the scheduler inside the context switch and by exec
 */
void arch_mmu_switch(struct arch_mmu *next);

/*
 * arch_mmu_flush: no CPU uses an old translation of [start, end) after this returns.
 * => start == 0 and end == USER_END: everything of the space
 * => @tables_freed: page-table pages are about to be freed, so cached walks must go too
 * => called with interrupts on; no spin lock held that an IPI handler takes; leaf locks are allowed
 */
void arch_mmu_flush(struct arch_mmu *mmu, vaddr_t start, vaddr_t end, bool tables_freed);

/* arch_mmu_flush_local: the same for one page on this CPU only (after a permission was added). */
void arch_mmu_flush_local(struct arch_mmu *mmu, vaddr_t addr);
