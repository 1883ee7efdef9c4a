/* Calls on parts of huge pages, and advice, locks, moves: what is refused and what is rounded. */

#include "pool.h"

#include <sys/uio.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

static char *area;

static void fresh(void)
{
    if (area != NULL)
        munmap(area, 4 * HUGE);
    area = huge(4 * HUGE, PRIVATE);
}

static void advice(void)
{
    static const struct {
        int number;
        const char *name;
    } advices[] = {{MADV_NORMAL, "NORMAL"},
                   {MADV_RANDOM, "RANDOM"},
                   {MADV_SEQUENTIAL, "SEQUENTIAL"},
                   {MADV_WILLNEED, "WILLNEED"},
                   {MADV_DONTNEED, "DONTNEED"},
                   {MADV_FREE, "FREE"},
                   {MADV_REMOVE, "REMOVE"},
                   {MADV_DONTFORK, "DONTFORK"},
                   {MADV_DOFORK, "DOFORK"},
                   {MADV_DONTDUMP, "DONTDUMP"},
                   {MADV_DODUMP, "DODUMP"},
                   {MADV_WIPEONFORK, "WIPEONFORK"},
                   {MADV_KEEPONFORK, "KEEPONFORK"},
                   {20, "COLD"},
                   {21, "PAGEOUT"},
                   {MADV_POPULATE_READ, "POPULATE_READ"},
                   {MADV_POPULATE_WRITE, "POPULATE_WRITE"},
                   {24, "DONTNEED_LOCKED"}};
    char label[64];

    for (size_t i = 0; i < COUNT_OF(advices); i++) {
        fresh();
        area[0] = 1;
        snprintf(label, sizeof(label), "%s, whole", advices[i].name);
        call(label, madvise(area, 2 * HUGE, advices[i].number));
        snprintf(label, sizeof(label), "%s, an odd begin", advices[i].name);
        call(label, madvise(area + PAGE, HUGE, advices[i].number));
        snprintf(label, sizeof(label), "%s, an odd end", advices[i].name);
        call(label, madvise(area, HUGE + PAGE, advices[i].number));
        say("byte %d, free %ld, reserved %ld", area[0], pool_line("HugePages_Free:"),
            pool_line("HugePages_Rsvd:"));
    }
}

static void cuts(void)
{
    fresh();
    memset(area, 1, HUGE);
    call("munmap, odd begin", munmap(area + PAGE, HUGE));
    call("munmap, odd end", munmap(area, HUGE + PAGE));
    call("munmap in the middle", munmap(area + HUGE, HUGE));
    call("mprotect, odd", mprotect(area, PAGE, PROT_READ));
    call("mprotect, half", mprotect(area, HUGE, PROT_READ));
    probe_write("read only", area);
    call("mlock of a page", mlock(area, PAGE));
    call("munlock of a page", munlock(area, PAGE));
    pool("cut");
}

static void moves(void)
{
    char *there;

    fresh();
    area[0] = 'm';
    call("mremap, odd begin", (long)mremap(area + PAGE, HUGE, HUGE, MREMAP_MAYMOVE));
    call("mremap, larger", (long)mremap(area, 4 * HUGE, 5 * HUGE, MREMAP_MAYMOVE));
    call("mremap, duplicate", (long)mremap(area, 0, HUGE, MREMAP_MAYMOVE));
    call("mremap, keeping",
         (long)mremap(area, HUGE, HUGE, MREMAP_MAYMOVE | 4, NULL) == -1 ? -1 : 0);
    there = mmap(NULL, 6 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    there = (char *)(((unsigned long)there + HUGE - 1) & -HUGE);
    call("mremap to an odd place",
         (long)mremap(area, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, there + PAGE));
    yes("mremap", mremap(area, 4 * HUGE, 4 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, there) == there);
    say("byte %c", there[0]);
    pool("moved");
    there[HUGE] = 1;
    pool("touched there");
    probe_read("the old place", area);
    yes("smaller, by a page", mremap(there, 4 * HUGE, 3 * HUGE + PAGE, 0) == there);
    yes("smaller", mremap(there, 4 * HUGE, 2 * HUGE, 0) == there);
    pool("smaller");
    must(munmap(there, 2 * HUGE));
    pool("unmapped");
    area = NULL;
}

static void views(void)
{
    unsigned char vector[1024];
    struct iovec local = {vector, 16}, remote;
    char found[64];
    int fd = open("/proc/self/mem", O_RDWR);

    fresh();
    area[HUGE] = 'v';
    call("mincore", mincore(area, 2 * HUGE, vector));
    say("resident %d %d", vector[0], vector[512] & vector[1023]);
    say("page %ld %ld, private %ld, shared %ld, rss %ld, flags %s",
        smaps_kilobytes(area, "KernelPageSize"), smaps_kilobytes(area, "MMUPageSize"),
        smaps_kilobytes(area, "Private_Hugetlb"), smaps_kilobytes(area, "Shared_Hugetlb"),
        smaps_kilobytes(area, "Rss"), smaps_flags(area, "ht de ac nr", found));
    say("HugetlbPages %ld", status_kilobytes("HugetlbPages"));
    remote = (struct iovec){area + HUGE, 16};
    call("process_vm_readv", process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
    say("byte %c", vector[0]);
    vector[0] = 'w';
    call("process_vm_writev", process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
    say("byte %c", area[HUGE]);
    call("/proc/self/mem", pwrite(fd, "x", 1, (off_t)(unsigned long)(area + HUGE)));
    say("byte %c", area[HUGE]);
    must(mprotect(area + HUGE, HUGE, PROT_READ));
    call("/proc/self/mem, read only", pwrite(fd, "y", 1, (off_t)(unsigned long)(area + HUGE)));
    say("byte %c", area[HUGE]);
    close(fd);
    fresh();
    pool("fresh");
}

int main(void)
{
    pool_set(6, 0);
    advice();
    cuts();
    moves();
    views();
    munmap(area, 4 * HUGE);
    pool_set(0, 0);
    pool("at the end");
    return 0;
}
