/*
 * /proc/sys: settings and constants. What is writable takes effect; what Quire cannot change is
 * read-only, so that nobody believes to have changed it.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/mman.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <kmem/kmem.h>
#include <kmem/slab.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/machine.h>
#include <proc/rlimit.h>
#include <proc/seccomp.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>

#include "symbols.h"
#include "sys.h"
#include "views.h"

#define ENTROPY_BITS 256 /* the generator is as good as full once it is seeded */

static int show_arch(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.machine);
    return 0;
}

static int show_ostype(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.sysname);
    return 0;
}

static int show_osrelease(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.release);
    return 0;
}

static int show_version(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.version);
    return 0;
}

static int show_hostname(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.nodename);
    return 0;
}

static int show_domainname(struct proc_text *text, const struct proc_subject *subject)
{
    struct abi_utsname names;

    (void)subject;
    machine_names_get(&names);
    proc_print(text, "%s\n", names.domainname);
    return 0;
}

/* A name ends with the line, and is cut to what fits. */
static int store_hostname(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    return machine_set_hostname(text, min(strcspn(text, "\n"), min(len, (size_t)UTS_LEN)));
}

static int store_domainname(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    return machine_set_domainname(text, min(strcspn(text, "\n"), min(len, (size_t)UTS_LEN)));
}

static void put_uuid(struct proc_text *text, const u8 id[16])
{
    for (int i = 0; i < 16; i++)
        proc_print(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
    proc_print(text, "\n");
}

/* Random, marked as version 4, variant 1 (RFC 4122). */
static void make_uuid(u8 id[16])
{
    machine_random_bytes(id, 16);
    id[6] = (id[6] & 0x0f) | 0x40;
    id[8] = (id[8] & 0x3f) | 0x80;
}

static int show_uuid(struct proc_text *text, const struct proc_subject *subject)
{
    u8 id[16];

    (void)subject;
    make_uuid(id);
    put_uuid(text, id);
    return 0;
}

static u8 boot_id[16]; /* (I) after proc_sys_init */

/* ---- settings that need more than one room ---- */

static void control_alt_delete_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = machine_ctrl_alt_delete_get();
}

static int control_alt_delete_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    machine_ctrl_alt_delete_set(values[0] != 0);
    return 0;
}

static void min_address_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = mm_min_address_get();
}

static int min_address_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (!capable(CAP_SYS_RAWIO))
        return -EPERM;
    mm_min_address_set(values[0]);
    return 0;
}

/* 1: pages of files that have a store; 2: names and objects; 4 only quietens Linux's log. */
static int drop_caches_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (values[0] & 1)
        reclaim_pages(~0ul);
    if (values[0] & 2) {
        dentry_shrink(~0u);
        kmem_shrink_all();
    }
    return 0;
}

static void panic_seconds_get(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = (u64)(s64)panic_get_timeout();
}

static int panic_seconds_set(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    panic_set_timeout((int)values[0]);
    return 0;
}

static const struct sysctl kernel_settings[] = {
    {.name = "panic", .get = panic_seconds_get, .set = panic_seconds_set},
    {.name = "ctrl-alt-del", .get = control_alt_delete_get, .set = control_alt_delete_set},
    {0},
};
static struct sysctl_table kernel_table = SYSCTL_TABLE("kernel", kernel_settings);

static s32 swappiness = 60;

static const struct sysctl vm_settings[] = {
    {.name = "drop_caches", .mode = 0200, .set = drop_caches_set, .minimum = 1, .maximum = 4},
    /* How much rather private pages go than those of files: with no swap there is no choice. */
    {.name = "swappiness", .value = &swappiness, .maximum = 200},
    {.name = "mmap_min_addr", .kind = SYSCTL_ULONG, .get = min_address_get, .set = min_address_set},
    {0},
};
static struct sysctl_table vm_table = SYSCTL_TABLE("vm", vm_settings);

void proc_sys_init(void)
{
    make_uuid(boot_id);
    sysctl_register(&kernel_table);
    sysctl_register(&vm_table);
    symbols_init();
}

static int show_boot_id(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    put_uuid(text, boot_id);
    return 0;
}

static int show_file_counts(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%lu\t0\t%lu\n", file_count(), file_count_max());
    return 0;
}

/* What nobody uses goes as others come, not by age: 45 is only what Linux says there. */
static int show_dentry_state(struct proc_text *text, const struct proc_subject *subject)
{
    struct dentry_counts counts;

    (void)subject;
    dentry_count(&counts);
    proc_print(text, "%lu\t%lu\t45\t0\t%lu\t0\n", counts.all, counts.unused, counts.negative);
    return 0;
}

