/* userfaultfd: which ranges can be registered, and what becomes of their areas. */

#include "uffd.h"

#include <sys/auxv.h>

static void try_arguments(int fd)
{
    char *area = map_in_hole(4 * PAGE);
    struct uffdio_register request = {.range = {(__u64)area, PAGE}, .mode = 1};

    call("mode 0", uffd_register(fd, area, PAGE, 0));
    call("an unknown mode", uffd_register(fd, area, PAGE, 1 | 8));
    call("an unaligned start", uffd_missing(fd, area + 1, PAGE));
    call("an unaligned length", uffd_missing(fd, area, PAGE + 1));
    call("length 0", uffd_missing(fd, area, 0));
    call("too low", uffd_missing(fd, (void *)0, PAGE));
    call("too high", uffd_missing(fd, (void *)(1UL << 47), PAGE));
    call("too long", uffd_missing(fd, area, 1UL << 47));
    call("wraps", uffd_missing(fd, area, -PAGE));
    call("a hole", uffd_missing(fd, area - PAGE, PAGE));
    call("a hole, and some of the area", uffd_missing(fd, area - PAGE, 2 * PAGE));
    call("above everything", uffd_missing(fd, (void *)0x7fffffffe000, PAGE));
    call("a bad address", ioctl(fd, UFFDIO_REGISTER, 8));
    call("unregister a hole", uffd_unregister(fd, area - PAGE, PAGE));
    call("unregister length 0", uffd_unregister(fd, area, 0));
    call("unregister unaligned", uffd_unregister(fd, area + 1, PAGE));
    call("unregister above everything", uffd_unregister(fd, (void *)0x7fffffffe000, PAGE));
    call("unregister what is not", uffd_unregister(fd, area + 2 * PAGE, PAGE));
    call("wake a hole", uffd_wake(fd, area - PAGE, PAGE));
    call("wake length 0", uffd_wake(fd, area, 0));
    call("wake a bad address", ioctl(fd, UFFDIO_WAKE, 8));
    call("register", ioctl(fd, UFFDIO_REGISTER, &request));
    say("requests %llx", request.ioctls & REQUESTS);
    request.mode = UFFDIO_REGISTER_MODE_WP;
    call("for writes", ioctl(fd, UFFDIO_REGISTER, &request));
    say("requests %llx", request.ioctls & REQUESTS);
    request.mode = UFFDIO_REGISTER_MODE_WP | UFFDIO_REGISTER_MODE_MISSING;
    call("for both", ioctl(fd, UFFDIO_REGISTER, &request));
    say("requests %llx", request.ioctls & REQUESTS);
    yes("missing", uffd_has_flag(area, "um"));
    yes("writes", uffd_has_flag(area, "uw"));
    call("one of both", uffd_register(fd, area, PAGE, UFFDIO_REGISTER_MODE_WP));
    yes("both stay", uffd_has_flag(area, "um") && uffd_has_flag(area, "uw"));
    call("for writes", uffd_register(fd, area + PAGE, PAGE, UFFDIO_REGISTER_MODE_WP));
    call("for missing", uffd_missing(fd, area + PAGE, PAGE));
    yes("writes", uffd_has_flag(area + PAGE, "uw"));
    call("minor faults", uffd_register(fd, area, PAGE, UFFDIO_REGISTER_MODE_MINOR));
}

static void try_kinds(int fd)
{
    char *readable = map_prot(PAGE, PROT_READ), *none = map_prot(PAGE, PROT_NONE);
    int null = (int)must(open("/dev/zero", O_RDWR));
    char *zero = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, null, 0);
    char *heap = (char *)(((unsigned long)syscall(SYS_brk, 0) + PAGE - 1) & -PAGE);
    char *stack = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    void *vdso = (void *)getauxval(AT_SYSINFO_EHDR);

    must(syscall(SYS_brk, heap + 4 * PAGE) == 0);
    call("only readable", uffd_missing(fd, readable, PAGE));
    call("not accessible", uffd_missing(fd, none, PAGE));
    call("/dev/zero", uffd_missing(fd, zero, PAGE));
    call("the vdso", uffd_missing(fd, vdso, PAGE));
    call("unregister the vdso", uffd_unregister(fd, vdso, PAGE));
    call("a stack", uffd_missing(fd, stack, PAGE));
    call("the heap", uffd_missing(fd, heap, 4 * PAGE));
    yes("the heap", uffd_has_flag(heap, "um"));
    must(syscall(SYS_brk, heap + 8 * PAGE) == 0);
    yes("what it grows by", uffd_has_flag(heap + 5 * PAGE, "um"));
    close(null);
}

