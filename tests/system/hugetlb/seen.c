/* Huge pages that were set aside, as numa_maps, pagemap, kpageflags, kpagecount and cores show
 * them. */

#include "pool.h"

#include <sys/resource.h>

#include "coredump/core_reader.h"

static char *private, *shared, *untouched, *untouched_shared, *private_file, *hidden;

static uint64_t number_at(const char *path, uint64_t index)
{
    uint64_t entry = 0;
    int fd = (int)must(open(path, O_RDONLY));

    must(pread(fd, &entry, 8, (off_t)(index * 8)));
    close(fd);
    return entry;
}

static void flags_of(uint64_t frame)
{
    static const struct {
        int bit;
        const char *name;
    } bits[] = {{0, "locked"}, {1, "error"},  {2, "referenced"}, {3, "uptodate"}, {4, "dirty"},
                {5, "lru"},    {6, "active"}, {7, "slab"},       {9, "reclaim"},  {10, "buddy"},
                {11, "mmap"},  {12, "anon"},  {13, "swap"},      {14, "backed"},  {15, "head"},
                {16, "tail"},  {17, "huge"},  {20, "nopage"},    {22, "thp"},     {24, "zero"}};
    uint64_t flags = number_at("/proc/kpageflags", frame);

    if (flags >> 12 & 1)
        flags &= ~(1UL << 4); /* "dirty" of private ones: who shared it has unmapped it */

    char text[200] = "   ";

    for (size_t i = 0; i < COUNT_OF(bits); i++) {
        if (flags >> bits[i].bit & 1)
            strcat(strcat(text, " "), bits[i].name);
    }
    say("%s; count %lu", text, (unsigned long)number_at("/proc/kpagecount", frame));
}

static void page(const char *label, const char *at)
{
    uint64_t entry = number_at("/proc/self/pagemap", (unsigned long)at / PAGE);
    uint64_t frame = entry & ((1UL << 55) - 1);

    say("%s: present %d, swapped %d, file %d, exclusive %d, soft-dirty %d", label,
        (int)(entry >> 63 & 1), (int)(entry >> 62 & 1), (int)(entry >> 61 & 1),
        (int)(entry >> 56 & 1), (int)(entry >> 55 & 1));
    if (entry >> 63 & 1)
        flags_of(frame);
}

/* The line of numa_maps without its address. */
static void line(const char *label, const char *at)
{
    char text[512];
    FILE *file = fopen("/proc/self/numa_maps", "r");

    while (fgets(text, sizeof(text), file) != NULL) {
        if (strtoul(text, NULL, 16) == (unsigned long)at)
            say("%s:%.*s", label, (int)strcspn(strchr(text, ' '), "\n"), strchr(text, ' '));
    }
    fclose(file);
}

static void views(const char *when)
{
    say("-- %s", when);
    line("private", private);
    line("shared", shared);
    line("untouched", untouched);
    line("private, of a file", private_file);
    page("private", private);
    page("private, page 1", private + PAGE);
    page("private, page 511", private + 511 * PAGE);
    page("private, the second", private + HUGE);
    page("shared", shared);
    page("shared, page 300", shared + 300 * PAGE);
    page("untouched", untouched);
    page("private, of a file", private_file);
}

static void child(void)
{
    views("in the child");
    private[0] = 9;
    page("private, written by the child", private);
    line("private", private);
}

static void die(void)
{
    abort();
}

static void core(const char *filter)
{
    struct core_reader reader;
    int fd = (int)must(open("/proc/self/coredump_filter", O_WRONLY));

    say("-- filter %s", filter);
    must(write(fd, filter, strlen(filter)));
    close(fd);
    crash("abort", die);
    if (!core_open(&reader, "core"))
        return;
    say("private: %s", core_extent(&reader, private));
    say("shared: %s", core_extent(&reader, shared));
    say("untouched: %s", core_extent(&reader, untouched));
    say("untouched, shared: %s", core_extent(&reader, untouched_shared));
    say("private, of a file: %s", core_extent(&reader, private_file));
    say("DONTDUMP: %s", core_extent(&reader, hidden));
    core_close(&reader, "core");
}

int main(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    int fd;

    must(setrlimit(RLIMIT_CORE, &none));
    pool_set(10, 0);
    private = huge(2 * HUGE, PRIVATE);
    shared = huge(HUGE, SHARED);
    untouched = huge(HUGE, PRIVATE);
    untouched_shared = huge(HUGE, SHARED);
    hidden = huge(HUGE, PRIVATE);
    fd = (int)must(syscall(SYS_memfd_create, "file", LARGE_MEMFD));
    must(ftruncate(fd, (off_t)HUGE));
    private_file = (char *)must(mmap(NULL, HUGE, RW, MAP_PRIVATE, fd, 0));
    private[PAGE] = 1;
    shared[0] = 1;
    hidden[0] = 1;
    private_file[0] = 1;
    call("DONTDUMP", madvise(hidden, HUGE, 16));
    call("DODUMP", madvise(private, HUGE, 17));
    views("touched");
    in_child("fork", child);
    private[0] = 2;
    views("after the child");
    core("0");
    core("0x20");
    core("0x40");
    core("0x60");
    core("0x33");
    must(munmap(private, 2 * HUGE));
    must(munmap(shared, HUGE));
    must(munmap(untouched, HUGE));
    must(munmap(untouched_shared, HUGE));
    must(munmap(hidden, HUGE));
    must(munmap(private_file, HUGE));
    close(fd);
    pool_set(0, 0);
    return 0;
}
