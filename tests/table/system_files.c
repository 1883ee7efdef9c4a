/* /proc and /sys files about memory: existence, mode, values at the start, what may be written. */

#include "table.h"

static const char *const names[] = {
    "/proc/meminfo",
    "/proc/vmstat",
    "/proc/zoneinfo",
    "/proc/buddyinfo",
    "/proc/pagetypeinfo",
    "/proc/slabinfo",
    "/proc/swaps",
    "/proc/kpagecount",
    "/proc/kpageflags",
    "/proc/kcore",
    "/proc/iomem",
    "/proc/sysvipc/shm",
    "/proc/sysrq-trigger",
    "/proc/vmallocinfo",
    "/proc/sys/vm",
    "/proc/sys/kernel/shmall",
    "/proc/sys/kernel/shmmax",
    "/proc/sys/kernel/shmmni",
    "/proc/sys/kernel/shm_rmid_forced",
    "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/core_uses_pid",
    "/proc/sys/kernel/core_pipe_limit",
    "/proc/sys/fs/suid_dumpable",
    "/proc/sys/fs/pipe-max-size",
    "/sys/kernel/mm/transparent_hugepage",
    "/sys/kernel/mm/hugepages",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
    "/sys/devices/system/node/node0/meminfo",
    "/sys/kernel/mm/ksm/run",
};

static const char *const settings[] = {
    "admin_reserve_kbytes",
    "compact_memory",
    "compaction_proactiveness",
    "compact_unevictable_allowed",
    "dirty_background_bytes",
    "dirty_background_ratio",
    "dirty_bytes",
    "dirty_expire_centisecs",
    "dirty_ratio",
    "dirty_writeback_centisecs",
    "dirtytime_expire_seconds",
    "drop_caches",
    "extfrag_threshold",
    "hugetlb_optimize_vmemmap",
    "hugetlb_shm_group",
    "laptop_mode",
    "legacy_va_layout",
    "lowmem_reserve_ratio",
    "max_map_count",
    "memory_failure_early_kill",
    "memory_failure_recovery",
    "min_free_kbytes",
    "min_slab_ratio",
    "min_unmapped_ratio",
    "mmap_min_addr",
    "mmap_rnd_bits",
    "mmap_rnd_compat_bits",
    "nr_hugepages",
    "nr_hugepages_mempolicy",
    "nr_overcommit_hugepages",
    "numa_stat",
    "numa_zonelist_order",
    "oom_dump_tasks",
    "oom_kill_allocating_task",
    "overcommit_kbytes",
    "overcommit_memory",
    "overcommit_ratio",
    "page-cluster",
    "page_lock_unfairness",
    "panic_on_oom",
    "percpu_pagelist_high_fraction",
    "stat_interval",
    "stat_refresh",
    "swappiness",
    "unprivileged_userfaultfd",
    "user_reserve_kbytes",
    "vfs_cache_pressure",
    "watermark_boost_factor",
    "watermark_scale_factor",
    "zone_reclaim_mode",
};

static void mode_of(const struct cell *cell)
{
    struct stat status;

    if (stat(cell->more, &status) < 0)
        note("%s", errno_name(errno));
    else
        note("%06o", (unsigned)status.st_mode);
}

/* A value that depends on the size of memory or on chance is not shown. */
static bool by_memory(const char *path)
{
    static const char *const endings[] = {"min_free_kbytes", "admin_reserve_kbytes",
                                          "user_reserve_kbytes", "lowmem_reserve_ratio"};

    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (strstr(path, endings[i]) != NULL)
            return true;
    return false;
}

static void value_of(const struct cell *cell)
{
    char words[128];

    mode_of(cell);
    if (by_memory(cell->more))
        return;
    if (file_text(cell->more, words, sizeof(words)) < 0)
        return;
    for (char *at = words; *at != '\0'; at++)
        if (*at == '\t')
            *at = ' ';
    words[strcspn(words, "\n")] = '\0';
    note("%s", words);
}

__attribute__((constructor)) static void add_files(void)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        cell_add((struct cell){"/proc and /sys", names[i], "mode", mode_of, 0, names[i]});
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        cell_add((struct cell){"/proc/sys/vm", settings[i], "mode and value at the start", value_of,
                               0, text("/proc/sys/vm/%s", settings[i])});
    for (size_t i = 15; i < 25; i++)
        cell_add((struct cell){"/proc/sys", names[i], "mode and value at the start", value_of, 0,
                               names[i]});
}

static void write_value(const struct cell *cell)
{
    const char *path = cell->more;

    got(setting(path, cell->value));
    note("now %ld", file_number(path, NULL));
}

