/*
 * The counters of /proc/vmstat and zoneinfo, by the names and in the order of Linux.
 *
 * What Quire has no mechanism for never happens, and its counter says so: there is no swap, no
 * second node, no migration, no compaction, no reading ahead. All pages of programs and files count
 * as active: they are on one list each, or on none.
 */
#include "counters.h"

#include <lib/string.h>
#include <proc/exit.h>

static void put(const struct counter_sink *sink, const char *name, u64 value)
{
    proc_print(sink->text, sink->format, name, value);
}

/* @names: separated by blanks. */
static void put_zeroes(const struct counter_sink *sink, const char *names)
{
    char name[48];

    while (*names) {
        size_t len = strcspn(names, " ");

        memcpy(name, names, min(len, sizeof(name) - 1));
        name[min(len, sizeof(name) - 1)] = '\0';
        put(sink, name, 0);
        names += len;
        names += strspn(names, " ");
    }
}

void counters_put_zone(const struct counter_sink *sink, const struct memory_counts *counts)
{
    u64 anonymous = counts->user.anonymous + counts->user.shmem;

    put(sink, "nr_free_pages", counts->frames.free);
    put_zeroes(sink, "nr_zone_inactive_anon");
    put(sink, "nr_zone_active_anon", anonymous);
    put_zeroes(sink, "nr_zone_inactive_file");
    put(sink, "nr_zone_active_file", counts->user.page_cache);
    put(sink, "nr_zone_unevictable", counts->locked);
    put(sink, "nr_zone_write_pending", counts->user.dirty);
    put(sink, "nr_mlock", counts->locked);
    put_zeroes(sink, "nr_bounce nr_zspages nr_free_cma");
    put(sink, "numa_hit", counts->frames.allocated);
    put_zeroes(sink, "numa_miss numa_foreign numa_interleave");
    put(sink, "numa_local", counts->frames.allocated);
    put_zeroes(sink, "numa_other");
}

void counters_put_node(const struct counter_sink *sink, const struct memory_counts *counts)
{
    u64 anonymous = counts->user.anonymous + counts->user.shmem;

    put_zeroes(sink, "nr_inactive_anon");
    put(sink, "nr_active_anon", anonymous);
    put_zeroes(sink, "nr_inactive_file");
    put(sink, "nr_active_file", counts->user.page_cache);
    put(sink, "nr_unevictable", counts->locked);
    put(sink, "nr_slab_reclaimable", counts->slab_reclaimable);
    put(sink, "nr_slab_unreclaimable", counts->slab - counts->slab_reclaimable);
    put_zeroes(sink, "nr_isolated_anon nr_isolated_file workingset_nodes "
                     "workingset_refault_anon workingset_refault_file "
                     "workingset_activate_anon workingset_activate_file "
                     "workingset_restore_anon workingset_restore_file workingset_nodereclaim");
    put(sink, "nr_anon_pages", counts->user.anonymous);
    put(sink, "nr_mapped", counts->user.mapped);
    put(sink, "nr_file_pages", counts->user.page_cache + counts->user.shmem);
    put(sink, "nr_dirty", counts->user.dirty);
    put_zeroes(sink, "nr_writeback nr_writeback_temp");
    put(sink, "nr_shmem", counts->user.shmem);
    put_zeroes(sink, "nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages "
                     "nr_file_pmdmapped");
    put(sink, "nr_anon_transparent_hugepages",
        counts->user.anonymous_huge / (mm_huge_size() >> PAGE_SHIFT));
    put_zeroes(sink, "nr_vmscan_write "
                     "nr_vmscan_immediate_reclaim nr_dirtied nr_written nr_throttled_written "
                     "nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released");
    put(sink, "nr_kernel_stack", counts->stack_bytes >> 10);
    put(sink, "nr_page_table_pages", counts->user.tables);
    put_zeroes(sink, "nr_sec_page_table_pages nr_swapcached pgpromote_success "
                     "pgpromote_candidate");
}

