/*
 * Tagged translations (PCID): which tag each of the last few address spaces has on one CPU, and up
 * to which flush its translations are good. Pure, so that the protocol of mmu.c can be tried on the
 * host.
 *
 * A space's generation grows with every flush. A CPU that comes back to a space whose generation is
 * the one it has noted keeps the tag's translations; else it flushes the tag.
 */
#pragma once

#include <lib/types.h>

#define NR_MMU_TAGS 6

struct mmu_tag {
    u64 context_id; /* 0: free */
    u64 generation; /* all flushes up to it are done here */
};

struct mmu_tags {
    struct mmu_tag slots[NR_MMU_TAGS]; /* slot n is tag n + 1; tag 0 is the kernel's root */
    unsigned next;                     /* the slot that is reused next */
};

/* mmu_tags_choose: the tag for the space; *keep: its translations are still good. */
static inline unsigned mmu_tags_choose(struct mmu_tags *tags, u64 context_id, u64 generation,
                                       bool *keep)
{
    unsigned n;

    for (n = 0; n < NR_MMU_TAGS && tags->slots[n].context_id != context_id; n++)
        ;
    *keep = n < NR_MMU_TAGS && tags->slots[n].generation == generation;
    if (n == NR_MMU_TAGS)
        n = tags->next++ % NR_MMU_TAGS;
    tags->slots[n] = (struct mmu_tag){context_id, generation};
    return n + 1;
}

/*
 * mmu_tags_flushed: the flush that brought the space to @generation was done on this CPU, for the
 * loaded
 * @tag. A flush of some pages counts only when none before it is missing.
 */
static inline void mmu_tags_flushed(struct mmu_tags *tags, unsigned tag, u64 generation,
                                    bool everything)
{
    struct mmu_tag *slot = &tags->slots[tag - 1];

    if (slot->generation >= generation)
        return;
    if (everything || slot->generation + 1 == generation)
        slot->generation = generation;
}
