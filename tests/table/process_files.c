/* /proc/PID: existence, mode, owner, access by others, and some contents. */

#include "table.h"

#include <sys/prctl.h>

static const char *const names[] = {
    "auxv",    "clear_refs", "cmdline",      "comm",      "coredump_filter",
    "environ", "exe",        "limits",       "map_files", "maps",
    "mem",     "numa_maps",  "oom_adj",      "oom_score", "oom_score_adj",
    "pagemap", "smaps",      "smaps_rollup", "stat",      "statm",
    "status",  "task",       "personality",  "io",        "syscall",
    "wchan",   "stack",
};

static void exists(const struct cell *cell)
{
    struct stat status;
    char path[80];

    snprintf(path, sizeof(path), "/proc/self/%s", (const char *)cell->more);
    if (lstat(path, &status) < 0) {
        note("%s", errno_name(errno));
        return;
    }
    note("%06o", (unsigned)status.st_mode);
}

static void for_others(const struct cell *cell)
{
    char path[80], byte;
    pid_t pid = getpid();
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, (const char *)cell->more);
    if (fork() == 0) {
        become_user();
        fd = (int)got(open(path, O_RDONLY));
        if (fd >= 0 && read(fd, &byte, 1) < 0)
            note("read %s", errno_name(errno));
        _exit(0);
    }
    wait(NULL);
}

__attribute__((constructor)) static void add_files(void)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = text("/proc/PID/%s", names[i]);
        cell_add((struct cell){path, "mode", "of one's own", exists, 0, names[i]});
        cell_add((struct cell){path, "open", "another user", for_others, 0, names[i]});
    }
}

CELL("/proc/PID/oom_score_adj", "written", "-1001, -1000, 1000, 1001, a word")
{
    static const char *const values[] = {"-1001", "-1000", "1000", "1001", "word"};

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        int fd = open("/proc/self/oom_score_adj", O_RDWR);
        got(write(fd, values[i], strlen(values[i])));
        close(fd);
    }
    value(file_number("/proc/self/oom_score_adj", NULL));
}

CELL("/proc/PID/oom_score_adj", "written", "a user lowers it")
{
    int fd;

    become_user();
    fd = open("/proc/self/oom_score_adj", O_RDWR);
    got(write(fd, "500", 3));
    got(pwrite(fd, "400", 3, 0));
    got(pwrite(fd, "-5", 2, 0));
}

CELL("/proc/PID/oom_score", "oom_score_adj 1000 and -1000", "what it says")
{
    int fd = open("/proc/self/oom_score_adj", O_RDWR);

    write(fd, "1000", 4);
    note_if(file_number("/proc/self/oom_score", NULL) >= 1000, "1000 or more", "less than 1000");
    pwrite(fd, "-1000", 5, 0);
    value(file_number("/proc/self/oom_score", NULL));
}

CELL("/proc/PID/coredump_filter", "default", "and written")
{
    int fd = open("/proc/self/coredump_filter", O_RDWR);
    char words[32];

    file_text("/proc/self/coredump_filter", words, sizeof(words));
    words[strcspn(words, "\n")] = '\0';
    note("%s", words);
    got(write(fd, "0x7f", 4));
    file_text("/proc/self/coredump_filter", words, sizeof(words));
    words[strcspn(words, "\n")] = '\0';
    note("%s", words);
}

CELL("/proc/PID/clear_refs", "written", "0 to 6")
{
    for (char digit = '0'; digit < '7'; digit++) {
        int fd = open("/proc/self/clear_refs", O_WRONLY);
        got(write(fd, &digit, 1));
        close(fd);
    }
}

CELL("/proc/PID/clear_refs", "1", "Referenced in smaps")
{
    char *at = map(4 * PAGE);
    int fd = (int)must(open("/proc/self/clear_refs", O_WRONLY));

    memset(at, 1, 4 * PAGE);
    note("%ld", smaps_number(at, "Referenced:"));
    must(write(fd, "1", 1));
    note("%ld", smaps_number(at, "Referenced:"));
}

static unsigned long entry_of(const char *at)
{
    unsigned long entry = 0;
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));

    must(pread(fd, &entry, 8, (off_t)((unsigned long)at / PAGE * 8)));
    close(fd);
    return entry;
}

static void note_entry(const char *at)
{
    unsigned long entry = entry_of(at);

    note("%s%s%s%s", entry >> 63 & 1 ? "present" : "absent", entry >> 61 & 1 ? " file" : "",
         entry >> 56 & 1 ? " exclusive" : "", entry >> 55 & 1 ? " soft-dirty" : "");
    if (entry >> 63 & 1)
        note_if((entry & ((1UL << 55) - 1)) != 0, "a frame", "no frame");
}

