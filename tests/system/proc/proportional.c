/* Memory that processes share, counted fairly: over all processes the sum of Pss is what user space
 * has in memory, and each share is the page divided by those who map it. */
#include "../test.h"

#include <dirent.h>

#define CHILDREN 12

static long number_in(const char *path, const char *key)
{
    static char text[8192];
    char *line;

    if (file_text(path, text, sizeof(text)) < 0)
        return 0;
    line = strstr(text, key);
    return line ? atol(line + strlen(key)) : 0;
}

/* The sum of a line of smaps_rollup over all processes. */
static long sum(const char *key)
{
    DIR *directory = opendir("/proc");
    struct dirent *entry;
    char path[64];
    long total = 0;

    while ((entry = readdir(directory))) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/smaps_rollup", entry->d_name);
        total += number_in(path, key);
    }
    closedir(directory);
    return total;
}

static bool within_one_percent(const char *label, long a, long b)
{
    long slack = is_quire() ? 0 : 64; /* Linux counts per processor, in batches */
    bool good = (labs(a - b) - slack) * 100 <= (a > b ? a : b);

    if (!good)
        say("(%s: %ld kB and %ld kB)", label, a, b);
    return good;
}

static char *inherited, *copied, *shared, *file;

/* What each child does, then it waits for the end of the pipe. */
static void live(int number, int ready, int end)
{
    char byte;
    int fd = open("file", O_RDWR);
    char *more = mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    memset(copied + number * 64 * PAGE, 2, 64 * PAGE); /* its own copies */
    for (int i = 0; i < (number + 1) * 20; i++)
        (void)*(volatile char *)(shared + i * PAGE);
    for (int i = 0; i < 256; i += number + 1)
        more[i * PAGE] = 1;
    memset(map(200 * PAGE), 3, 200 * PAGE);
    write(ready, "x", 1);
    read(end, &byte, 1);
    _exit(0);
}

static void start(int ready[2], int end[2])
{
    char byte;

    for (int i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            close(end[1]);
            live(i, ready[1], end[0]);
        }
    }
    for (int i = 0; i < CHILDREN; i++)
        must(read(ready[0], &byte, 1));
}

static void compare(const char *label)
{
    long proportional = sum("\nPss:"), anonymous = sum("\nPss_Anon:");
    long mapped = number_in("/proc/meminfo", "\nMapped:");
    long pages = number_in("/proc/meminfo", "\nAnonPages:");

    say("%s", label);
    yes("Pss is AnonPages and Mapped", within_one_percent("all", proportional, pages + mapped));
    yes("Pss_Anon is AnonPages", within_one_percent("anonymous", anonymous, pages));
    yes("the rest is Mapped", within_one_percent("mapped", proportional - anonymous, mapped));
}

/* Shares of an area of this process, to the kilobyte. */
static void shares(const char *label, const char *area)
{
    say("%s: Rss %ld Pss %ld shared %ld private %ld", label, smaps_kilobytes(area, "Rss"),
        smaps_kilobytes(area, "Pss"),
        smaps_kilobytes(area, "Shared_Dirty") + smaps_kilobytes(area, "Shared_Clean"),
        smaps_kilobytes(area, "Private_Dirty") + smaps_kilobytes(area, "Private_Clean"));
}

/* A program of its own whose children share its tables: the text of all is the same file's. */
static int family(int ready, int end)
{
    char *part = mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
                      must(open("file", O_RDONLY)), 0);
    char byte;

    for (int i = 0; i < 256; i++)
        (void)*(volatile char *)(part + i * PAGE);
    part[0] = 1; /* a page of its own: fork hands all entries of the area on */
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            write(ready, "x", 1);
            read(end, &byte, 1);
            _exit(0);
        }
    }
    write(ready, "x", 1);
    read(end, &byte, 1);
    while (wait(NULL) > 0)
        ;
    return 0;
}

#define FAMILIES 5

static void families(int ready[2], int end[2])
{
    char numbers[2][12], byte;

    snprintf(numbers[0], sizeof(numbers[0]), "%d", ready[1]);
    snprintf(numbers[1], sizeof(numbers[1]), "%d", end[0]);
    for (int i = 0; i < FAMILIES; i++) {
        if (must(fork()) == 0) {
            close(end[1]);
            execl("/proc/self/exe", "family", numbers[0], numbers[1], NULL);
            _exit(1);
        }
    }
    for (int i = 0; i < FAMILIES * 4; i++)
        must(read(ready[0], &byte, 1));
    compare("families of other programs");
    shares("file", file);
    close(end[1]);
    while (wait(NULL) > 0)
        ;
}

int main(int argc, char **argv)
{
    int ready[2], end[2], fd;

    if (argc == 3)
        return family(atoi(argv[1]), atoi(argv[2]));
    fd = file_make("file", 256 * PAGE);

    must(pipe(ready));
    must(pipe(end));
    inherited = map(2048 * PAGE);
    copied = map(CHILDREN * 64 * PAGE);
    shared = mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    file = mmap(NULL, 256 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    memset(inherited, 1, 2048 * PAGE);
    memset(copied, 1, CHILDREN * 64 * PAGE);
    memset(shared, 1, 256 * PAGE);
    for (int i = 0; i < 256; i++)
        (void)*(volatile char *)(file + i * PAGE);
    compare("alone");
    shares("inherited", inherited);
    shares("shared", shared);
    start(ready, end);
    compare("with children");
    shares("inherited", inherited);
    shares("copied", copied);
    close(end[1]);
    while (wait(NULL) > 0)
        ;
    compare("alone again");
    shares("inherited", inherited);
    shares("copied", copied);
    shares("shared", shared);
    must(pipe(ready));
    must(pipe(end));
    families(ready, end);
    return 0;
}
