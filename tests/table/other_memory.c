/* The memory of other processes: process_vm_readv, process_vm_writev, /proc/PID/mem. */

#include "table.h"

#include <sys/prctl.h>
#include <sys/uio.h>

static long transfer(bool write, pid_t pid, void *local, size_t local_len, void *remote,
                     size_t remote_len)
{
    struct iovec here = {local, local_len}, there = {remote, remote_len};
    return syscall(write ? SYS_process_vm_writev : SYS_process_vm_readv, pid, &here, 1UL, &there,
                   1UL, 0UL);
}

/* A child with the same memory that does nothing. */
static pid_t child(void)
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        for (;;)
            pause();
    }
    return pid;
}

static char *filled(size_t nr)
{
    char *at = map_in_hole(nr * PAGE);

    memset(at, 7, nr * PAGE);
    return at;
}

static void both_ways(const struct cell *cell)
{
    char *at = filled(2), *local = map(2 * PAGE);
    pid_t pid = child();

    note("readv");
    value(transfer(false, pid, local, 2 * PAGE, at + cell->value, PAGE));
    note("writev");
    value(transfer(true, pid, local, 2 * PAGE, at + cell->value, PAGE));
}

__attribute__((constructor)) static void add_ranges(void)
{
    cell_add((struct cell){"process_vm_readv, writev", "a child", "mapped", both_ways, 0, NULL});
    cell_add(
        (struct cell){"process_vm_readv, writev", "a child", "not aligned", both_ways, 100, NULL});
    cell_add((struct cell){"process_vm_readv, writev", "a child", "ends in a hole", both_ways,
                           PAGE + 100, NULL});
    cell_add((struct cell){"process_vm_readv, writev", "a child", "not mapped", both_ways,
                           -(long)PAGE, NULL});
}

static void protected(const struct cell *cell)
{
    char *at = filled(1), *local = map(PAGE);
    pid_t pid;

    must(mprotect(at, PAGE, (int)cell->value));
    pid = child();
    note("readv");
    value(transfer(false, pid, local, 8, at, 8));
    note("writev");
    value(transfer(true, pid, local, 8, at, 8));
}

__attribute__((constructor)) static void add_protections(void)
{
    cell_add((struct cell){"process_vm_readv, writev", "a child", "PROT_READ", protected, PROT_READ,
                           NULL});
    cell_add((struct cell){"process_vm_readv, writev", "a child", "PROT_NONE", protected, PROT_NONE,
                           NULL});
    cell_add((struct cell){"process_vm_readv, writev", "a child", "PROT_EXEC", protected, PROT_EXEC,
                           NULL});
}

CELL("process_vm_readv, writev", "a child", "what was written is seen there")
{
    char *at = raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0), *own = filled(1), value_to_write = 9,
         seen = 0;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        for (;;)
            pause();
    }
    (void)at;
    got(transfer(true, pid, &value_to_write, 1, own, 1));
    got(transfer(false, pid, &seen, 1, own, 1));
    note("there %d, here %d", seen, own[0]);
}

CELL("process_vm_readv, writev", "pid", "oneself")
{
    char *at = filled(1), local[8];

    value(transfer(false, getpid(), local, 8, at, 8));
    value(transfer(true, getpid(), local, 8, at, 8));
}

CELL("process_vm_readv, writev", "pid", "does not exist")
{
    char local[8];
    value(transfer(false, 999999, local, 8, local, 8));
}

CELL("process_vm_readv, writev", "pid", "another user's")
{
    char *at = filled(1), local[8];
    pid_t pid = child();

    become_user();
    value(transfer(false, pid, local, 8, at, 8));
}

CELL("process_vm_readv, writev", "pid", "the same user's, not dumpable")
{
    char *at = filled(1), local[8], byte;
    int ready[2];
    pid_t pid;

    must(pipe(ready));
    become_user();
    pid = (pid_t)must(fork());
    if (pid == 0) {
        prctl(PR_SET_DUMPABLE, 0);
        must(write(ready[1], "", 1));
        for (;;)
            pause();
    }
    must(read(ready[0], &byte, 1));
    value(transfer(false, pid, local, 8, at, 8));
}

CELL("process_vm_readv, writev", "pid", "a zombie")
{
    char *at = filled(1), local[8];
    pid_t pid = (pid_t)must(fork());
    siginfo_t info;

    if (pid == 0)
        _exit(0);
    must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    value(transfer(false, pid, local, 8, at, 8));
}

CELL("process_vm_readv, writev", "flags", "1")
{
    char *at = filled(1), local[8];
    struct iovec here = {local, 8}, there = {at, 8};
    value(syscall(SYS_process_vm_readv, getpid(), &here, 1UL, &there, 1UL, 1UL));
}

CELL("process_vm_readv, writev", "number of parts", "0 and 0")
{
    value(syscall(SYS_process_vm_readv, getpid(), NULL, 0UL, NULL, 0UL, 0UL));
}

CELL("process_vm_readv, writev", "number of parts", "1025 local, 1025 remote")
{
    static struct iovec parts[1025];

    value(syscall(SYS_process_vm_readv, getpid(), parts, 1025UL, parts, 1UL, 0UL));
    value(syscall(SYS_process_vm_readv, getpid(), parts, 1UL, parts, 1025UL, 0UL));
}