__attribute__((constructor)) static void add_writes(void)
{
    static const struct {
        const char *path;
        long value;
    } writes[] = {
        {"vm/max_map_count", 1000000},
        {"vm/max_map_count", -1},
        {"vm/mmap_min_addr", 0},
        {"vm/mmap_min_addr", 4096},
        {"vm/overcommit_ratio", 150},
        {"vm/overcommit_ratio", -1},
        {"vm/overcommit_kbytes", 4096},
        {"vm/panic_on_oom", 2},
        {"vm/panic_on_oom", 3},
        {"vm/oom_kill_allocating_task", 1},
        {"vm/oom_dump_tasks", 0},
        {"vm/swappiness", 200},
        {"vm/swappiness", 201},
        {"vm/drop_caches", 1},
        {"vm/drop_caches", 4},
        {"vm/drop_caches", 5},
        {"vm/page-cluster", 1},
        {"vm/vfs_cache_pressure", 50},
        {"vm/dirty_ratio", 101},
        {"vm/min_free_kbytes", 2000},
        {"vm/compact_memory", 1},
        {"kernel/randomize_va_space", 0},
        {"kernel/randomize_va_space", 2},
        {"kernel/randomize_va_space", 7},
        {"kernel/shmmax", 65536},
        {"kernel/shmall", 100},
        {"kernel/shmmni", 10},
        {"kernel/shmmni", 40000},
        {"kernel/shm_rmid_forced", 1},
        {"kernel/shm_rmid_forced", 2},
    };

    for (size_t i = 0; i < COUNT_OF(writes); i++)
        cell_add((struct cell){"/proc/sys", writes[i].path, text("%ld written", writes[i].value),
                               write_value, writes[i].value, text("/proc/sys/%s", writes[i].path)});
}

CELL("/proc/sys", "vm/max_map_count", "a word, nothing, two numbers, spaces")
{
    static const char *const words[] = {"word",        "",       "70000 80000",
                                        "  70001  \n", "70002x", "99999999999999999999"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        int fd = open("/proc/sys/vm/max_map_count", O_RDWR);
        value(write(fd, words[i], strlen(words[i])));
        close(fd);
        note("now %ld", file_number("/proc/sys/vm/max_map_count", NULL));
    }
    setting("/proc/sys/vm/max_map_count", 65530);
    setting("/proc/sys/vm/max_map_count", 65530);
    int fd = open("/proc/sys/vm/max_map_count", O_RDWR);
    write(fd, "65530", 5);
}

CELL("/proc/sys", "vm/max_map_count", "a user writes")
{
    become_user();
    got(open("/proc/sys/vm/max_map_count", O_WRONLY));
}

static const char *const meminfo_keys[] = {
    "MemTotal",      "MemFree",         "MemAvailable",   "Buffers",        "Cached",
    "SwapCached",    "Active",          "Inactive",       "Active(anon)",   "Inactive(anon)",
    "Active(file)",  "Inactive(file)",  "Unevictable",    "Mlocked",        "SwapTotal",
    "SwapFree",      "Zswap",           "Zswapped",       "Dirty",          "Writeback",
    "AnonPages",     "Mapped",          "Shmem",          "KReclaimable",   "Slab",
    "SReclaimable",  "SUnreclaim",      "KernelStack",    "PageTables",     "SecPageTables",
    "NFS_Unstable",  "Bounce",          "WritebackTmp",   "CommitLimit",    "Committed_AS",
    "VmallocTotal",  "VmallocUsed",     "VmallocChunk",   "Percpu",         "HardwareCorrupted",
    "AnonHugePages", "ShmemHugePages",  "ShmemPmdMapped", "FileHugePages",  "FilePmdMapped",
    "CmaTotal",      "HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp",
    "Hugepagesize",  "Hugetlb",         "DirectMap4k",    "DirectMap2M",    "DirectMap1G",
};

static void has_key(const struct cell *cell)
{
    static char all[1 << 14];
    char key[64];

    snprintf(key, sizeof(key), "%s:", (const char *)cell->more);
    file_text("/proc/meminfo", all, sizeof(all));
    char *at = strstr(all, key);
    note_if(at != NULL && (at == all || at[-1] == '\n'), "there", "not there");
}

static const char *const vmstat_keys[] = {
    "nr_free_pages",
    "nr_zone_inactive_anon",
    "nr_mlock",
    "nr_anon_pages",
    "nr_mapped",
    "nr_file_pages",
    "nr_dirty",
    "nr_shmem",
    "nr_page_table_pages",
    "nr_kernel_stack",
    "nr_anon_transparent_hugepages",
    "pgpgin",
    "pgpgout",
    "pswpin",
    "pswpout",
    "pgalloc_normal",
    "pgfree",
    "pgactivate",
    "pgfault",
    "pgmajfault",
    "pgsteal_kswapd",
    "pgscan_direct",
    "oom_kill",
    "thp_fault_alloc",
    "thp_fault_fallback",
    "thp_split_page",
    "thp_collapse_alloc",
    "htlb_buddy_alloc_success",
    "unevictable_pgs_mlocked",
    "pglazyfree",
    "pglazyfreed",
};

static void has_vmstat(const struct cell *cell)
{
    static char all[1 << 14];
    char key[64];

    snprintf(key, sizeof(key), "\n%s ", (const char *)cell->more);
    all[0] = '\n';
    file_text("/proc/vmstat", all + 1, sizeof(all) - 1);
    note_if(strstr(all, key) != NULL, "there", "not there");
}

__attribute__((constructor)) static void add_keys(void)
{
    for (size_t i = 0; i < COUNT_OF(meminfo_keys); i++)
        cell_add(
            (struct cell){"/proc/meminfo", meminfo_keys[i], "key", has_key, 0, meminfo_keys[i]});
    for (size_t i = 0; i < COUNT_OF(vmstat_keys); i++)
        cell_add(
            (struct cell){"/proc/vmstat", vmstat_keys[i], "key", has_vmstat, 0, vmstat_keys[i]});
}
