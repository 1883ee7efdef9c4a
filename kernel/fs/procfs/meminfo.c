/*
 * /proc/meminfo.
 */
#include <arch/memory.h>
#include <arch/pte.h>
#include <kmem/frames.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>

#include "memory.h"
#include "views.h"

/* Pages that programs can have without pushing others out: free ones above the reserve, and what
 * reclaim gives up first. */
static u64 available_pages(const struct memory_counts *counts)
{
    u64 reserve = counts->frames.watermark_high, low = counts->frames.watermark_low;
    u64 file = counts->user.page_cache + counts->user.lazy_free, slab = counts->slab_reclaimable,
        sum;

    sum = counts->frames.free > reserve ? counts->frames.free - reserve : 0;
    return sum + file - min(file / 2, low) + slab - min(slab / 2, low);
}

void memory_counts_get(struct memory_counts *counts)
{
    frames_statistics(&counts->frames);
    mm_totals_get(&counts->user);
    kmem_slab_frames(&counts->slab, &counts->slab_reclaimable);
    counts->stack_bytes = kernel_stack_count() * KERNEL_STACK_SIZE;
    counts->locked = mm_locked_resident();
}

static void put_kilobytes(struct proc_text *text, const char *label, u64 kilobytes)
{
    proc_print(text, "%-15s %8lu kB\n", label, kilobytes);
}

static void put_pages(struct proc_text *text, const char *label, u64 pages)
{
    put_kilobytes(text, label, pages << (PAGE_SHIFT - 10));
}

static void put_cache(struct proc_text *text, const struct memory_counts *counts)
{
    u64 anonymous = counts->user.anonymous + counts->user.shmem;

    put_pages(text, "MemTotal:", counts->frames.total);
    put_pages(text, "MemFree:", counts->frames.free);
    put_pages(text, "MemAvailable:", available_pages(counts));
    put_pages(text, "Buffers:", 0);
    put_pages(text, "Cached:", counts->user.page_cache + counts->user.shmem);
    put_pages(text, "SwapCached:", 0);
    put_pages(text, "Active:", anonymous + counts->user.page_cache);
    put_pages(text, "Inactive:", 0);
    put_pages(text, "Active(anon):", anonymous);
    put_pages(text, "Inactive(anon):", 0);
    put_pages(text, "Active(file):", counts->user.page_cache);
    put_pages(text, "Inactive(file):", 0);
    put_pages(text, "Unevictable:", counts->locked);
    put_pages(text, "Mlocked:", counts->locked);
    put_pages(text, "SwapTotal:", 0);
    put_pages(text, "SwapFree:", 0);
    put_pages(text, "Dirty:", counts->user.dirty);
    put_pages(text, "Writeback:", 0);
    put_pages(text, "AnonPages:", counts->user.anonymous);
    put_pages(text, "Mapped:", counts->user.mapped);
    put_pages(text, "Shmem:", counts->user.shmem);
}

static void put_kernel(struct proc_text *text, const struct memory_counts *counts)
{
    put_pages(text, "KReclaimable:", counts->slab_reclaimable);
    put_pages(text, "Slab:", counts->slab);
    put_pages(text, "SReclaimable:", counts->slab_reclaimable);
    put_pages(text, "SUnreclaim:", counts->slab - counts->slab_reclaimable);
    put_kilobytes(text, "KernelStack:", counts->stack_bytes >> 10);
    put_pages(text, "PageTables:", counts->user.tables);
    put_pages(text, "SecPageTables:", 0);
    put_pages(text, "NFS_Unstable:", 0);
    put_pages(text, "Bounce:", 0);
    put_pages(text, "WritebackTmp:", 0);
    put_pages(text, "CommitLimit:", counts->user.commit_limit);
    put_pages(text, "Committed_AS:", counts->user.committed);
    put_kilobytes(text, "VmallocTotal:", (VMALLOC_END - VMALLOC_BASE) >> 10);
    put_kilobytes(text, "VmallocUsed:", vmalloc_used_bytes() >> 10);
    put_kilobytes(text, "VmallocChunk:", 0);
    put_kilobytes(text, "Percpu:", 0); /* those of the CPUs are no part of the total */
}

/* User memory is in small pages, except private memory in huge ones and what was set aside. */
static void put_huge(struct proc_text *text, const struct memory_counts *counts)
{
    struct hugetlb_counts pool;

    put_pages(text, "AnonHugePages:", counts->user.anonymous_huge);
    put_pages(text, "ShmemHugePages:", 0);
    put_pages(text, "ShmemPmdMapped:", 0);
    put_pages(text, "FileHugePages:", 0);
    put_pages(text, "FilePmdMapped:", 0);
    hugetlb_counts_get(&pool);
    proc_print(text, "HugePages_Total:   %5lu\nHugePages_Free:    %5lu\n", pool.total, pool.free);
    proc_print(text, "HugePages_Rsvd:    %5lu\nHugePages_Surp:    %5lu\n", pool.reserved,
               pool.surplus);
    put_kilobytes(text, "Hugepagesize:", 2048);
    put_pages(text, "Hugetlb:", pool.total * HUGETLB_PAGES);
}

static void put_direct_map(struct proc_text *text)
{
    u64 sizes[PTE_LEVELS];

    arch_direct_map_sizes(page_map_end << PAGE_SHIFT, sizes);
    put_kilobytes(text, "DirectMap4k:", sizes[1] >> 10);
    put_kilobytes(text, "DirectMap2M:", sizes[2] >> 10);
    put_kilobytes(text, "DirectMap1G:", sizes[3] >> 10);
}

PROC_VIEW(meminfo)
{
    struct memory_counts counts;

    (void)subject;
    memory_counts_get(&counts);
    put_cache(text, &counts);
    put_kernel(text, &counts);
    put_huge(text, &counts);
    put_direct_map(text);
    return 0;
}