static void put_events(const struct counter_sink *sink, const struct memory_counts *counts)
{
    struct mm_huge_events huge;

    mm_huge_events_get(&huge);
    put_zeroes(sink, "nr_dirty_threshold nr_dirty_background_threshold pgpgin pgpgout pswpin "
                     "pswpout pgalloc_dma pgalloc_dma32");
    put(sink, "pgalloc_normal", counts->frames.allocated);
    put_zeroes(sink, "pgalloc_movable pgalloc_device allocstall_dma allocstall_dma32");
    put(sink, "allocstall_normal", counts->frames.slow_paths);
    put_zeroes(sink, "allocstall_movable allocstall_device pgskip_dma pgskip_dma32 "
                     "pgskip_normal pgskip_movable pgskip_device");
    put(sink, "pgfree", counts->frames.freed);
    put_zeroes(sink, "pgactivate pgdeactivate pglazyfree");
    put(sink, "pgfault", counts->user.faults);
    put(sink, "pgmajfault", counts->user.major_faults);
    put_zeroes(sink, "pglazyfreed pgrefill");
    put(sink, "pgreuse", counts->user.reuses);
    put_zeroes(sink, "pgsteal_kswapd pgsteal_direct pgdemote_kswapd pgdemote_direct "
                     "pgscan_kswapd pgscan_direct pgscan_direct_throttle pgscan_anon "
                     "pgscan_file pgsteal_anon pgsteal_file zone_reclaim_failed pginodesteal "
                     "slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly "
                     "kswapd_high_wmark_hit_quickly pageoutrun pgrotated drop_pagecache "
                     "drop_slab");
    put(sink, "oom_kill", process_oom_kill_count());
    put_zeroes(sink, "numa_pte_updates numa_huge_pte_updates numa_hint_faults "
                     "numa_hint_faults_local numa_pages_migrated pgmigrate_success "
                     "pgmigrate_fail thp_migration_success thp_migration_fail "
                     "thp_migration_split compact_migrate_scanned compact_free_scanned "
                     "compact_isolated compact_stall compact_fail compact_success "
                     "compact_daemon_wake compact_daemon_migrate_scanned "
                     "compact_daemon_free_scanned htlb_buddy_alloc_success "
                     "htlb_buddy_alloc_fail unevictable_pgs_culled unevictable_pgs_scanned "
                     "unevictable_pgs_rescued unevictable_pgs_mlocked "
                     "unevictable_pgs_munlocked unevictable_pgs_cleared "
                     "unevictable_pgs_stranded");
    put(sink, "thp_fault_alloc", huge.fault_alloc);
    put(sink, "thp_fault_fallback", huge.fault_fallback);
    put_zeroes(sink, "thp_fault_fallback_charge");
    put(sink, "thp_collapse_alloc", huge.collapse_alloc);
    put(sink, "thp_collapse_alloc_failed", huge.collapse_alloc_failed);
    put_zeroes(sink, "thp_file_alloc thp_file_fallback thp_file_fallback_charge "
                     "thp_file_mapped thp_split_page thp_split_page_failed "
                     "thp_deferred_split_page");
    put(sink, "thp_split_pmd", huge.split_pmd);
    put_zeroes(sink, "thp_scan_exceed_none_pte "
                     "thp_scan_exceed_swap_pte thp_scan_exceed_share_pte thp_split_pud "
                     "thp_zero_page_alloc thp_zero_page_alloc_failed thp_swpout "
                     "thp_swpout_fallback balloon_inflate balloon_deflate balloon_migrate "
                     "swap_ra swap_ra_hit ksm_swpin_copy cow_ksm direct_map_level2_splits "
                     "direct_map_level3_splits nr_unstable");
}

PROC_VIEW(vmstat)
{
    struct counter_sink sink = {.text = text, .format = "%s %lu\n"};
    struct memory_counts counts;

    (void)subject;
    memory_counts_get(&counts);
    counters_put_zone(&sink, &counts);
    counters_put_node(&sink, &counts);
    put_events(&sink, &counts);
    return 0;
}
