/*
 * What the out-of-memory killer needs of an address space: how much is in it, asked without any
 * lock (the asker may hold some, and so may whoever it would wait for), and the private pages of a
 * victim that does not get around to its own end.
 *
 * A reaped address space keeps its areas; every further fault in it fails (fault.c), so that nobody
 * sees zeroes where there was data. Locks: map_lock is only tried.
 */
#include <sched/rcu.h>

#include "batch.h"
#include "mm_list.h"
#include "pt.h"

/* Add what the tables below one entry of @level hold. => in an RCU read section */
static void count_below(const pte_t *slot, unsigned level, u64 nr[NR_PT_KINDS])
{
    pte_t upper = pte_load(slot);
    const pte_t *entries;
    unsigned i;

    if (level == 2) {
        pt_count_upper(slot, nr);
        return;
    }
    if (!pte_is_table(upper, level))
        return;
    entries = phys_to_virt(pte_paddr(upper));
    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++)
        count_below(&entries[i], level - 1, nr);
}

void mm_footprint_get(struct mm *mm, struct mm_resident *resident)
{
    const pte_t *root = phys_to_virt(mm->mmu.root);
    u64 nr[NR_PT_KINDS] = {0};
    unsigned i;

    rcu_read_lock();
    for (i = 0; i < pte_index(USER_END - 1, PTE_LEVELS) + 1; i++)
        count_below(&root[i], PTE_LEVELS, nr);
    rcu_read_unlock();
    *resident = (struct mm_resident){
        .anonymous = nr[PT_ANONYMOUS], .file = nr[PT_FILE], .shmem = nr[PT_SHMEM]};
}

static bool is_reapable(const struct vma *vma)
{
    return !vma_is_shared(vma) && !(vma->flags & (VMA_SPECIAL | VMA_HUGETLB));
}

bool mm_reap(struct mm *mm)
{
    struct pt_range range = {.floor = 0, .ceiling = PT_CEILING};
    struct batch batch;
    struct vma *vma;

    if (!write_trylock(&mm->map_lock))
        return false;
    mm_peak_update(mm);
    WRITE_ONCE(mm->oom_state, MM_OOM_REAPED);
    batch_init(&batch, mm);
    vma_for_each (vma, mm) {
        if (!is_reapable(vma))
            continue;
        range.start = vma->start;
        range.end = vma->end;
        pt_zap(&batch, &range);
    }
    batch_finish(&batch);
    write_unlock(&mm->map_lock);
    return true;
}
