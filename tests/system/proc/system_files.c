/* The system-wide files of /proc that programs parse: present, and with the keys they look for. */

#include "test.h"

static char text[1 << 18];

static void keys(const char *path, const char *const *wanted)
{
    long len = file_text(path, text, sizeof(text));
    if (len < 0) {
        say("%s: %s", path, errno_name(errno));
        return;
    }
    say("%s: %s", path, len > 0 ? "has text" : "EMPTY");
    for (; *wanted != NULL; wanted++) {
        if (strstr(text, *wanted) == NULL)
            say("  %s is missing", *wanted);
    }
}

#define KEYS(path, ...) keys(path, (const char *const[]){__VA_ARGS__, NULL})

int main(void)
{
    KEYS("/proc/meminfo",
         "MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "SwapTotal:", "SwapFree:",
         "Shmem:", "SReclaimable:", "Slab:", "Active:", "Inactive:", "Dirty:", " kB\n");
    KEYS("/proc/cpuinfo", "processor\t: 0\n", "model name\t: ", "flags\t\t: ", "cpu MHz");
    KEYS("/proc/stat", "cpu  ", "cpu0 ", "intr ", "ctxt ", "btime ", "processes ", "procs_running ",
         "procs_blocked ");
    KEYS("/proc/uptime", " ");
    KEYS("/proc/loadavg", " ", "/");
    KEYS("/proc/version", "Linux version 6.1.");
    KEYS("/proc/mounts", " /proc proc ");
    KEYS("/proc/filesystems", "nodev\tproc\n", "nodev\ttmpfs\n");
    KEYS("/proc/cmdline", "console=ttyS0");
    KEYS("/proc/interrupts", "CPU0");
    KEYS("/proc/vmstat", "nr_free_pages ", "pgfault ");
    KEYS("/proc/buddyinfo", "Node 0, zone");
    KEYS("/proc/self/smaps",
         "Size:", "Rss:", "Pss:", "Private_Dirty:", "VmFlags:", "KernelPageSize:");
    KEYS("/proc/self/limits", "Limit", "Soft Limit", "Max open files", "Max stack size");
    KEYS("/proc/self/mounts", " /proc proc ");
    KEYS("/proc/self/auxv", "");
    KEYS("/proc/sys/kernel/ostype", "Linux");
    KEYS("/proc/sys/kernel/osrelease", "6.1.");
    KEYS("/proc/sys/kernel/hostname", "");
    KEYS("/proc/sys/kernel/pid_max", "");
    KEYS("/proc/sys/vm/overcommit_memory", "0");
    KEYS("/proc/sys/kernel/ngroups_max", "65536");
    return 0;
}
