/*
 * The census of frames (frames.h): every frame is asked what it is used for. What the counters of
 * the rooms above say can be compared with it, and a frame that got lost shows: nobody counts it.
 */
#include <kmem/frames.h>

static const struct {
    u32 flag;
    enum frame_use use;
} uses[] = {
    {PAGE_RESERVED, FRAMES_RESERVED},     {PAGE_FREE, FRAMES_FREE},
    {PAGE_PRIVATE_OWNED, FRAMES_PRIVATE}, {PAGE_STALE, FRAMES_STALE},
    {PAGE_SHMEM, FRAMES_SHMEM},           {PAGE_OBJECT, FRAMES_OBJECT},
    {PAGE_TABLE, FRAMES_TABLE},           {PAGE_SLAB, FRAMES_SLAB},
    {PAGE_LARGE, FRAMES_LARGE},           {PAGE_RANGE, FRAMES_RANGE},
    {PAGE_POOLED, FRAMES_POOLED},
};

const char *frame_use_name(enum frame_use use)
{
    static const char *const names[NR_FRAME_USES] = {
        [FRAMES_PRIVATE] = "private", [FRAMES_OBJECT] = "object", [FRAMES_SHMEM] = "shmem",
        [FRAMES_STALE] = "stale",     [FRAMES_TABLE] = "table",   [FRAMES_SLAB] = "slab",
        [FRAMES_LARGE] = "large",     [FRAMES_RANGE] = "range",   [FRAMES_POOLED] = "hugetlb",
        [FRAMES_OTHER] = "other",     [FRAMES_FREE] = "free",     [FRAMES_RESERVED] = "reserved",
    };

    return names[use];
}

/* A frame of a block is what the first of the block is. */
static u32 flags_of_block(pfn_t pfn)
{
    const struct page *page = pfn_to_page(pfn);
    u32 flags = READ_ONCE(page->flags);
    u32 head = READ_ONCE(page->head_pfn);

    return flags & PAGE_TAIL && pfn_is_valid(head) ? READ_ONCE(pfn_to_page(head)->flags) : flags;
}

static enum frame_use use_of(u32 flags)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(uses); i++) {
        if (flags & uses[i].flag)
            return uses[i].use;
    }
    return FRAMES_OTHER;
}

void frames_census(u64 counts[NR_FRAME_USES])
{
    pfn_t pfn;
    int use;

    for (use = 0; use < NR_FRAME_USES; use++)
        counts[use] = 0;
    for (pfn = 0; pfn < page_map_end; pfn++)
        counts[use_of(flags_of_block(pfn))]++;
}