static void try_owners(int fd)
{
    int other = uffd_open(0, 0);
    char *area = map(4 * PAGE);

    call("one", uffd_missing(fd, area, 2 * PAGE));
    call("again", uffd_missing(fd, area, 2 * PAGE));
    call("another's", uffd_missing(other, area + PAGE, 2 * PAGE));
    call("beside it", uffd_missing(other, area + 2 * PAGE, PAGE));
    say("areas %d", uffd_areas(area, 4 * PAGE));
    call("another's may be unregistered", uffd_unregister(fd, area, 4 * PAGE));
    yes("flag", uffd_has_flag(area + 2 * PAGE, "um"));
    call("to be closed", uffd_missing(other, area + PAGE, 2 * PAGE));
    yes("flag", uffd_has_flag(area + 2 * PAGE, "um"));
    close(other);
    yes("flag after close", uffd_has_flag(area + 2 * PAGE, "um"));
    call("free again", uffd_missing(fd, area, 4 * PAGE));
}

static void try_areas(int fd)
{
    char *area = map_in_hole(8 * PAGE);

    call("in the middle", uffd_missing(fd, area + 2 * PAGE, 2 * PAGE));
    say("areas %d", uffd_areas(area, 8 * PAGE));
    yes("before", uffd_has_flag(area + PAGE, "um"));
    yes("there", uffd_has_flag(area + 2 * PAGE, "um"));
    call("beside it", uffd_missing(fd, area + 4 * PAGE, PAGE));
    say("areas %d", uffd_areas(area, 8 * PAGE));
    call("all", uffd_missing(fd, area, 8 * PAGE));
    say("areas %d", uffd_areas(area, 8 * PAGE));
    call("not the middle", uffd_unregister(fd, area + 3 * PAGE, PAGE));
    say("areas %d", uffd_areas(area, 8 * PAGE));
    call("mprotect keeps it", mprotect(area, PAGE, PROT_READ));
    yes("there", uffd_has_flag(area, "um"));
    mprotect(area, PAGE, PROT_READ | PROT_WRITE);
    call("none", uffd_unregister(fd, area, 8 * PAGE));
    say("areas %d", uffd_areas(area, 8 * PAGE));
    must(munmap(area + 5 * PAGE, PAGE));
    call("over a hole", uffd_missing(fd, area, 8 * PAGE));
    yes("behind the hole", uffd_has_flag(area + 6 * PAGE, "um"));
    call("over a hole back", uffd_unregister(fd, area, 8 * PAGE));
    yes("behind the hole", uffd_has_flag(area + 6 * PAGE, "um"));
}

static void try_moving(int fd)
{
    char *area = map_in_hole(4 * PAGE), *there = map_in_hole(8 * PAGE), *moved;

    call("register", uffd_missing(fd, area, 4 * PAGE));
    call("shrink", (long)mremap(area, 4 * PAGE, 3 * PAGE, 0) == (long)area);
    yes("there", uffd_has_flag(area, "um"));
    call("grow in place", (long)mremap(area, 3 * PAGE, 4 * PAGE, 0) == (long)area);
    yes("there", uffd_has_flag(area, "um"));
    say("areas %d", uffd_areas(area, 4 * PAGE));
    moved = mremap(area, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, there + PAGE);
    yes("moved", moved == there + PAGE);
    yes("moved", uffd_has_flag(moved, "um"));
    area = map_in_hole(4 * PAGE);
    call("register", uffd_missing(fd, area, 4 * PAGE));
    moved = mremap(area, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    yes("moved", uffd_has_flag(moved, "um"));
    yes("what stayed", uffd_has_flag(area, "um"));
    call("in a child", 0);
    if (fork() == 0) {
        yes("flag", uffd_has_flag(area, "um"));
        say("reads %d", *(volatile char *)area);
        _exit(0);
    }
    wait(NULL);
}

int main(void)
{
    int fd = uffd_open(0, 0);

    try_arguments(fd);
    try_kinds(fd);
    close(fd);
    fd = uffd_open(0, 0);
    try_owners(fd);
    try_areas(fd);
    try_moving(fd);
    return 0;
}
