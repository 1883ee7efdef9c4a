/*
 * The names in /proc itself that are not processes.
 */
#include <lib/printf.h>
#include <lib/string.h>

#include "links.h"
#include "sysvipc.h"
#include "views.h"

static int mounts_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    (void)subject;
    return (int)scnprintf(buffer, size, "self/mounts");
}

static int net_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    (void)subject;
    return (int)scnprintf(buffer, size, "self/net");
}

#define SECRET(name_, show_)                                                                       \
    {                                                                                              \
        .name = name_, .mode = S_IFREG | 0400, .show = show_                                       \
    }
#define LINK(name_, readlink_)                                                                     \
    {                                                                                              \
        .name = name_, .mode = S_IFLNK | 0777, .readlink = readlink_                               \
    }

const struct proc_entry proc_root_entries[] = {
    PROC_FILE("buddyinfo", proc_show_buddyinfo),
    PROC_FILE("cmdline", proc_show_kernel_cmdline),
    PROC_FILE("cpuinfo", proc_show_cpuinfo),
    PROC_FILE("devices", proc_show_devices),
    PROC_FILE("diskstats", proc_show_diskstats),
    PROC_FILE("execdomains", proc_show_execdomains),
    PROC_FILE("filesystems", proc_show_filesystems),
    PROC_FILE("interrupts", proc_show_interrupts),
    PROC_FILE("iomem", proc_show_iomem),
    PROC_FILE("ioports", proc_show_ioports),
    PROC_FILE("kallsyms", proc_show_kallsyms),
    {.name = "kmsg", .mode = S_IFREG | 0400, .file_ops = &proc_kmsg_file_ops},
    {.name = "kpagecount", .mode = S_IFREG | 0400, .file_ops = &proc_kpagecount_file_ops},
    {.name = "kpageflags", .mode = S_IFREG | 0400, .file_ops = &proc_kpageflags_file_ops},
    PROC_FILE("loadavg", proc_show_loadavg),
    PROC_FILE("locks", proc_show_locks),
    PROC_FILE("meminfo", proc_show_meminfo),
    PROC_FILE("misc", proc_show_misc),
    PROC_FILE("modules", proc_show_modules),
    LINK("mounts", mounts_text),
    LINK("net", net_text),
    SECRET("pagetypeinfo", proc_show_pagetypeinfo),
    PROC_FILE("partitions", proc_show_partitions),
    PROC_FOLDER("quire", proc_quire_entries, &proc_additions[PROC_PLACE_QUIRE]),
    LINK("self", proc_self_text),
    SECRET("slabinfo", proc_show_slabinfo),
    PROC_FILE("stat", proc_show_machine_stat),
    PROC_FILE("swaps", proc_show_swaps),
    PROC_FOLDER("sys", proc_sys_entries, NULL),
    {.name = "sysrq-trigger", .mode = S_IFREG | 0200, .store = proc_store_sysrq},
    PROC_FOLDER("sysvipc", proc_sysvipc_entries, NULL),
    LINK("thread-self", proc_thread_self_text),
    PROC_FILE("uptime", proc_show_uptime),
    PROC_FILE("version", proc_show_version),
    SECRET("vmallocinfo", proc_show_vmallocinfo),
    PROC_FILE("vmstat", proc_show_vmstat),
    PROC_FILE("zoneinfo", proc_show_zoneinfo),
    {0},
};