CELL("process_vm_readv, writev", "parts", "several, cut differently")
{
    char *at = filled(1), local[16];
    struct iovec here[] = {{local, 3}, {local + 3, 10}}, there[] = {{at, 5}, {at + 9, 5}};
    value(syscall(SYS_process_vm_readv, getpid(), here, 2UL, there, 2UL, 0UL));
}

CELL("process_vm_readv, writev", "parts", "the second remote one is not mapped")
{
    char *at = filled(1), local[16];
    struct iovec here = {local, 16}, there[] = {{at, 8}, {at - PAGE, 8}};
    value(syscall(SYS_process_vm_readv, getpid(), &here, 1UL, there, 2UL, 0UL));
}

CELL("process_vm_readv, writev", "parts", "local not mapped")
{
    char *at = filled(1);
    value(transfer(false, getpid(), at - PAGE, 8, at, 8));
}

CELL("process_vm_readv, writev", "parts", "remote length overflows")
{
    char *at = filled(1), local[16];
    value(transfer(false, getpid(), local, 16, at, -1UL));
}

CELL("process_vm_readv, writev", "parts", "remote in the kernel's half")
{
    char local[16];
    value(transfer(false, getpid(), local, 16, (void *)0xffff800000000000, 16));
}

/* ---- /proc/PID/mem ---- */

static int mem_of(pid_t pid, int flags)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    return open(path, flags);
}

CELL("/proc/PID/mem", "oneself", "read and write")
{
    char *at = filled(1), byte = 0;
    int fd = (int)got(mem_of(getpid(), O_RDWR));

    value(pread(fd, &byte, 1, (off_t)(unsigned long)at));
    note("byte %d", byte);
    value(pwrite(fd, "x", 1, (off_t)(unsigned long)at));
    reads(at);
}

CELL("/proc/PID/mem", "oneself", "not mapped")
{
    char *at = filled(1), byte = 0;
    int fd = (int)got(mem_of(getpid(), O_RDWR));

    value(pread(fd, &byte, 1, (off_t)(unsigned long)(at - PAGE)));
    value(pwrite(fd, &byte, 1, (off_t)(unsigned long)(at - PAGE)));
    value(pread(fd, map(2 * PAGE), 2 * PAGE, (off_t)(unsigned long)at));
}

CELL("/proc/PID/mem", "oneself", "PROT_READ, PROT_NONE: written all the same")
{
    char *at = filled(2);
    int fd = (int)got(mem_of(getpid(), O_RDWR));

    must(mprotect(at, PAGE, PROT_READ));
    must(mprotect(at + PAGE, PAGE, PROT_NONE));
    value(pwrite(fd, "x", 1, (off_t)(unsigned long)at));
    reads(at);
    value(pwrite(fd, "x", 1, (off_t)(unsigned long)(at + PAGE)));
}

CELL("/proc/PID/mem", "oneself", "a shared read-only mapping of a file")
{
    char *at;
    int fd = (int)got(mem_of(getpid(), O_RDWR));

    close(file("f", 1));
    at = raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, open("f", O_RDONLY), 0);
    value(pwrite(fd, "x", 1, (off_t)(unsigned long)at));
    reads(at);
}

CELL("/proc/PID/mem", "oneself", "a private read-only mapping of a file")
{
    char *at;
    int fd = (int)got(mem_of(getpid(), O_RDWR)), other;
    char byte = 0;

    close(file("f", 1));
    other = open("f", O_RDONLY);
    at = raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, other, 0);
    value(pwrite(fd, "x", 1, (off_t)(unsigned long)at));
    reads(at);
    pread(other, &byte, 1, 0);
    note("file %d", byte);
}

CELL("/proc/PID/mem", "a child", "read and write")
{
    char *at = filled(1), byte = 0;
    pid_t pid = child();
    int fd = (int)got(mem_of(pid, O_RDWR));

    value(pwrite(fd, "x", 1, (off_t)(unsigned long)at));
    value(pread(fd, &byte, 1, (off_t)(unsigned long)at));
    note("there %d, here %d", byte, at[0]);
}

CELL("/proc/PID/mem", "a child", "that ended after the open")
{
    char *at = filled(1), byte = 0;
    pid_t pid = child();
    int fd = (int)got(mem_of(pid, O_RDWR));

    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    value(pread(fd, &byte, 1, (off_t)(unsigned long)at));
}

CELL("/proc/PID/mem", "another user's", "open")
{
    pid_t pid = child();

    become_user();
    got(mem_of(pid, O_RDONLY));
}

CELL("/proc/PID/mem", "lseek", "SEEK_SET, SEEK_CUR, SEEK_END")
{
    int fd = (int)got(mem_of(getpid(), O_RDONLY));

    value(lseek(fd, 4096, SEEK_SET));
    value(lseek(fd, 4096, SEEK_CUR));
    value(lseek(fd, 0, SEEK_END));
}

CELL("/proc/PID/mem", "mmap", "refused")
{
    got(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, mem_of(getpid(), O_RDONLY), 0));
}