/* Inodes that nobody uses are not kept. */
static int show_inode_counts(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%lu\t0\n", inode_count());
    return 0;
}

static int show_inode_state(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%lu\t0\t0\t0\t0\t0\t0\n", inode_count());
    return 0;
}

/* Constants: the show function of a file that says @value. */
#define CONSTANT(name_, value_)                                                                    \
    static int show_##name_(struct proc_text *text, const struct proc_subject *subject)            \
    {                                                                                              \
        (void)subject;                                                                             \
        proc_print(text, "%lu\n", (unsigned long)(value_));                                        \
        return 0;                                                                                  \
    }
CONSTANT(zero, 0)
CONSTANT(one, 1) /* panic_on_oops: no fault of the kernel is survived */
CONSTANT(groups_max, NGROUPS_MAX)
CONSTANT(last_capability, CAP_LAST)
CONSTANT(overflow_id, 65534)
CONSTANT(entropy, ENTROPY_BITS)

static const struct proc_entry random_entries[] = {
    PROC_FILE("boot_id", show_boot_id),
    PROC_FILE("entropy_avail", show_entropy),
    PROC_FILE("poolsize", show_entropy),
    PROC_FILE("uuid", show_uuid),
    {0},
};

static int show_seccomp_actions(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%s\n", seccomp_actions);
    return 0;
}

static const struct proc_entry seccomp_entries[] = {
    PROC_FILE("actions_avail", show_seccomp_actions),
    {0},
};

static const struct proc_entry kernel_entries[] = {
    PROC_FILE("arch", show_arch),
    PROC_FILE("cap_last_cap", show_last_capability),
    PROC_SETTING("domainname", show_domainname, store_domainname),
    PROC_SETTING("hostname", show_hostname, store_hostname),
    PROC_FILE("ngroups_max", show_groups_max),
    PROC_FILE("osrelease", show_osrelease),
    PROC_FILE("ostype", show_ostype),
    PROC_FILE("overflowgid", show_overflow_id),
    PROC_FILE("overflowuid", show_overflow_id),
    PROC_FILE("panic_on_oops", show_one),
    PROC_FOLDER("random", random_entries, NULL),
    PROC_FOLDER("seccomp", seccomp_entries, NULL),
    PROC_FILE("tainted", show_zero),
    PROC_FILE("version", show_version),
    {0},
};

static const struct proc_entry no_entries[] = {{0}};

static const struct proc_entry fs_entries[] = {
    PROC_FOLDER("epoll", no_entries, &proc_additions[PROC_PLACE_SYS_FS_EPOLL]),
    PROC_FOLDER("inotify", no_entries, &proc_additions[PROC_PLACE_SYS_FS_INOTIFY]),
    PROC_FOLDER("mqueue", no_entries, &proc_additions[PROC_PLACE_SYS_FS_MQUEUE]),
    PROC_FILE("dentry-state", show_dentry_state),
    PROC_FILE("file-nr", show_file_counts),
    PROC_FILE("inode-nr", show_inode_counts),
    PROC_FILE("inode-state", show_inode_state),
    PROC_FILE("overflowgid", show_overflow_id),
    PROC_FILE("overflowuid", show_overflow_id),
    {0},
};

/* The counters are right whenever they are read: there is nothing to wait for. */
static int show_refreshed(struct proc_text *text, const struct proc_subject *subject)
{
    (void)text;
    (void)subject;
    return 0;
}

static int store_refreshed(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    (void)text;
    (void)len;
    return 0;
}

static const struct proc_entry vm_entries[] = {
    {.name = "stat_refresh",
     .mode = S_IFREG | 0600,
     .show = show_refreshed,
     .store = store_refreshed},
    {0},
};

static const struct proc_entry net_entries[] = {
    PROC_FOLDER("core", no_entries, &proc_additions[PROC_PLACE_SYS_NET_CORE]),
    PROC_FOLDER("ipv4", no_entries, &proc_additions[PROC_PLACE_SYS_NET_IPV4]),
    PROC_FOLDER("ipv6", no_entries, &proc_additions[PROC_PLACE_SYS_NET_IPV6]),
    PROC_FOLDER("unix", no_entries, &proc_additions[PROC_PLACE_SYS_NET_UNIX]),
    {0},
};

const struct proc_entry proc_sys_entries[] = {
    PROC_FOLDER("fs", fs_entries, &proc_additions[PROC_PLACE_SYS_FS]),
    PROC_FOLDER("kernel", kernel_entries, &proc_additions[PROC_PLACE_SYS_KERNEL]),
    PROC_FOLDER("net", net_entries, NULL),
    PROC_FOLDER("vm", vm_entries, &proc_additions[PROC_PLACE_SYS_VM]),
    {0},
};
