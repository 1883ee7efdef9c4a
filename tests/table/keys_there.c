/* Protection keys on a processor that has them.
 * cpu: max,la57=off */

#include "table.h"

#define DISABLE_ACCESS 1
#define DISABLE_WRITE  2

static long allocate(unsigned long rights)
{
    return syscall(SYS_pkey_alloc, 0UL, rights);
}

static long protect(void *at, int prot, long key)
{
    return syscall(SYS_pkey_mprotect, at, PAGE, prot, key);
}

static unsigned rights_read(void)
{
    unsigned low, high;

    __asm__ volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static void rights_write(unsigned rights)
{
    __asm__ volatile("wrpkru" : : "a"(rights), "c"(0), "d"(0) : "memory");
}

static char *filled(void)
{
    char *at = map(PAGE);

    memset(at, 7, PAGE);
    return at;
}

CELL("keys of a processor", "PKRU", "at the start")
{
    note("%08x", rights_read());
}

CELL("keys of a processor", "pkey_alloc", "how many")
{
    int i;

    for (i = 0; i < 20 && allocate(0) > 0; i++)
        ;
    note("%s after %d", errno_name(errno), i);
}

CELL("keys of a processor", "pkey_alloc", "rights in PKRU")
{
    long key = value(allocate(DISABLE_WRITE));

    note("%x", rights_read() >> (2 * key) & 3);
    key = value(allocate(0));
    note("%x", rights_read() >> (2 * key) & 3);
}

CELL("keys of a processor", "pkey_alloc", "flags 1; rights 4")
{
    got(syscall(SYS_pkey_alloc, 1UL, 0UL));
    got(allocate(4));
}

CELL("keys of a processor", "pkey_free", "and again; key 0; a key in use")
{
    long key = allocate(0);
    char *at = filled();

    got(syscall(SYS_pkey_free, key));
    got(syscall(SYS_pkey_free, key));
    got(syscall(SYS_pkey_free, 0));
    key = allocate(DISABLE_ACCESS);
    protect(at, RW, key);
    got(syscall(SYS_pkey_free, key));
    reads(at);
}

static void try_rights(const struct cell *cell)
{
    char *at = filled();

    got(protect(at, RW, allocate((unsigned long)cell->value)));
    reads(at);
    writes(at);
}

__attribute__((constructor)) static void add_rights(void)
{
    static const char *const names[] = {"0", "PKEY_DISABLE_ACCESS", "PKEY_DISABLE_WRITE", "both"};

    for (long rights = 0; rights < 4; rights++)
        cell_add((struct cell){"keys of a processor", "pkey_mprotect", names[rights], try_rights,
                               rights, NULL});
}

CELL("keys of a processor", "pkey_mprotect", "a key that is not allocated; 16; -2")
{
    got(protect(map(PAGE), RW, 5));
    got(protect(map(PAGE), RW, 16));
    got(protect(map(PAGE), RW, -2));
}

CELL("keys of a processor", "PROT_EXEC alone", "by mmap")
{
    char *at = (char *)got(raw_mmap(0, PAGE, PROT_EXEC, ANON_PRIVATE, -1, 0));

    reads(at);
    note("ProtectionKey %ld", smaps_number(at, "ProtectionKey:"));
}

CELL("keys of a processor", "PROT_EXEC alone", "by mprotect, then back")
{
    char *at = filled();

    got(mprotect(at, PAGE, PROT_EXEC));
    reads(at);
    got(mprotect(at, PAGE, RW));
    reads(at);
    note("ProtectionKey %ld", smaps_number(at, "ProtectionKey:"));
}

CELL("keys of a processor", "mprotect", "keeps the key")
{
    char *at = filled();
    long key = allocate(DISABLE_WRITE);

    got(protect(at, PROT_READ, key));
    got(mprotect(at, PAGE, RW));
    writes(at);
    note_if(smaps_number(at, "ProtectionKey:") == key, "the key", "another key");
}

CELL("keys of a processor", "pkey_mprotect", "key -1 keeps it, 0 takes it away")
{
    char *at = filled();
    long key = allocate(DISABLE_WRITE);

    got(protect(at, RW, key));
    got(protect(at, RW, -1));
    writes(at);
    got(protect(at, RW, 0));
    writes(at);
}

CELL("keys of a processor", "system calls", "read and write through a denied key")
{
    char *at = filled();
    int fds[2];

    must(pipe(fds));
    must(write(fds[1], "x", 1));
    got(protect(at, RW, allocate(DISABLE_ACCESS)));
    value(read(fds[0], at, 1));
    value(write(fds[1], at, 1));
}

CELL("keys of a processor", "/proc/self/mem", "through a denied key")
{
    char *at = filled(), byte;
    int fd = (int)must(open("/proc/self/mem", O_RDWR));

    got(protect(at, RW, allocate(DISABLE_ACCESS)));
    value(pread(fd, &byte, 1, (off_t)(unsigned long)at));
}

CELL("keys of a processor", "fork", "rights and keys are inherited")
{
    char *at = filled();
    int *seen = (int *)raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);
    long key = allocate(DISABLE_ACCESS);

    got(protect(at, RW, key));
    if (must(fork()) == 0) {
        seen[0] = faults_on_read(at);
        seen[1] = allocate(0) == key + 1;
        _exit(0);
    }
    wait(NULL);
    note_if(seen[0], "the child faults", "the child reads");
    note_if(seen[1], "the next key", "another key");
}

static volatile unsigned in_handler;

static void handler(int number)
{
    (void)number;
    in_handler = rights_read();
    rights_write(0);
}

CELL("keys of a processor", "a signal handler", "its PKRU, and PKRU after it")
{
    signal(SIGUSR1, handler);
    rights_write(0xc);
    raise(SIGUSR1);
    note("in it %08x, after it %08x", in_handler, rights_read());
}

CELL("keys of a processor", "mmap over it", "the key is gone")
{
    char *at = filled();

    got(protect(at, RW, allocate(DISABLE_ACCESS)));
    raw_mmap((unsigned long)at, PAGE, RW, ANON_PRIVATE | MAP_FIXED, -1, 0);
    reads(at);
}

CELL("keys of a processor", "mremap", "the key moves with it")
{
    char *at = filled();

    got(protect(at, RW, allocate(DISABLE_ACCESS)));
    reads(raw_mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL));
}

CELL("keys of a processor", "madvise, munmap", "need no rights")
{
    char *at = filled();

    got(protect(at, RW, allocate(DISABLE_ACCESS)));
    got(madvise(at, PAGE, MADV_DONTNEED));
    got(munmap(at, PAGE));
}

CELL("keys of a processor", "neighbours", "of different keys are two areas")
{
    char *at = map(2 * PAGE);
    struct maps_line line = {.start = 0};

    got(protect(at, RW, allocate(0)));
    maps_find(at, &line);
    note("%ld page", (long)(line.end - line.start) / (long)PAGE);
}
