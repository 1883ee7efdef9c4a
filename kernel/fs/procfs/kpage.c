/*
 * /proc/kpagecount and kpageflags: one 64-bit word per frame of the machine: how many leaf entries
 * of address spaces name it, and what it is (abi/kpageflags.h). Only root reads them.
 */
#include <abi/errno.h>
#include <abi/kpageflags.h>
#include <kmem/kmalloc.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>
#include <vfs/file.h>

#include "views.h"

#define WORD  sizeof(u64)
#define CHUNK 16384UL /* words at a time: counting looks through all address spaces each time */

static bool is_user_memory(const struct page *page)
{
    return page_flag_test(page, PAGE_OBJECT | PAGE_PRIVATE_OWNED | PAGE_POOLED);
}

/* Flags of ours that Linux has too. */
static const struct {
    u32 flag;
    unsigned bit;
} same[] = {
    {PAGE_BUSY, KPF_LOCKED},
    {PAGE_ERROR, KPF_ERROR},
    {PAGE_REFERENCED, KPF_REFERENCED},
    {PAGE_UPTODATE, KPF_UPTODATE},
    {PAGE_DIRTY, KPF_DIRTY},
    {PAGE_SLAB, KPF_SLAB},
    {PAGE_WRITEBACK, KPF_WRITEBACK},
    {PAGE_FREE, KPF_BUDDY},
    {PAGE_PRIVATE_OWNED, KPF_ANON},
    {PAGE_SWAP, KPF_SWAPCACHE},
    {PAGE_PRIVATE_OWNED | PAGE_SHMEM, KPF_SWAPBACKED},
    {PAGE_TAIL, KPF_COMPOUND_TAIL},
    {PAGE_UNEVICTABLE, KPF_UNEVICTABLE},
    {PAGE_TABLE, KPF_PGTABLE},
    {PAGE_RESERVED, KPF_RESERVED},
};

/* A frame of a huge page that was set aside. */
static u64 pooled_word(pfn_t pfn)
{
    const struct page *block = pfn_to_page(align_down(pfn, HUGETLB_PAGES));
    bool is_head = pfn % HUGETLB_PAGES == 0;
    bool is_mapped = page_map_count(block) > 0;
    bool is_shared = page_owner(block) != NULL;
    u64 word = 1ul << KPF_HUGE | 1ul << (is_head ? KPF_COMPOUND_HEAD : KPF_COMPOUND_TAIL);

    if (is_mapped && !is_shared)
        word |= 1ul << KPF_ANON;
    if (is_head && (is_mapped || is_shared))
        word |= 1ul << KPF_UPTODATE;
    if (is_head && is_shared)
        word |= 1ul << KPF_DIRTY;
    return word;
}

static u64 flags_word(pfn_t pfn)
{
    const struct page *page = pfn_to_page(pfn);
    u32 flags = READ_ONCE(page->flags);
    u64 word = 0;

    for (size_t i = 0; i < ARRAY_SIZE(same); i++)
        if (flags & same[i].flag)
            word |= 1ul << same[i].bit;
    if (flags & PAGE_POOLED)
        word |= pooled_word(pfn);
    else if (is_user_memory(page))
        word |= 1ul << KPF_LRU | 1ul << KPF_ACTIVE;
    if (is_user_memory(page) && page_map_count(page) > 0)
        word |= 1ul << KPF_MMAP;
    if (flags >> PAGE_ORDER_SHIFT && !(flags & (PAGE_TAIL | PAGE_FREE)))
        word |= 1ul << KPF_COMPOUND_HEAD;
    if (mm_is_huge_frame(pfn))
        word |= 1ul << KPF_THP | 1ul << (pfn % (mm_huge_size() >> PAGE_SHIFT) ? KPF_COMPOUND_TAIL
                                                                              : KPF_COMPOUND_HEAD);
    if (mm_is_zero_frame(pfn))
        word |= 1ul << KPF_ZERO_PAGE;
    return word;
}

static void fill_flags(pfn_t first, u64 nr, u64 *words)
{
    for (u64 i = 0; i < nr; i++)
        words[i] = flags_word(first + i);
}

/* @fill: what there is to say of a range of frames. */
static ssize_t read_frames(struct io_buffer *buffer, u64 *position,
                           void (*fill)(pfn_t first, u64 nr, u64 *words))
{
    pfn_t pfn = *position / WORD;
    u64 room = min(buffer->remaining / WORD, CHUNK);
    ssize_t done = 0;
    u64 *words;

    if (*position % WORD || buffer->remaining % WORD)
        return -EINVAL;
    if (room == 0 || pfn >= page_map_end)
        return 0;
    words = kmalloc(room * WORD, ALLOC_WAIT);
    if (!words)
        return -ENOMEM;
    while (buffer->remaining > 0 && pfn < page_map_end && done >= 0) {
        u64 nr = min(min(buffer->remaining / WORD, room), (u64)(page_map_end - pfn));

        fill(pfn, nr, words);
        pfn += nr;
        done = io_buffer_copy_to(buffer, words, nr * WORD) < nr * WORD
                   ? -EFAULT
                   : done + (ssize_t)(nr * WORD);
    }
    kfree(words);
    if (done > 0)
        *position += (u64)done;
    return done;
}

static ssize_t read_counts(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)file;
    return read_frames(buffer, position, mm_count_users);
}

static ssize_t read_flags(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)file;
    return read_frames(buffer, position, fill_flags);
}

const struct file_ops proc_kpagecount_file_ops = {.read = read_counts, .seek = proc_seek_memory};
const struct file_ops proc_kpageflags_file_ops = {.read = read_flags, .seek = proc_seek_memory};
