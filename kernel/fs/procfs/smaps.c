/*
 * /proc/PID/smaps and smaps_rollup: what each area, and all of them, use.
 */
#include <abi/errno.h>
#include <arch/pkey.h>
#include <lib/string.h>

#include "maps.h"
#include "views.h"

#define LABEL_WIDTH 16

static void put_size(struct proc_text *text, const char *label, u64 bytes)
{
    static const char blanks[LABEL_WIDTH] = "                ";
    size_t len = strlen(label);

    proc_put(text, label, len);
    proc_put(text, blanks, LABEL_WIDTH - len);
    proc_put_decimal(text, bytes >> 10, 8);
    proc_put(text, " kB\n", 4);
}

/* The lines that both files have; @rollup: with the shares by kind. */
static void put_usage(struct proc_text *text, const struct vma_usage *usage, bool rollup)
{
    put_size(text, "Rss:", usage->resident);
    put_size(text, "Pss:", usage->proportional);
    put_size(text, "Pss_Dirty:", usage->proportional_dirty);
    if (rollup) {
        put_size(text, "Pss_Anon:", usage->proportional_anonymous);
        put_size(text, "Pss_File:",
                 usage->proportional - usage->proportional_anonymous - usage->proportional_shmem);
        put_size(text, "Pss_Shmem:", usage->proportional_shmem);
    }
    put_size(text, "Shared_Clean:", usage->shared_clean);
    put_size(text, "Shared_Dirty:", usage->shared_dirty);
    put_size(text, "Private_Clean:", usage->private_clean);
    put_size(text, "Private_Dirty:", usage->private_dirty);
    put_size(text, "Referenced:", usage->referenced);
    put_size(text, "Anonymous:", usage->anonymous);
    put_size(text, "LazyFree:", usage->lazy_free);
    put_size(text, "AnonHugePages:", usage->huge);
    put_size(text, "ShmemPmdMapped:", 0);
    put_size(text, "FilePmdMapped:", 0);
    put_size(text, "Shared_Hugetlb:", usage->shared_hugetlb);
    put_size(text, "Private_Hugetlb:", usage->private_hugetlb);
    put_size(text, "Swap:", usage->swap);
    put_size(text, "SwapPss:", usage->swap_proportional);
    put_size(text, "Locked:", usage->locked);
}

/* A bit above the flags of areas, for put_flags. */
#define SHARED_FOR_WRITING (1ul << 32)
#define SHOWS_FRAMES       (1ul << 33)

/* In the order of Linux's bits; Linux has no word for what is locked on fault. */
static void put_flags(struct proc_text *text, const struct vma_info *info)
{
    static const struct {
        u64 flag;
        char word[4];
    } words[] = {
        {VMA_READ, "rd "},           {VMA_WRITE, "wr "},     {VMA_EXEC, "ex "},
        {SHARED_FOR_WRITING, "sh "}, {VMA_MAYREAD, "mr "},   {VMA_MAYWRITE, "mw "},
        {VMA_MAYEXEC, "me "},        {VMA_SHARED, "ms "},    {VMA_GROWSDOWN, "gd "},
        {VMA_ASK_MISSING, "um "},    {SHOWS_FRAMES, "pf "},  {VMA_ASK_WRITE, "uw "},
        {VMA_LOCKED, "lo "},         {SHOWS_FRAMES, "io "},  {VMA_SEQUENTIAL, "sr "},
        {VMA_RANDOM, "rr "},         {VMA_DONTFORK, "dc "},  {VMA_SPECIAL | VMA_HUGETLB, "de "},
        {VMA_LOCKONFAULT, "?? "},    {VMA_ACCOUNT, "ac "},   {VMA_NORESERVE, "nr "},
        {VMA_SYNC, "sf "},           {VMA_HUGETLB, "ht "},   {VMA_WIPEONFORK, "wf "},
        {VMA_DONTDUMP, "dd "},       {VMA_SOFTDIRTY, "sd "}, {VMA_HUGEPAGE, "hg "},
        {VMA_NOHUGEPAGE, "nh "},
    };
    u64 flags = info->flags | (info->for_writing ? SHARED_FOR_WRITING : 0) |
                (info->shows_frames ? SHOWS_FRAMES : 0);

    proc_print(text, "VmFlags: ");
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (flags & words[i].flag)
            proc_put(text, words[i].word, 3);
    proc_put(text, "\n", 1);
}

static int put_area(const struct vma_info *info, void *argument)
{
    struct maps_writer *writer = argument;
    struct proc_text *text = writer->text;
    struct vma_usage usage;

    maps_put_area(writer, info);
    vma_usage_get(writer->mm, info->vma, &usage);
    put_size(text, "Size:", info->end - info->start);
    put_size(text, "KernelPageSize:", maps_page_size(info));
    put_size(text, "MMUPageSize:", maps_page_size(info));
    put_usage(text, &usage, false);
    proc_print(text, "THPeligible:    %d\n", vma_is_huge_eligible(info->vma));
    if (arch_pkey_present())
        proc_print(text, "ProtectionKey:  %8u\n", vma_pkey(info->flags));
    put_flags(text, info);
    return 0;
}

/* Of all areas. */
struct rollup {
    struct mm *mm;
    struct vma_usage sum;
    vaddr_t first, end; /* end 0: no area yet */
};

static int add_area(const struct vma_info *info, void *argument)
{
    struct rollup *rollup = argument;
    struct vma_usage usage;
    u64 *sum = (u64 *)&rollup->sum;

    _Static_assert(sizeof(usage) % sizeof(u64) == 0, "a usage is numbers of 64 bits");
    vma_usage_get(rollup->mm, info->vma, &usage);
    for (size_t i = 0; i < sizeof(usage) / sizeof(u64); i++)
        sum[i] += ((const u64 *)&usage)[i];
    if (rollup->end == 0)
        rollup->first = info->start;
    rollup->end = info->end;
    return 0;
}

PROC_VIEW(smaps)
{
    (void)subject;
    return maps_put_areas(text, put_area);
}

PROC_VIEW(smaps_rollup)
{
    struct rollup rollup = {.mm = proc_text_mm(text)};
    int error;

    (void)subject;
    if (!rollup.mm)
        return -ESRCH;
    error = mm_for_each_area(rollup.mm, 0, add_area, &rollup);
    mm_put_user(rollup.mm);
    if (error)
        return error;
    maps_put_head(text, &(struct vma_info){.start = rollup.first, .end = rollup.end}, "[rollup]");
    put_usage(text, &rollup.sum, true);
    return 0;
}
