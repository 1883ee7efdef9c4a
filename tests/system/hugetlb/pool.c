/* The pool of huge pages: its settings, growing, shrinking, surplus, what a mapping promises. */

#include "pool.h"

static void settings(void)
{
    say("set aside %ld, overcommit %ld, group %ld", read_number(NR), read_number(NR_MORE),
        read_number("/proc/sys/vm/hugetlb_shm_group"));
    call("nr_hugepages_mempolicy", write_number("/proc/sys/vm/nr_hugepages_mempolicy", 3));
    say("set aside %ld", read_number(NR));
    call("3", write_number(NR, 3));
    pool("3");
    call("-1", write_number(NR_MORE, -1));
    call("0", write_number(NR, 0));
    pool("0");
    call("group 7", write_number("/proc/sys/vm/hugetlb_shm_group", 7));
    say("group %ld", read_number("/proc/sys/vm/hugetlb_shm_group"));
    call("group 0", write_number("/proc/sys/vm/hugetlb_shm_group", 0));
}

static void shrinking(void)
{
    char *used, *promised;

    pool_set(4, 0);
    used = huge(2 * HUGE, PRIVATE);
    used[0] = used[HUGE] = 1;
    promised = huge(HUGE, PRIVATE);
    pool("two used, one promised");
    call("1", write_number(NR, 1));
    pool("1");
    say("set aside %ld", read_number(NR));
    must(munmap(promised, HUGE));
    pool("the promise given back");
    must(munmap(used + HUGE, HUGE));
    pool("one given back");
    call("2", write_number(NR, 2));
    pool("2");
    must(munmap(used, HUGE));
    pool("all given back");
    call("0", write_number(NR, 0));
    pool("0");
}

static void surplus(void)
{
    char *first, *second;

    pool_set(1, 2);
    first = huge(2 * HUGE, PRIVATE);
    pool("two promised");
    first[0] = 1;
    pool("one used");
    first[HUGE] = 1;
    pool("two used");
    second = huge(HUGE, PRIVATE);
    pool("three promised");
    try_map("a fourth", NULL, HUGE, RW, PRIVATE, -1, 0);
    call("set aside 2", write_number(NR, 2));
    pool("2");
    say("set aside %ld", read_number(NR));
    must(munmap(second, HUGE));
    pool("the third given back");
    must(munmap(first, 2 * HUGE));
    pool("all given back");
    pool_set(0, 1);
    pool("none set aside, one allowed");
    first = huge(HUGE, PRIVATE | MAP_NORESERVE);
    pool("not promised");
    probe_write("touched", first);
    pool("touched");
    must(munmap(first, HUGE));
    pool("given back");
}

static void limit(void)
{
    long before = meminfo_kilobytes("CommitLimit:"), after, free_before, free_after;

    free_before = meminfo_kilobytes("MemFree:");
    pool_set(8, 0);
    after = meminfo_kilobytes("CommitLimit:");
    free_after = meminfo_kilobytes("MemFree:");
    say("Hugetlb %ld kB, page %ld kB", meminfo_kilobytes("Hugetlb:"),
        meminfo_kilobytes("Hugepagesize:"));
    say("the commit limit is %ld kB lower", before - after);
    yes("free memory is about 16 MiB less",
        free_before - free_after > 14000 && free_before - free_after < 19000);
    pool_set(0, 0);
    yes("and comes back", meminfo_kilobytes("MemFree:") > free_before - 2000);
}

int main(void)
{
    pool_set(0, 0);
    settings();
    shrinking();
    surplus();
    pool_set(0, 0);
    limit();
    pool("at the end");
    return 0;
}
