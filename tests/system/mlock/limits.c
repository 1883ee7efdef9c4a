/* RLIMIT_MEMLOCK: EPERM, ENOMEM and EAGAIN of the calls that lock, without CAP_IPC_LOCK; with it
   there is no limit. */

#include <sys/resource.h>

#include "test.h"

static void set_limit(unsigned long bytes)
{
    struct rlimit limit = {bytes, bytes};
    must(setrlimit(RLIMIT_MEMLOCK, &limit));
}

static void soft_limit(unsigned long bytes)
{
    struct rlimit limit = {bytes, 64 * PAGE};
    must(setrlimit(RLIMIT_MEMLOCK, &limit));
}

/* musl's mmap changes EPERM, its brk does not grow. */
static void *map_locked(size_t len)
{
    return (void *)syscall(SYS_mmap, NULL, len, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
}

static unsigned long heap_end(unsigned long wanted)
{
    return (unsigned long)syscall(SYS_brk, wanted);
}

static void as_root(void)
{
    char *at = map(32 * PAGE);

    set_limit(0);
    call("root, limit 0: mlock", mlock(at, 32 * PAGE));
    call("root, limit 0: mlockall", mlockall(MCL_CURRENT | MCL_FUTURE));
    call_ok("root, limit 0: MAP_LOCKED", (long)map_locked(PAGE) > 0 ? 0 : -1);
    call("munlockall", munlockall());
}

static void limit_zero(void)
{
    char *at = map(PAGE);

    soft_limit(0);
    call("limit 0: mlock", mlock(at, PAGE));
    call("limit 0: mlock of nothing", mlock(at, 0));
    call("limit 0: mlock of a hole", mlock((void *)PAGE, PAGE));
    call("limit 0: mlock2", syscall(SYS_mlock2, at, PAGE, 1));
    call("limit 0: mlock2, bad flag", syscall(SYS_mlock2, at, PAGE, 4));
    call("limit 0: munlock", munlock(at, PAGE));
    call("limit 0: mlockall", mlockall(MCL_FUTURE));
    call("limit 0: mlockall, bad flags", mlockall(MCL_ONFAULT));
    call("limit 0: munlockall", munlockall());
    call_ok("limit 0: MAP_LOCKED", (long)map_locked(PAGE) > 0 ? 0 : -1);
    call_ok("limit 0: MAP_LOCKED, length 0", (long)map_locked(0) > 0 ? 0 : -1);
}

static void limit_one_byte(void)
{
    char *at = map(PAGE);

    soft_limit(1);
    call("limit 1 byte: mlock of nothing", mlock(at, 0));
    call("limit 1 byte: mlock", mlock(at, 1));
    call_ok("limit 1 byte: MAP_LOCKED", (long)map_locked(PAGE) > 0 ? 0 : -1);
}

static void limit_some(void)
{
    char *at = map_in_hole(16 * PAGE);
    char *other, *moved;

    soft_limit(8 * PAGE);
    call("limit 8: lock 9", mlock(at, 9 * PAGE));
    say("VmLck %ld", status_kilobytes("VmLck"));
    call("limit 8: lock 8", mlock(at, 8 * PAGE));
    call("the same again", mlock(at, 8 * PAGE));
    call("half of it again", mlock(at + 4 * PAGE, 4 * PAGE));
    call("one more", mlock(at + 8 * PAGE, PAGE));
    call("overlapping one more", mlock(at + 4 * PAGE, 5 * PAGE));
    call("one more on fault", syscall(SYS_mlock2, at + 8 * PAGE, PAGE, 1));
    call("beyond limit and in a hole", mlock(at + 15 * PAGE, 4 * PAGE));
    call_ok("MAP_LOCKED", (long)map_locked(PAGE) > 0 ? 0 : -1);
    call("unlock 4", munlock(at, 4 * PAGE));
    other = map_locked(4 * PAGE);
    yes("MAP_LOCKED of 4", other != MAP_FAILED);
    call("unlock 2", munlock(at + 4 * PAGE, 2 * PAGE));
    call_ok("mremap by 4", mremap(other, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE));
    moved = mremap(other, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
    yes("mremap by 2", moved != MAP_FAILED);
    say("VmLck %ld", status_kilobytes("VmLck"));
    call("split of it not locked", munlock(moved + PAGE, PAGE));
    say("VmLck %ld", status_kilobytes("VmLck"));
    munmap(moved, 6 * PAGE);
    say("VmLck %ld", status_kilobytes("VmLck"));
    call("everything now", mlockall(MCL_CURRENT));
    call("limit below what is locked", (soft_limit(PAGE), mlock(at, PAGE)));
    call("a part of what is locked", mlock(at + 7 * PAGE, PAGE));
    munmap(at, 16 * PAGE);
    say("VmLck %ld", status_kilobytes("VmLck"));
}

static long map_plain(size_t pages, int prot)
{
    return (long)mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void future(void)
{
    unsigned long end;

    munlockall();
    soft_limit(8 * PAGE);
    call("mlockall FUTURE", mlockall(MCL_FUTURE));
    call_ok("mmap of 9", map_plain(9, PROT_READ));
    call_ok("mmap of 9 without access", map_plain(9, PROT_NONE));
    call_ok("mmap of 4", map_plain(4, PROT_READ));
    end = (heap_end(0) + PAGE - 1) & ~(PAGE - 1);
    yes("the heap does not grow by 5", heap_end(end + 5 * PAGE) < end + 5 * PAGE);
    yes("the heap grows by 2", heap_end(end + 2 * PAGE) == end + 2 * PAGE);
    say("VmLck %ld", status_kilobytes("VmLck"));
    call("munlockall", munlockall());
}

int main(void)
{
    as_root();
    soft_limit(64 * PAGE);
    become_user();
    limit_zero();
    limit_one_byte();
    limit_some();
    future();
    return 0;
}
