/* /sys/devices/system: the processors and the node, as the C library, lscpu and numactl count them.
 */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

#include <dirent.h>
#include <sys/stat.h>

#define SYSTEM "/sys/devices/system/"

static char text[1 << 16];

static const char *read_file(const char *name)
{
    char path[256];
    long len;

    snprintf(path, sizeof(path), SYSTEM "%s", name);
    len = file_text(path, text, sizeof(text));
    if (len < 0)
        return errno_name(errno);
    if (len > 0 && text[len - 1] == '\n')
        text[len - 1] = '\0';
    return text;
}

/* The set a program may run on, as a list. */
static void own_list(char *list, size_t size, int nr)
{
    if (nr == 1)
        snprintf(list, size, "0");
    else
        snprintf(list, size, "0-%d", nr - 1);
}

static void is(const char *name, const char *expected)
{
    const char *found = read_file(name);

    if (strcmp(found, expected) == 0)
        say("%s: as expected", name);
    else
        say("%s: \"%s\", not \"%s\"", name, found, expected);
}

static bool has_bit(const char *mask, int bit)
{
    return strtoul(mask, NULL, 16) >> bit & 1;
}

static int folders_called_cpu(void)
{
    DIR *folder = opendir(SYSTEM "cpu");
    struct dirent *entry;
    int found = 0;

    while (folder && (entry = readdir(folder)))
        found += strncmp(entry->d_name, "cpu", 3) == 0 &&
                 strspn(entry->d_name + 3, "0123456789") > 0 &&
                 entry->d_name[3 + strspn(entry->d_name + 3, "0123456789")] == '\0' &&
                 (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
    if (folder)
        closedir(folder);
    return found;
}

static void topology(int cpu)
{
    static const char *const masks[] = {"core_cpus", "core_siblings", "thread_siblings",
                                        "package_cpus", "die_cpus"};
    static const char *const numbers[] = {"core_id", "physical_package_id", "die_id"};
    char name[100];

    for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
        snprintf(name, sizeof(name), "cpu/cpu%d/topology/%s", cpu, masks[i]);
        if (!has_bit(read_file(name), cpu))
            say("%s is without its processor", name);
        strcat(name, "_list");
        if (!strchr("0123456789", read_file(name)[0]))
            say("%s: %s", name, text);
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        snprintf(name, sizeof(name), "cpu/cpu%d/topology/%s", cpu, numbers[i]);
        if (strspn(read_file(name), "0123456789") != strlen(text))
            say("%s: %s", name, text);
    }
}

static void link_of(const char *name)
{
    char path[256], target[256];
    long len;

    snprintf(path, sizeof(path), SYSTEM "%s", name);
    len = readlink(path, target, sizeof(target));
    if (len < 0)
        say("%s: %s", name, errno_name(errno));
    else
        say("%s -> %.*s", name, (int)len, target);
}

static void node(const char *list)
{
    static const char *const keys[] = {
        "Node 0 MemTotal:",  "Node 0 MemFree:", "Node 0 MemUsed:",         "Node 0 FilePages:",
        "Node 0 AnonPages:", "Node 0 Shmem:",   "Node 0 HugePages_Total:", " kB\n"};

    is("node/online", "0");
    is("node/possible", "0");
    is("node/has_cpu", "0");
    is("node/has_memory", "0");
    is("node/has_normal_memory", "0");
    is("node/node0/distance", "10");
    is("node/node0/cpulist", list);
    yes("cpumap has processor 0", has_bit(read_file("node/node0/cpumap"), 0));
    read_file("node/node0/meminfo");
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (!strstr(text, keys[i]))
            say("meminfo: no %s", keys[i]);
    read_file("node/node0/numastat");
    yes("numastat", strncmp(text, "numa_hit ", 9) == 0 && strstr(text, "\nlocal_node "));
}

int main(void)
{
    char list[40], name[40];
    cpu_set_t set;
    struct stat status;
    int nr;

    must(sched_getaffinity(0, sizeof(set), &set));
    nr = CPU_COUNT(&set);
    own_list(list, sizeof(list), nr);
    is("cpu/online", list);
    is("cpu/possible", list);
    is("cpu/present", list);
    is("cpu/offline", "");
    is("cpu/isolated", "");
    yes("kernel_max is enough", atoi(read_file("cpu/kernel_max")) >= nr - 1);
    yes("a folder for each processor", folders_called_cpu() == nr);
    for (int cpu = 0; cpu < nr; cpu++)
        topology(cpu);
    for (int cpu = 1; cpu < nr; cpu++) {
        snprintf(name, sizeof(name), "cpu/cpu%d/online", cpu);
        if (strcmp(read_file(name), "1") != 0)
            say("%s: %s", name, text);
    }
    call("the first is always online", access(SYSTEM "cpu/cpu0/online", F_OK));
    call("a processor that is not there", access(SYSTEM "cpu/cpu4000", F_OK));
    call("cpu", access(SYSTEM "cpu/cpu", F_OK));
    call("cpu00", access(SYSTEM "cpu/cpu00", F_OK));
    node(list);
    link_of("node/node0/cpu0");
    link_of("cpu/cpu0/node0");
    call("through both", access(SYSTEM "node/node0/cpu0/node0/cpu0/topology/core_id", R_OK));
    call("a processor that is not there", access(SYSTEM "node/node0/cpu4000", F_OK));
    call("write online", open(SYSTEM "cpu/online", O_WRONLY));
    call("make a folder", mkdir(SYSTEM "cpu/cpu7000", 0755));
    must(lstat(SYSTEM "cpu/online", &status));
    say("online: mode %o, %ld bytes", status.st_mode, (long)status.st_size);
    must(lstat(SYSTEM "cpu/cpu0", &status));
    say("cpu0: mode %o", status.st_mode);
    must(lstat("/proc/self/exe", &status));
    say("/proc/self/exe: %ld bytes", (long)status.st_size);
    must(lstat("/proc/self/fd/0", &status));
    say("/proc/self/fd/0: %ld bytes", (long)status.st_size);
    return 0;
}
