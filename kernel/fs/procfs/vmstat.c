/*
 * /proc/vmstat, buddyinfo and slabinfo: the allocators in numbers.
 */
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <proc/accounting.h>
#include <proc/exit.h>
#include <proc/task.h>

#include "memory.h"
#include "views.h"

#define CACHES_MAX 256

/* Faults since boot: of the processes, and of the dead ones they waited for. */
static void faults_get(u64 *minor, u64 *major)
{
    struct process_totals totals;
    struct process *process;

    *minor = *major = 0;
    for (int number = 1; (process = process_next(number)); process_put(process)) {
        number = process_id(process) + 1;
        process_totals_get(process, &totals);
        *minor += totals.minor_faults + process->children_totals.minor_faults;
        *major += totals.major_faults + process->children_totals.major_faults;
    }
}

PROC_VIEW(vmstat)
{
    struct memory_counts counts;
    u64 minor, major;

    (void)subject;
    memory_counts_get(&counts);
    faults_get(&minor, &major);
    proc_print(text, "nr_free_pages %lu\n", counts.frames.free);
    proc_print(text, "nr_inactive_anon 0\nnr_active_anon %lu\n",
               counts.user.anonymous + counts.user.shmem);
    proc_print(text, "nr_inactive_file 0\nnr_active_file %lu\n", counts.user.page_cache);
    proc_print(text, "nr_unevictable %lu\nnr_mlock %lu\n", counts.locked, counts.locked);
    proc_print(text, "nr_slab_reclaimable %lu\nnr_slab_unreclaimable %lu\n",
               counts.slab_reclaimable, counts.slab - counts.slab_reclaimable);
    proc_print(text, "nr_anon_pages %lu\nnr_mapped %lu\nnr_file_pages %lu\n", counts.user.anonymous,
               counts.user.mapped, counts.user.page_cache + counts.user.shmem);
    proc_print(text, "nr_dirty %lu\nnr_writeback 0\nnr_shmem %lu\n", counts.user.dirty,
               counts.user.shmem);
    proc_print(text, "nr_kernel_stack %lu\nnr_page_table_pages %lu\n", counts.stack_bytes >> 10,
               counts.user.tables);
    proc_print(text, "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n");
    proc_print(text, "pgalloc_normal %lu\npgfree %lu\nallocstall_normal %lu\n",
               counts.frames.allocated, counts.frames.freed, counts.frames.slow_paths);
    proc_print(text, "pgfault %lu\npgmajfault %lu\n", minor + major, major);
    proc_print(text, "oom_kill %lu\n", process_oom_kill_count());
    return 0;
}

PROC_VIEW(buddyinfo)
{
    struct frame_statistics frames;

    (void)subject;
    frames_statistics(&frames);
    proc_print(text, "Node %d, zone %8s ", 0, "Normal");
    for (unsigned order = 0; order <= MAX_ORDER; order++)
        proc_print(text, "%6lu ", frames.free_blocks[order]);
    proc_print(text, "\n");
    return 0;
}

/* The caches are listed under a lock; the text is made after. */
struct cache_list {
    unsigned count;
    struct kmem_cache_statistics caches[CACHES_MAX];
};

static bool add_cache(struct kmem_cache *cache, void *argument)
{
    struct cache_list *list = argument;

    kmem_cache_statistics(cache, &list->caches[list->count]);
    return ++list->count < CACHES_MAX;
}

static void put_cache(struct proc_text *text, const struct kmem_cache_statistics *cache)
{
    proc_print(text,
               "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4u %4u %4u : slabdata %6lu %6lu %6u\n",
               cache->name, cache->objects_active, cache->objects_total, cache->slot_size,
               cache->objects_per_slab, cache->frames_per_slab, 0, 0, 0, cache->slabs_active,
               cache->slabs_total, 0);
}

PROC_VIEW(slabinfo)
{
    struct cache_list *list = vzalloc(sizeof(*list));

    (void)subject;
    if (!list)
        return -ENOMEM;
    kmem_cache_for_each(add_cache, list);
    proc_print(text, "slabinfo - version: 2.1\n"
                     "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                     "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                     "<active_slabs> <num_slabs> <sharedavail>\n");
    for (unsigned i = 0; i < list->count; i++)
        put_cache(text, &list->caches[i]);
    vfree(list);
    return 0;
}

PROC_VIEW(vmallocinfo)
{
    struct vmalloc_range range;

    (void)subject;
    for (vaddr_t at = VMALLOC_BASE; vmalloc_next_range(at, &range); at = range.start + range.len) {
        proc_print(text, "0x%016lx-0x%016lx %7lu %s", range.start, range.start + range.len,
                   range.len, range.kind);
        if (range.phys)
            proc_print(text, " phys=0x%016lx\n", range.phys);
        else
            proc_print(text, " pages=%lu\n", range.nr_pages);
    }
    return 0;
}
