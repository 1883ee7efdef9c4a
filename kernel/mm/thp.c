/*
 * Transparent huge pages: the settings of /sys/kernel/mm/transparent_hugepage, with Linux's names,
 * and what follows from them for an area.
 *
 * The word transparent_hugepage= of the command line is `enabled` at first. Below 512 MiB of memory
 * everything is off at first, as on Linux: a few huge pages would be all of it. There is no
 * khugepaged: small pages become a huge one by madvise(MADV_COLLAPSE) only. Lock: none, each
 * setting is one word; events are atomic.
 */
#include <kern/cmdline.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <lib/string.h>

#include "pt.h"
#include "thp.h"

#define MEMORY_MIN (512UL << 20)

static u32 enabled = MM_HUGE_NEVER;
static u32 defrag = MM_HUGE_NEVER;
static u32 use_zero_page;
static u64 events[NR_THP_EVENTS];

static u32 *const settings[NR_MM_HUGE_SETTINGS] = {
    [MM_HUGE_ENABLED] = &enabled,
    [MM_HUGE_DEFRAG] = &defrag,
    [MM_HUGE_ZERO_PAGE] = &use_zero_page,
};

/* The word of the command line; the default when it says none of Linux's. */
static enum mm_huge_choice choice_at_boot(void)
{
    static const struct {
        const char *word;
        enum mm_huge_choice choice;
    } words[] = {
        {"always", MM_HUGE_ALWAYS}, {"madvise", MM_HUGE_MADVISE}, {"never", MM_HUGE_NEVER}};
    char word[16];
    unsigned i;

    if (cmdline_find("transparent_hugepage", word, sizeof(word)))
        for (i = 0; i < ARRAY_SIZE(words); i++)
            if (strcmp(words[i].word, word) == 0)
                return words[i].choice;
    return MM_HUGE_ALWAYS;
}

void thp_init(void)
{
    if (frames_total_count() < MEMORY_MIN >> PAGE_SHIFT)
        return;
    enabled = choice_at_boot();
    defrag = MM_HUGE_MADVISE;
    use_zero_page = 1;
}

u64 mm_huge_size(void)
{
    return THP_SIZE;
}

u32 mm_huge_get(enum mm_huge_setting setting)
{
    return READ_ONCE(*settings[setting]);
}

void mm_huge_set(enum mm_huge_setting setting, u32 value)
{
    WRITE_ONCE(*settings[setting], value);
}

/* ---- areas ---- */

/* enabled: always, or where madvise(MADV_HUGEPAGE) asked for it. */
static bool is_wanted(const struct vma *vma)
{
    switch (READ_ONCE(enabled)) {
    case MM_HUGE_ALWAYS:
        return true;
    case MM_HUGE_MADVISE:
        return vma->flags & VMA_HUGEPAGE;
    default:
        return false;
    }
}

bool thp_is_possible(const struct vma *vma)
{
    return vma->object == NULL && !(vma->flags & (VMA_NOHUGEPAGE | VMA_SPECIAL)) &&
           !READ_ONCE(vma->mm->thp_disabled);
}

bool thp_is_enabled(const struct vma *vma)
{
    return is_wanted(vma) && thp_is_possible(vma);
}

bool thp_has_room(const struct vma *vma)
{
    vaddr_t start = align_up(vma->start, THP_SIZE);

    return start >= vma->start && start < vma->end && vma->end - start >= THP_SIZE;
}

bool vma_is_huge_eligible(const struct vma *vma)
{
    return thp_has_room(vma) && thp_is_enabled(vma);
}

bool thp_uses_zeroes(void)
{
    return READ_ONCE(use_zero_page);
}

/* ---- blocks ---- */

bool thp_is_worth_effort(const struct vma *vma)
{
    switch (READ_ONCE(defrag)) {
    case MM_HUGE_ALWAYS:
        return true;
    case MM_HUGE_MADVISE:
    case MM_HUGE_DEFER_MADVISE:
        return vma->flags & VMA_HUGEPAGE;
    default:
        return false;
    }
}

struct page *thp_alloc(bool effort, bool zeroed)
{
    unsigned flags = ALLOC_USER | ALLOC_SPLIT | (zeroed ? ALLOC_ZERO : 0);

    if (effort)
        flags |= ALLOC_WAIT | ALLOC_NORETRY;
    return page_alloc_order(THP_ORDER, flags);
}

/* ---- events ---- */

void thp_count(enum thp_event event)
{
    fetch_add(&events[event], 1);
}

static u64 counted(enum thp_event event)
{
    return READ_ONCE(events[event]);
}

void mm_huge_events_get(struct mm_huge_events *result)
{
    *result = (struct mm_huge_events){
        .fault_alloc = counted(THP_FAULT_ALLOC),
        .fault_fallback = counted(THP_FAULT_FALLBACK),
        .collapse_alloc = counted(THP_COLLAPSE_ALLOC),
        .collapse_alloc_failed = counted(THP_COLLAPSE_ALLOC_FAILED),
        .split_pmd = counted(THP_SPLIT_PMD),
    };
}