CELL("/proc/PID/pagemap", "private anonymous", "untouched, written, read")
{
    char *at = map(3 * PAGE);

    at[PAGE] = 1;
    (void)*(volatile char *)(at + 2 * PAGE);
    note_entry(at);
    note_entry(at + PAGE);
    note_entry(at + 2 * PAGE);
}

CELL("/proc/PID/pagemap", "a file", "shared")
{
    char *at = raw_mmap(0, PAGE, RW, MAP_SHARED, file("f", 1), 0);

    at[0] = 1;
    note_entry(at);
}

CELL("/proc/PID/pagemap", "soft-dirty", "cleared by clear_refs 4, set by writing")
{
    char *at = map(2 * PAGE);
    int fd = (int)must(open("/proc/self/clear_refs", O_WRONLY));

    memset(at, 1, 2 * PAGE);
    got(write(fd, "4", 1));
    note_entry(at);
    at[PAGE] = 2;
    note_entry(at + PAGE);
}

CELL("/proc/PID/pagemap", "read", "odd length, odd offset")
{
    char buffer[16];
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));

    value(pread(fd, buffer, 7, 0));
    value(pread(fd, buffer, 8, 4));
    value(pread(fd, buffer, 12, 0));
    value(pread(fd, buffer, 8, (off_t)(1UL << 47) / 4096 * 8));
}

CELL("/proc/PID/pagemap", "a user", "frame numbers are hidden")
{
    char *at;

    become_user();
    prctl(PR_SET_DUMPABLE, 1);
    at = map(PAGE);
    at[0] = 1;
    note_entry(at);
}

CELL("/proc/PID/map_files", "a mapping", "readlink")
{
    char path[80], target[200] = "";
    char *at = raw_mmap(0, PAGE, RW, MAP_SHARED, file("f", 1), 0);
    long len;

    snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long)at,
             (unsigned long)at + PAGE);
    len = got(readlink(path, target, sizeof(target) - 1));
    note("%s", len > 0 && strstr(target, "/f") != NULL ? "the file" : "not the file");
    got(open(path, O_RDONLY));
}

CELL("/proc/PID/map_files", "no mapping", "readlink")
{
    char target[200];
    got(readlink("/proc/self/map_files/1000-2000", target, sizeof(target)));
}

CELL("/proc/PID/smaps", "a private area", "keys and sums")
{
    char *at = map(4 * PAGE);

    memset(at, 1, 2 * PAGE);
    note("Size %ld, Rss %ld, Pss %ld, Private_Dirty %ld, Anonymous %ld, Swap %ld",
         smaps_number(at, "Size:"), smaps_number(at, "Rss:"), smaps_number(at, "Pss:"),
         smaps_number(at, "Private_Dirty:"), smaps_number(at, "Anonymous:"),
         smaps_number(at, "Swap:"));
}

CELL("/proc/PID/smaps", "after fork", "Pss is halved")
{
    char *at = map(4 * PAGE);

    memset(at, 1, 4 * PAGE);
    if (must(fork()) == 0)
        for (;;)
            pause();
    note("Pss %ld, Shared_Dirty %ld, Private_Dirty %ld", smaps_number(at, "Pss:"),
         smaps_number(at, "Shared_Dirty:"), smaps_number(at, "Private_Dirty:"));
}

static void keys_of(const char *path, int skip)
{
    static char all[1 << 16];
    unsigned hash = 5381, count = 0;

    if (file_text(path, all, sizeof(all)) < 0) {
        note("%s", errno_name(errno));
        return;
    }
    for (char *line = all; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        char *colon = strpbrk(line, ": \t\n");
        if (colon == NULL || *colon == '\n' || skip-- > 0)
            continue;
        for (char *at = line; at < colon; at++)
            hash = hash * 33 + (unsigned char)*at;
        count++;
    }
    note("%u keys, hash %08x", count, hash);
}

CELL("/proc/PID/smaps_rollup", "keys", "all of them, in order")
{
    keys_of("/proc/self/smaps_rollup", 1);
}

CELL("/proc/PID/status", "keys", "all of them, in order")
{
    keys_of("/proc/self/status", 0);
}

CELL("/proc/PID/limits", "the first line", "and one of the limits")
{
    static char all[4096];

    got(file_text("/proc/self/limits", all, sizeof(all)));
    note("%s", strstr(all, "Max stack size            8388608") != NULL ? "stack as expected"
                                                                        : "stack otherwise");
    all[strcspn(all, "\n")] = '\0';
    note("%s", all);
}
