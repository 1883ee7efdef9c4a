/*
 * Boot memory: the free ranges (see boot_memory.h).
 *
 * The table is kept sorted and disjoint all the time: adding merges with what it touches, reserving
 * cuts out and may split one range in two. When the table is full, the smaller part is given up and
 * counted rather than anything being wrong.
 */
#include <kmem/boot_memory.h>
#include <lib/string.h>

/* Physical addresses of today's processors have up to 46 usable bits with 4-level paging. */
#define MAX_FRAME (1UL << (46 - PAGE_SHIFT))

void boot_frames_init(struct boot_frames *frames)
{
    memset(frames, 0, sizeof(*frames));
}

static void remove_at(struct boot_frames *frames, unsigned int i)
{
    frames->nr--;
    memmove(&frames->ranges[i], &frames->ranges[i + 1],
            (frames->nr - i) * sizeof(frames->ranges[0]));
}

static void insert_at(struct boot_frames *frames, unsigned int i, u64 start, u64 end)
{
    if (frames->nr == BOOT_RANGES_MAX) {
        frames->dropped += end - start;
        return;
    }
    memmove(&frames->ranges[i + 1], &frames->ranges[i],
            (frames->nr - i) * sizeof(frames->ranges[0]));
    frames->ranges[i] = (struct boot_range){.start = start, .end = end};
    frames->nr++;
}

/* The byte after the range, cut off at the top of the address space. */
static u64 range_end(paddr_t start, u64 len)
{
    u64 end;

    return add_overflow(start, len, &end) ? ~0UL : end;
}

u64 boot_frames_count(const struct boot_frames *frames)
{
    u64 nr = 0;
    unsigned int i;

    for (i = 0; i < frames->nr; i++)
        nr += frames->ranges[i].end - frames->ranges[i].start;
    return nr;
}

void boot_frames_add(struct boot_frames *frames, paddr_t start, u64 len)
{
    u64 end = min(range_end(start, len) >> PAGE_SHIFT, MAX_FRAME);
    u64 first = (start >> PAGE_SHIFT) + !is_aligned(start, PAGE_SIZE);
    unsigned int i = 0;

    if (first >= end)
        return;
    while (i < frames->nr && frames->ranges[i].end < first)
        i++;
    while (i < frames->nr && frames->ranges[i].start <= end) {
        first = min(first, frames->ranges[i].start);
        end = max(end, frames->ranges[i].end);
        remove_at(frames, i);
    }
    insert_at(frames, i, first, end);
}

void boot_frames_reserve(struct boot_frames *frames, paddr_t start, u64 len)
{
    u64 first = start >> PAGE_SHIFT;
    u64 last_byte = range_end(start, len) - 1;
    u64 end = (last_byte >> PAGE_SHIFT) + 1;
    unsigned int i = 0;

    if (len == 0)
        return;
    while (i < frames->nr) {
        struct boot_range range = frames->ranges[i];

        if (range.end <= first || range.start >= end) {
            i++;
            continue;
        }
        remove_at(frames, i);
        if (range.start < first)
            insert_at(frames, i++, range.start, first);
        if (range.end > end)
            insert_at(frames, i++, end, range.end);
    }
}

pfn_t boot_frames_alloc(struct boot_frames *frames, u64 nr_frames, u64 align)
{
    unsigned int i = frames->nr;

    while (i-- > 0) {
        struct boot_range range = frames->ranges[i];
        u64 start;

        if (nr_frames == 0 || range.end - range.start < nr_frames)
            continue;
        start = align_down(range.end - nr_frames, align);
        if (start < range.start || start == 0)
            continue;
        boot_frames_reserve(frames, start << PAGE_SHIFT, nr_frames << PAGE_SHIFT);
        return start;
    }
    return 0;
}

pfn_t boot_frames_end(const struct boot_frames *frames)
{
    return frames->nr == 0 ? 0 : frames->ranges[frames->nr - 1].end;
}
