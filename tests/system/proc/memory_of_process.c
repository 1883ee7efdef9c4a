/* What /proc/PID tells of a process's memory: numa_maps, the keys of status and smaps, and that the
 * totals of smaps, smaps_rollup, statm and status are the same. */
#include "../test.h"

static char text[200000];

static void numa_line(const char *label, const void *address)
{
    char start[32], *line, *word;

    file_text("/proc/self/numa_maps", text, sizeof(text));
    snprintf(start, sizeof(start), "%08lx ", (unsigned long)address);
    line = strstr(text, start);
    if (!line) {
        say("%s: no line", label);
        return;
    }
    line[strcspn(line, "\n")] = '\0';
    line += strlen(start);
    word = strstr(line, " active="); /* how warm the pages are is the kernel's affair */
    if (word)
        memmove(word, word + 8 + strcspn(word + 8, " "),
                strlen(word + 8 + strcspn(word + 8, " ")) + 1);
    say("%s: %s", label, line);
}

static void numa_maps(void)
{
    int fd = file_make("a file", 4 * PAGE);
    char *area = map_in_hole(4 * PAGE), *hole = map_in_hole(4 * PAGE),
         *sparse = map_in_hole(8 * PAGE);
    char *file = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    memset(area, 1, 4 * PAGE);
    sparse[0] = sparse[3 * PAGE] = 1;
    file[0] = 1;
    memset(shared, 1, 2 * PAGE);
    numa_line("private", area);
    numa_line("untouched", hole);
    numa_line("sparse", sparse);
    numa_line("private copy of a file", file);
    numa_line("shared", shared);
}

static void keys_of(const char *path, const char *after)
{
    char *line, *rest = text;

    say("%s", path);
    file_text(path, text, sizeof(text));
    if (after)
        rest = strstr(text, after);
    while (rest && (line = strsep(&rest, "\n")) && *line) {
        if (after && strchr(line, '-') && strchr(line, '-') < line + 17 &&
            strchr(line, ':') > line + 30)
            break;
        line[strcspn(line, ":")] = '\0';
        if (!strchr(line, '-') || strstr(line, "-p ") == NULL)
            say("  %s", line);
    }
}

static long sum_of(const char *path, const char *key)
{
    char *line, *rest = text;
    long sum = 0;

    file_text(path, text, sizeof(text));
    while ((line = strsep(&rest, "\n")))
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
            sum += atol(line + strlen(key) + 1);
    return sum;
}

/* A line of a status file that was read whole. */
static long line_of(const char *status, const char *key)
{
    const char *line = strstr(status, key);

    return line ? atol(line + strlen(key) + 1) : -1;
}

/* All from one look: the program grows between two. */
static bool parts_are_all(void)
{
    file_text("/proc/self/status", text, sizeof(text));
    return line_of(text, "RssAnon") + line_of(text, "RssFile") + line_of(text, "RssShmem") ==
           line_of(text, "VmRSS");
}

static bool close_to(long a, long b, long slack)
{
    if (labs(a - b) > slack)
        say("(%ld and %ld)", a, b);
    return labs(a - b) <= slack;
}

static void compare(const char *label)
{
    static const char *const smaps = "/proc/self/smaps", *const rollup = "/proc/self/smaps_rollup";
    long size, resident, shared, slack = is_quire() ? 0 : 300;

    say("%s", label);
    (void)sum_of(smaps, "Rss"); /* the program has all it needs to look */
    (void)status_kilobytes("VmRSS");
    file_text("/proc/self/statm", text, sizeof(text));
    sscanf(text, "%ld %ld %ld", &size, &resident, &shared);
    /* Linux counts faults of a thread in batches of 64 pages; Quire counts exactly. */
    yes("VmSize is the sum of Size",
        close_to(sum_of(smaps, "Size"), status_kilobytes("VmSize"), 0));
    yes("VmSize is that of statm", size * 4 == status_kilobytes("VmSize"));
    yes("VmRSS is the sum of its parts", parts_are_all());
    yes("VmRSS is the sum of Rss",
        close_to(sum_of(smaps, "Rss"), status_kilobytes("VmRSS"), slack));
    yes("VmRSS is that of statm", close_to(resident * 4, status_kilobytes("VmRSS"), slack));
    yes("RssAnon is the sum of Anonymous",
        close_to(sum_of(smaps, "Anonymous"), status_kilobytes("RssAnon"), slack));
    yes("the rest is shared",
        close_to(shared * 4, status_kilobytes("RssFile") + status_kilobytes("RssShmem"), slack));
    yes("VmHWM is no less", status_kilobytes("VmHWM") >= status_kilobytes("VmRSS"));
    yes("rollup: Rss", close_to(sum_of(rollup, "Rss"), sum_of(smaps, "Rss"), 8));
    yes("rollup: Pss", close_to(sum_of(rollup, "Pss"), sum_of(smaps, "Pss"), 40));
    yes("rollup: Pss is the sum of its parts",
        close_to(sum_of(rollup, "Pss"),
                 sum_of(rollup, "Pss_Anon") + sum_of(rollup, "Pss_File") +
                     sum_of(rollup, "Pss_Shmem"),
                 3));
    yes("clean and dirty are all", sum_of(rollup, "Rss") == sum_of(rollup, "Shared_Clean") +
                                                                sum_of(rollup, "Shared_Dirty") +
                                                                sum_of(rollup, "Private_Clean") +
                                                                sum_of(rollup, "Private_Dirty"));
}

static char *inherited;

static void child(void)
{
    compare("child");
    memset(inherited, 2, 100 * PAGE);
    compare("child, some pages copied");
    say("shared: %ld, private: %ld", smaps_kilobytes(inherited, "Shared_Dirty"),
        smaps_kilobytes(inherited, "Private_Dirty"));
    say("Pss: %ld", smaps_kilobytes(inherited, "Pss"));
}

int main(void)
{
    numa_maps();
    keys_of("/proc/self/status", NULL);
    keys_of("/proc/self/smaps", "Size:");
    keys_of("/proc/self/smaps_rollup", NULL);
    keys_of("/proc/self/io", NULL);
    inherited = map(2000 * PAGE);
    memset(inherited, 1, 2000 * PAGE);
    compare("alone");
    in_child("fork", child);
    compare("parent");
    munmap(inherited, 2000 * PAGE);
    compare("after munmap");
    yes("the peak", status_kilobytes("VmHWM") >= status_kilobytes("VmRSS") + 7000);
    return 0;
}
