/*
 * Address spaces: root tables, switching, flushing.
 *
 * active_cpus holds the CPUs that have the space loaded. A CPU that runs a kernel thread keeps the
 * last user space loaded (lazy); a flush that reaches it makes it drop the space instead.
 *
 * Tagged translations (PCID): each CPU remembers the last few spaces it ran, one tag each. A
 * space's generation grows with every flush; a CPU that comes back to a space with the generation
 * it saw last may keep the old translations, else it flushes the tag. Without PCID there is one
 * slot, never kept.
 *
 * The order that makes it right: a flusher changes the entries, raises the generation, then reads
 * active_cpus; a CPU that switches in sets its bit in active_cpus, then reads the generation. One
 * of them sees the other.
 */
#include <arch/mmu.h>

#include "asm.h"
#include "cpu_features.h"
#include "instructions.h"
#include "kernel_map.h"
#include "smp.h"
#include "tlb.h"
#include "trap.h"

#include <abi/errno.h>
#include <arch/memory.h>
#include <arch/mmu_tags.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <lib/bits.h>
#include <lib/string.h>

/* Single pages up to here, the whole tag beyond. */
#define FLUSH_PAGES_MAX 32

#define CR3_KEEP_TAG (1UL << 63)

struct mmu_state {
    struct arch_mmu *loaded; /* own CPU: NULL: the kernel's root */
    bool lazy;               /* own CPU: a kernel thread borrows it */
    struct mmu_tags tags;    /* own CPU */
};

static __section(PERCPU_SECTION) struct mmu_state mmu_state;
static u64 next_context_id; /* (a) */

static struct mmu_state *this_cpu_state(void)
{
    return (struct mmu_state *)((char *)&mmu_state + arch_this_cpu_offset());
}

int arch_mmu_init(struct arch_mmu *mmu)
{
    paddr_t root = table_frame_alloc();
    pte_t *table;

    if (!root)
        return -ENOMEM;
    table = phys_to_virt(root);
    memcpy(table + PTE_ENTRIES_PER_TABLE / 2, kernel_root + PTE_ENTRIES_PER_TABLE / 2,
           PAGE_SIZE / 2);
    *mmu = (struct arch_mmu){
        .root = root,
        .context_id = __atomic_add_fetch(&next_context_id, 1, __ATOMIC_RELAXED),
    };
    return 0;
}

static void load_kernel_root(struct mmu_state *state)
{
    struct arch_mmu *old = state->loaded;

    state->loaded = NULL;
    cr3_write(virt_to_phys(kernel_root));
    if (old)
        __atomic_fetch_and(&old->active_cpus, ~BIT(cpu_id()), __ATOMIC_SEQ_CST);
}

static void drop_lazy(void *argument)
{
    struct mmu_state *state = this_cpu_state();

    if (state->loaded == argument)
        load_kernel_root(state);
}

void arch_mmu_fini(struct arch_mmu *mmu)
{
    u64 cpus = __atomic_load_n(&mmu->active_cpus, __ATOMIC_SEQ_CST);

    if (cpus)
        arch_call_on_cpus(cpus, drop_lazy, mmu);
    table_frame_free(mmu->root);
    mmu->root = 0;
}

/* The CR3 bits for @mmu on this CPU: its tag, and whether the tag's translations are still good. */
static u64 take_tag(struct mmu_state *state, const struct arch_mmu *mmu)
{
    u64 generation = __atomic_load_n(&mmu->generation, __ATOMIC_SEQ_CST);
    bool keep;
    u64 tag;

    if (!cpu_features.pcid)
        return 0;
    tag = mmu_tags_choose(&state->tags, mmu->context_id, generation, &keep);
    return keep ? tag | CR3_KEEP_TAG : tag;
}

void arch_mmu_switch(struct arch_mmu *next)
{
    struct mmu_state *state = this_cpu_state();
    struct arch_mmu *old = state->loaded;

    state->lazy = next == NULL;
    if (!next || next == old)
        return;
    __atomic_fetch_or(&next->active_cpus, BIT(cpu_id()), __ATOMIC_SEQ_CST);
    state->loaded = next;
    cr3_write(next->root | take_tag(state, next));
    if (old)
        __atomic_fetch_and(&old->active_cpus, ~BIT(cpu_id()), __ATOMIC_SEQ_CST);
}

/* ---- flushing ---- */

struct flush {
    struct arch_mmu *mmu;
    vaddr_t start, end;
    u64 generation; /* that this flush brings a CPU to */
};

static void flush_tag(void)
{
    cr3_write(cr3_read()); /* reads without CR3_KEEP_TAG: the tag's translations go */
}

static void flush_pages(vaddr_t start, vaddr_t end)
{
    for (vaddr_t page = start; page < end; page += PAGE_SIZE)
        tlb_invalidate_page(page);
}

static void flush_here(void *argument)
{
    const struct flush *flush = argument;
    struct mmu_state *state = this_cpu_state();
    bool everything = flush->end - flush->start > FLUSH_PAGES_MAX * PAGE_SIZE;

    if (state->loaded != flush->mmu)
        return;
    if (state->lazy) {
        load_kernel_root(state);
        return;
    }
    if (everything)
        flush_tag();
    else
        flush_pages(flush->start, flush->end);
    if (cpu_features.pcid)
        mmu_tags_flushed(&state->tags, cr3_read() & 0xFFF, flush->generation, everything);
}

static void flush_for_other(void *argument)
{
    interrupt_count_flush();
    flush_here(argument);
}

/*
 * Freed tables need no more than freed pages: invalidating one page also drops every cached walk of
 * the current tag (Intel SDM 3A, 4.10.4.1; AMD APM 2, 5.5.2), and so does writing CR3.
 */
void arch_mmu_flush(struct arch_mmu *mmu, vaddr_t start, vaddr_t end, bool tables_freed)
{
    struct flush flush = {mmu, align_down(start, PAGE_SIZE), end, 0};
    irqflags_t flags;
    u64 others;

    (void)tables_freed;
    flush.generation = __atomic_add_fetch(&mmu->generation, 1, __ATOMIC_SEQ_CST);
    flags = irq_save();
    flush_here(&flush); /* nothing, where this CPU has it not loaded */
    others = __atomic_load_n(&mmu->active_cpus, __ATOMIC_SEQ_CST) & ~BIT(cpu_id());
    irq_restore(flags);
    if (others)
        arch_call_on_cpus(others, flush_for_other, &flush);
}

void arch_mmu_flush_local(struct arch_mmu *mmu, vaddr_t addr)
{
    irqflags_t flags = irq_save();

    if (this_cpu_state()->loaded == mmu)
        tlb_invalidate_page(addr);
    irq_restore(flags);
}

/* ---- the kernel half ---- */

void tlb_flush_local_all(void)
{
    u64 cr4 = cr4_read();

    if (cr4 & CR4_PGE) { /* changing it flushes global translations and all tags too */
        cr4_write(cr4 & ~(u64)CR4_PGE);
        cr4_write(cr4);
    } else {
        cr3_write(cr3_read());
    }
}

static void flush_kernel_here(void *argument)
{
    const struct flush *flush = argument;

    if (flush->end - flush->start > FLUSH_PAGES_MAX * PAGE_SIZE)
        tlb_flush_local_all();
    else
        flush_pages(flush->start, flush->end);
}

void tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
    struct flush flush = {NULL, start, end, 0};

    arch_call_on_cpus(cpu_online_mask(), flush_kernel_here, &flush);
}
