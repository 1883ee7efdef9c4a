/* A move between places of the same alignment, and what /proc/self/pagemap says of the pages then:
 * 8 MiB of small pages, and a fork before it. */

#include "test.h"

#include <sys/wait.h>

#define SPAN   (2ul << 20)
#define LENGTH (4 * SPAN)

static char *map_at_span(void)
{
    char *hole = (char *)must(mmap(NULL, LENGTH + 2 * SPAN, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    char *at = (char *)(((unsigned long)hole + SPAN) & -SPAN);

    must(munmap(hole, LENGTH + 2 * SPAN));
    must(mmap(at, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    must(madvise(at, LENGTH, MADV_NOHUGEPAGE));
    return at;
}

static void fill(char *at)
{
    for (size_t done = 0; done < LENGTH; done += PAGE)
        *(unsigned long *)(at + done) = done + 1;
}

static bool is_filled(const char *at, size_t from, size_t to)
{
    for (size_t done = from; done < to; done += PAGE) {
        if (*(const unsigned long *)(at + done - from) != done + 1)
            return false;
    }
    return true;
}

static unsigned long count_soft_dirty(const char *at, size_t len)
{
    static uint64_t entries[LENGTH / PAGE];
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));
    unsigned long count = 0;

    must(pread(fd, entries, len / PAGE * 8, (off_t)((unsigned long)at / PAGE * 8)));
    close(fd);
    for (size_t i = 0; i < len / PAGE; i++)
        count += entries[i] >> 55 & 1;
    return count;
}

static void clear_soft_dirty(void)
{
    int fd = (int)must(open("/proc/self/clear_refs", O_WRONLY));

    must(write(fd, "4", 1));
    close(fd);
}

static void show(const char *label, const char *at, size_t from, size_t to)
{
    char found[64];

    say("%s: %lu soft-dirty, flags '%s'", label, count_soft_dirty(at, to - from),
        smaps_flags(at, "sd", found));
    yes("the content moved", is_filled(at, from, to));
}

static char *move(char *from, char *to, size_t len)
{
    char *at = (char *)must(mremap(from, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to));

    yes("moved", at == to);
    return at;
}

int main(void)
{
    char *at = map_at_span();
    char *places = (char *)must(
        mmap(NULL, 8 * LENGTH, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    char *aligned = (char *)(((unsigned long)places + SPAN) & -SPAN);

    fill(at);
    clear_soft_dirty();
    show("cleared", at, 0, LENGTH);
    clear_soft_dirty();
    at = move(at, aligned, LENGTH);
    show("same alignment", at, 0, LENGTH);
    clear_soft_dirty();
    at = move(at, aligned + 2 * LENGTH + PAGE, LENGTH);
    show("other alignment", at, 0, LENGTH);
    clear_soft_dirty();
    at = move(at, aligned + PAGE, LENGTH);
    show("same again, tables not whole", at, 0, LENGTH);
    at[0]++;
    if (fork() == 0) {
        at = move(at, aligned + 4 * LENGTH + PAGE, LENGTH);
        at[0]--;
        show("in a child", at, 0, LENGTH);
        munmap(at, LENGTH);
        _exit(0);
    }
    wait(NULL);
    at[0]--;
    yes("the parent's is what it was", is_filled(at, 0, LENGTH));
    at = move(at + SPAN, aligned + 5 * LENGTH + PAGE + 3 * SPAN, 2 * SPAN);
    show("a part", at, SPAN, 3 * SPAN);
    return 0;
}
