/*
 * /sys/devices/system: the processors and the one node of memory, for programs that count them
 * (sysconf(3), lscpu(1), numactl(8)).
 *
 * A processor is a socket with one core of its own, as /proc/cpuinfo says. The subject of what is
 * in cpu/cpuN has N as its number.
 *
 * Lock: none; processors do not come and go after the first program was started.
 */
#include <abi/errno.h>
#include <abi/stat.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <lib/bits.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/hugetlb.h>
#include <sched/sched.h>
#include <vfs/dentry.h>

#include "memory.h"
#include "procfs.h"
#include "sysfs.h"

/* ---- sets of processors ---- */

static u64 possible_cpus(void)
{
    return ~0ull >> (64 - cpu_possible_count());
}

static int put_list(struct proc_text *text, u64 cpus)
{
    proc_put_set(text, cpus);
    proc_put(text, "\n", 1);
    return 0;
}

static int put_mask(struct proc_text *text, u64 cpus)
{
    proc_print(text, "%0*lx\n", (int)(cpu_possible_count() + 3) / 4, cpus);
    return 0;
}

static int put_number(struct proc_text *text, u64 number)
{
    proc_print(text, "%lu\n", number);
    return 0;
}

/* The show function of a file that @put makes of @value; @subject is whose file it is. */
#define SHOW(name_, put_, value_)                                                                  \
    static int show_##name_(struct proc_text *text, const struct proc_subject *subject)            \
    {                                                                                              \
        (void)subject;                                                                             \
        return put_(text, value_);                                                                 \
    }

SHOW(possible, put_list, possible_cpus())
SHOW(online, put_list, sched_online_cpus())
SHOW(offline, put_list, possible_cpus() & ~sched_online_cpus())
SHOW(none, put_list, 0)
SHOW(last_cpu, put_number, ARCH_MAX_CPUS - 1)

/* ---- a processor ---- */

SHOW(zero, put_number, 0)
SHOW(number, put_number, (u64)subject->number)
SHOW(own_list, put_list, 1ull << subject->number)
SHOW(own_mask, put_mask, 1ull << subject->number)
SHOW(is_online, put_number, sched_online_cpus() >> subject->number & 1)

static const struct proc_entry topology_entries[] = {
    PROC_FILE("core_cpus", show_own_mask),
    PROC_FILE("core_cpus_list", show_own_list),
    PROC_FILE("core_id", show_zero),
    PROC_FILE("core_siblings", show_own_mask),
    PROC_FILE("core_siblings_list", show_own_list),
    PROC_FILE("die_cpus", show_own_mask),
    PROC_FILE("die_cpus_list", show_own_list),
    PROC_FILE("die_id", show_zero),
    PROC_FILE("package_cpus", show_own_mask),
    PROC_FILE("package_cpus_list", show_own_list),
    PROC_FILE("physical_package_id", show_number),
    PROC_FILE("thread_siblings", show_own_mask),
    PROC_FILE("thread_siblings_list", show_own_list),
    {0},
};

static int node_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    (void)subject;
    return (int)scnprintf(buffer, size, "../../node/node0");
}

static const struct proc_entry cpu_children[] = {
    PROC_FILE("online", show_is_online),
    {.name = "node0", .mode = S_IFLNK | 0777, .readlink = node_text},
    SYSFS_FOLDER("topology", topology_entries),
    {0},
};

/* The first cannot be switched off and does not say that it is on; what is off has no topology. */
static const struct proc_entry first_cpu_entry = SYSFS_FOLDER("cpu", cpu_children + 1);
static const struct proc_entry cpu_entry = SYSFS_FOLDER("cpu", cpu_children);

static bool next_cpu(const struct proc_subject *parent, u64 from, u64 *number)
{
    (void)parent;
    *number = from;
    return from < cpu_count();
}

static bool put_cpu_name(const struct proc_subject *parent, u64 number, char *name, size_t size)
{
    (void)parent;
    snprintf(name, size, "cpu%lu", number);
    return true;
}

/* Which processor is called that; -ENOENT: none. */
static int cpu_of(const struct name *name)
{
    struct name digits = {.text = name->text + 3, .len = name->len - 3};
    long number;

    if (name->len <= 3 || memcmp(name->text, "cpu", 3) != 0)
        return -ENOENT;
    number = proc_name_number(&digits);
    return number < 0 || number >= cpu_count() ? -ENOENT : (int)number;
}

static int find_cpu(const struct proc_subject *parent, const struct name *name,
                    const struct proc_entry **entry, struct proc_subject *subject)
{
    int number = cpu_of(name);

    (void)parent;
    if (number < 0)
        return number;
    *entry = number ? &cpu_entry : &first_cpu_entry;
    subject->number = number;
    return 0;
}

static unsigned count_cpus(const struct proc_subject *parent)
{
    (void)parent;
    return cpu_count();
}

