/* mlock, mlock2, munlock, mlockall, munlockall. */

#include "table.h"

#include <sys/resource.h>

#define ONFAULT_FLAG     1
#define MCL_ONFAULT_FLAG 4

static long raw_mlock2(void *addr, size_t len, int flags)
{
    return syscall(SYS_mlock2, addr, len, flags);
}

static void locked(char *at, size_t nr)
{
    note("VmLck %ld", status_number("VmLck:"));
    note("resident %ld", resident(at, nr * PAGE));
}

CELL("mlock", "private anonymous", "untouched")
{
    char *at = map(4 * PAGE);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    locked(at, 4);
}

CELL("mlock", "shared anonymous", "untouched")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, ANON_SHARED, -1, 0);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    locked(at, 4);
}

CELL("mlock", "private file", "untouched")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_PRIVATE, file("f", 4), 0);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    note("VmLck %ld", status_number("VmLck:"));
    note("Anonymous %ld", smaps_number(at, "Anonymous:"));
    note("Locked %ld", smaps_number(at, "Locked:"));
}

CELL("mlock", "shared file", "beyond the end")
{
    char *at = raw_mmap(0, 4 * PAGE, RW, MAP_SHARED, file("f", 2), 0);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("mlock", "PROT_READ", "untouched")
{
    char *at = map_prot(4 * PAGE, PROT_READ);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    locked(at, 4);
}

CELL("mlock", "PROT_NONE", "the lock stays, the error too")
{
    char *at = map_prot(4 * PAGE, PROT_NONE);
    got(syscall(SYS_mlock, at, 4 * PAGE));
    locked(at, 4);
}

CELL("mlock", "addr", "not a multiple of the page size: whole pages")
{
    char *at = map(4 * PAGE);
    got(syscall(SYS_mlock, at + 100, PAGE));
    locked(at, 4);
}

CELL("mlock", "length", "0")
{
    got(syscall(SYS_mlock, map(PAGE), 0));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("mlock", "length", "2^64 - 1")
{
    got(syscall(SYS_mlock, map(PAGE), -1UL));
}

CELL("mlock", "length", "address + length beyond 2^64")
{
    got(syscall(SYS_mlock, map(PAGE), -2 * PAGE));
}

CELL("mlock", "range", "nothing mapped")
{
    got(syscall(SYS_mlock, map_in_hole(PAGE) - PAGE, PAGE));
}

CELL("mlock", "range", "a hole at the end")
{
    char *at = map_in_hole(2 * PAGE);
    got(syscall(SYS_mlock, at, 3 * PAGE));
    locked(at, 2);
}

CELL("mlock", "twice", "no counting")
{
    char *at = map(2 * PAGE);

    got(syscall(SYS_mlock, at, 2 * PAGE));
    got(syscall(SYS_mlock, at, 2 * PAGE));
    got(syscall(SYS_munlock, at, 2 * PAGE));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("mlock", "RLIMIT_MEMLOCK", "a user, exactly and one more")
{
    char *at = map(4 * PAGE);

    limit(RLIMIT_MEMLOCK, 2 * PAGE);
    become_user();
    got(syscall(SYS_mlock, at, 2 * PAGE));
    got(syscall(SYS_mlock, at + 2 * PAGE, PAGE));
}

CELL("mlock", "RLIMIT_MEMLOCK", "a user, what is locked already counts once")
{
    char *at = map(4 * PAGE);

    limit(RLIMIT_MEMLOCK, 2 * PAGE);
    become_user();
    got(syscall(SYS_mlock, at, 2 * PAGE));
    got(syscall(SYS_mlock, at, 2 * PAGE));
}

CELL("mlock", "RLIMIT_MEMLOCK", "0, a user")
{
    char *at = map(PAGE);

    limit(RLIMIT_MEMLOCK, 0);
    become_user();
    got(syscall(SYS_mlock, at, PAGE));
    note("munlock");
    got(syscall(SYS_munlock, at, PAGE));
}

CELL("mlock", "RLIMIT_MEMLOCK", "0, root")
{
    char *at = map(PAGE);

    limit(RLIMIT_MEMLOCK, 0);
    got(syscall(SYS_mlock, at, PAGE));
}

CELL("mlock", "fork", "the child has no locks")
{
    char *at = map(2 * PAGE);
    int *seen = (int *)raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    pid_t pid;

    got(syscall(SYS_mlock, at, 2 * PAGE));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        *seen = (int)status_number("VmLck:");
        _exit(0);
    }
    must(waitpid(pid, NULL, 0));
    note("child VmLck %d", *seen);
}

CELL("mlock", "smaps", "Locked and VmFlags lo")
{
    char *at = map(2 * PAGE);

    got(syscall(SYS_mlock, at, 2 * PAGE));
    note("Locked %ld", smaps_number(at, "Locked:"));
    note_if(smaps_flag(at, "lo"), "lo", "no lo");
}

CELL("mlock", "MADV_DONTNEED", "on locked pages")
{
    char *at = map(2 * PAGE);

    got(syscall(SYS_mlock, at, 2 * PAGE));
    got(madvise(at, 2 * PAGE, MADV_DONTNEED));
    got(madvise(at, 2 * PAGE, 24));
    locked(at, 2);
}

CELL("mlock", "vm.max_map_count", "reached")
{
    char *at = map(3 * PAGE);
    int i;

    got(setting("/proc/sys/vm/max_map_count", 40));
    for (i = 0; i < 60; i++)
        if (raw_mmap(0, PAGE, i % 2 ? PROT_READ : PROT_NONE, ANON_SHARED, -1, 0) == MAP_FAILED)
            break;
    note_if(i < 60, "reached", "not reached");
    got(syscall(SYS_mlock, at + PAGE, PAGE));
}

CELL("mlock2", "flags 0", "as mlock")
{
    char *at = map(4 * PAGE);
    got(raw_mlock2(at, 4 * PAGE, 0));
    locked(at, 4);
}

CELL("mlock2", "MLOCK_ONFAULT", "nothing is brought in")
{
    char *at = map(4 * PAGE);

    got(raw_mlock2(at, 4 * PAGE, ONFAULT_FLAG));
    locked(at, 4);
    at[PAGE] = 1;
    locked(at, 4);
}

CELL("mlock2", "MLOCK_ONFAULT", "then mlock")
{
    char *at = map(4 * PAGE);

    got(raw_mlock2(at, 4 * PAGE, ONFAULT_FLAG));
    got(raw_mlock2(at, 2 * PAGE, 0));
    locked(at, 4);
}

CELL("mlock2", "flags 2", "unknown")
{
    got(raw_mlock2(map(PAGE), PAGE, 2));
}

CELL("munlock", "not locked", "no error")
{
    got(syscall(SYS_munlock, map(PAGE), PAGE));
}

CELL("munlock", "part", "VmLck")
{
    char *at = anon(4 * PAGE, MAP_LOCKED);

    got(syscall(SYS_munlock, at + PAGE, PAGE));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("munlock", "range", "a hole at the end: what is before it is unlocked")
{
    char *at = map_in_hole(2 * PAGE);

    syscall(SYS_mlock, at, 2 * PAGE);
    got(syscall(SYS_munlock, at, 3 * PAGE));
    note("VmLck %ld", status_number("VmLck:"));
}

CELL("munlock", "length", "0")
{
    got(syscall(SYS_munlock, map(PAGE), 0));
}

CELL("munlock", "length", "address + length beyond 2^64")
{
    got(syscall(SYS_munlock, map(PAGE), -2 * PAGE));
}

static void try_all(const struct cell *cell)
{
    char *before = map(4 * PAGE), *after;
    bool more;

    got(syscall(SYS_mlockall, cell->value));
    note("resident before %ld", resident(before, 4 * PAGE));
    after = map(4 * PAGE);
    note("after %ld", resident(after, 4 * PAGE));
    more = status_number("VmLck:") > 16;
    note_if(smaps_flag(before, "lo"), "before lo", "before not lo");
    note_if(smaps_flag(after, "lo"), "after lo", "after not lo");
    note_if(more, "VmLck more", "VmLck 16 or less");
}

__attribute__((constructor)) static void add_all_cells(void)
{
    static const struct {
        const char *name;
        int flags;
    } all[] = {
        {"0", 0},
        {"MCL_CURRENT", MCL_CURRENT},
        {"MCL_FUTURE", MCL_FUTURE},
        {"MCL_CURRENT|MCL_FUTURE", MCL_CURRENT | MCL_FUTURE},
        {"MCL_ONFAULT", MCL_ONFAULT_FLAG},
        {"MCL_CURRENT|MCL_ONFAULT", MCL_CURRENT | MCL_ONFAULT_FLAG},
        {"MCL_FUTURE|MCL_ONFAULT", MCL_FUTURE | MCL_ONFAULT_FLAG},
        {"MCL_CURRENT|MCL_FUTURE|MCL_ONFAULT", MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT_FLAG},
        {"an unknown flag (8)", 8},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++)
        cell_add((struct cell){"mlockall", all[i].name, "before and after", try_all, all[i].flags,
                               NULL});
}

CELL("mlockall", "MCL_CURRENT", "a user beyond RLIMIT_MEMLOCK")
{
    limit(RLIMIT_MEMLOCK, PAGE);
    become_user();
    got(syscall(SYS_mlockall, MCL_CURRENT));
}

CELL("mlockall", "MCL_CURRENT", "a user with RLIMIT_MEMLOCK 0")
{
    limit(RLIMIT_MEMLOCK, 0);
    become_user();
    got(syscall(SYS_mlockall, MCL_CURRENT));
}

CELL("mlockall", "MCL_FUTURE", "a user: mmap beyond RLIMIT_MEMLOCK")
{
    limit(RLIMIT_MEMLOCK, 4 * PAGE);
    become_user();
    got(syscall(SYS_mlockall, MCL_FUTURE));
    got(anon(2 * PAGE, 0));
    got(anon(8 * PAGE, 0));
}

CELL("mlockall", "MCL_CURRENT", "PROT_NONE areas are no error")
{
    char *at = map_prot(4 * PAGE, PROT_NONE);

    got(syscall(SYS_mlockall, MCL_CURRENT));
    note("resident %ld", resident(at, 4 * PAGE));
}

CELL("mlockall", "MCL_FUTURE", "fork")
{
    char *at;
    int *seen = (int *)raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    pid_t pid;

    got(syscall(SYS_mlockall, MCL_FUTURE));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        at = map(4 * PAGE);
        *seen = (int)resident(at, 4 * PAGE);
        _exit(0);
    }
    must(waitpid(pid, NULL, 0));
    note("in the child resident %d", *seen);
}

CELL("munlockall", "after MCL_CURRENT|MCL_FUTURE", "nothing is locked any more")
{
    char *at;

    got(syscall(SYS_mlockall, MCL_CURRENT | MCL_FUTURE));
    got(syscall(SYS_munlockall));
    note("VmLck %ld", status_number("VmLck:"));
    at = map(4 * PAGE);
    note("resident %ld", resident(at, 4 * PAGE));
}