static const struct proc_directory cpu_directory = {.find = find_cpu,
                                                    .next = next_cpu,
                                                    .put_name = put_cpu_name,
                                                    .count = count_cpus,
                                                    .type = S_IFDIR};

static const struct proc_entry cpus_entries[] = {
    PROC_FILE("isolated", show_none),
    PROC_FILE("kernel_max", show_last_cpu),
    PROC_FILE("offline", show_offline),
    PROC_FILE("online", show_online),
    PROC_FILE("possible", show_possible),
    PROC_FILE("present", show_possible),
    {0},
};

/* ---- the node ---- */

SHOW(node_list, put_list, sched_online_cpus())
SHOW(node_mask, put_mask, sched_online_cpus())
SHOW(distance, put_number, 10) /* to itself */

static int show_numastat(struct proc_text *text, const struct proc_subject *subject)
{
    struct memory_counts counts;

    (void)subject;
    memory_counts_get(&counts);
    proc_print(text,
               /* No allocation asks a policy: there is one node. */
               "numa_hit %lu\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\n"
               "local_node %lu\nother_node 0\n",
               counts.frames.allocated, counts.frames.allocated);
    return 0;
}

static void put_pages(struct proc_text *text, const char *label, u64 pages)
{
    proc_print(text, "Node 0 %-15s %8lu kB\n", label, pages << (PAGE_SHIFT - 10));
}

static int show_meminfo(struct proc_text *text, const struct proc_subject *subject)
{
    struct memory_counts counts;
    struct hugetlb_counts pool;

    (void)subject;
    memory_counts_get(&counts);
    hugetlb_counts_get(&pool);
    put_pages(text, "MemTotal:", counts.frames.total);
    put_pages(text, "MemFree:", counts.frames.free);
    put_pages(text, "MemUsed:", counts.frames.total - counts.frames.free);
    put_pages(text, "Unevictable:", counts.locked);
    put_pages(text, "Mlocked:", counts.locked);
    put_pages(text, "Dirty:", counts.user.dirty);
    put_pages(text, "Writeback:", 0);
    put_pages(text, "FilePages:", counts.user.page_cache + counts.user.shmem);
    put_pages(text, "Mapped:", counts.user.mapped);
    put_pages(text, "AnonPages:", counts.user.anonymous);
    put_pages(text, "Shmem:", counts.user.shmem);
    put_pages(text, "KernelStack:", counts.stack_bytes >> PAGE_SHIFT);
    put_pages(text, "PageTables:", counts.user.tables);
    put_pages(text, "KReclaimable:", counts.slab_reclaimable);
    put_pages(text, "Slab:", counts.slab);
    put_pages(text, "SReclaimable:", counts.slab_reclaimable);
    put_pages(text, "SUnreclaim:", counts.slab - counts.slab_reclaimable);
    put_pages(text, "AnonHugePages:", counts.user.anonymous_huge);
    proc_print(text,
               "Node 0 HugePages_Total: %5lu\nNode 0 HugePages_Free:  %5lu\n"
               "Node 0 HugePages_Surp:  %5lu\n",
               pool.total, pool.free, pool.surplus);
    return 0;
}

static const struct proc_entry node_entries[] = {
    PROC_FILE("cpulist", show_node_list), PROC_FILE("cpumap", show_node_mask),
    PROC_FILE("distance", show_distance), PROC_FILE("meminfo", show_meminfo),
    PROC_FILE("numastat", show_numastat), {0},
};

static int cpu_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    return (int)scnprintf(buffer, size, "../../cpu/cpu%d", subject->number);
}

static const struct proc_entry cpu_link_entry = {
    .name = "cpu", .mode = S_IFLNK | 0777, .readlink = cpu_text};

static int find_cpu_link(const struct proc_subject *parent, const struct name *name,
                         const struct proc_entry **entry, struct proc_subject *subject)
{
    int number = cpu_of(name);

    (void)parent;
    if (number < 0)
        return number;
    *entry = &cpu_link_entry;
    subject->number = number;
    return 0;
}

static const struct proc_directory cpu_links = {
    .find = find_cpu_link, .next = next_cpu, .put_name = put_cpu_name, .type = S_IFLNK};

static const struct proc_entry nodes_entries[] = {
    PROC_FILE("has_cpu", show_zero),
    PROC_FILE("has_memory", show_zero),
    PROC_FILE("has_normal_memory", show_zero),
    {.name = "node0", .mode = S_IFDIR | 0755, .children = node_entries, .directory = &cpu_links},
    PROC_FILE("online", show_zero),
    PROC_FILE("possible", show_zero),
    {0},
};

const struct proc_entry sysfs_system_entries[] = {
    {.name = "cpu", .mode = S_IFDIR | 0755, .children = cpus_entries, .directory = &cpu_directory},
    SYSFS_FOLDER("node", nodes_entries),
    {0},
};
