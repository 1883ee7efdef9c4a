/*
 * bench: instructions per operation. Prints one line per benchmark; arguments select by name.
 * Compiled as a static musl program, so that the same file runs on Quire and on Linux.
 */

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *memory;
static size_t memory_len;
static int file, ends[2], back[2];
static pid_t partner;
static char buffer[65536];

long must(long value, const char *what)
{
    if (value != -1)
        return value;
    printf("bench-failed %s: %s\n", what, strerror(errno));
    exit(1);
}

static long now(void)
{
    struct timespec time;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

void measure(const struct benchmark *benchmark)
{
    long best = 0;
    for (int round = 0; round < benchmark->rounds; round++) {
        if (benchmark->prepare != NULL)
            benchmark->prepare();
        long start = now();
        benchmark->body(benchmark->count);
        long taken = now() - start;
        if (round == 0 || taken < best)
            best = taken;
        if (benchmark->clean != NULL)
            benchmark->clean();
    }
    printf("bench %s %ld\n", benchmark->name, best / benchmark->count);
    fflush(stdout);
}

static char *get_memory(size_t len, int flags)
{
    memory_len = len;
    memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    must((long)memory, "mmap");
    return memory;
}

static void touch_all(void)
{
    for (size_t i = 0; i < memory_len; i += PAGE)
        memory[i] = 1;
}

static void release(void)
{
    munmap(memory, memory_len);
}

static void null_call(long count)
{
    for (long i = 0; i < count; i++)
        syscall(SYS_getppid);
}

static void clock_call(long count)
{
    struct timespec time;
    for (long i = 0; i < count; i++)
        clock_gettime(CLOCK_MONOTONIC, &time);
}

/* Small pages, whatever the system would use. */
static void prepare_16m_small(void)
{
    madvise(get_memory(16 * MIB, 0), 16 * MIB, MADV_NOHUGEPAGE);
}

/* Aligned 16 MiB that pages of 2 MiB fit into. */
static void prepare_16m_huge(void)
{
    char *start = get_memory(18 * MIB, 0);
    char *aligned = (char *)(((unsigned long)start + 2 * MIB - 1) & -(2UL * MIB));

    if (aligned > start)
        munmap(start, (size_t)(aligned - start));
    munmap(aligned + 16 * MIB, (size_t)(start + 2 * MIB - aligned));
    memory = aligned;
    memory_len = 16 * MIB;
    madvise(memory, memory_len, MADV_HUGEPAGE);
}

static void fault_write(long count)
{
    for (long i = 0; i < count; i++)
        memory[(size_t)i * PAGE] = 1;
}

static volatile char sink;

static void fault_read(long count)
{
    for (long i = 0; i < count; i++)
        sink = memory[(size_t)i * PAGE];
}

static void prepare_file_map(void)
{
    file = (int)must(open("/tmp/bench", O_RDWR | O_CREAT, 0600), "open");
    for (size_t done = 0; done < 16 * MIB; done += sizeof(buffer))
        must(write(file, buffer, sizeof(buffer)), "write");
    memory_len = 16 * MIB;
    memory = mmap(NULL, memory_len, PROT_READ, MAP_SHARED, file, 0);
}

static void clean_file_map(void)
{
    release();
    close(file);
    unlink("/tmp/bench");
}

static void map_unmap(long count)
{
    for (long i = 0; i < count; i++) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(page, PAGE);
    }
}

static void map_touch_unmap(long count)
{
    for (long i = 0; i < count; i++) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *page = 1;
        munmap(page, PAGE);
    }
}

static void protect(long count)
{
    for (long i = 0; i < count; i++)
        mprotect(memory + 4 * PAGE, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
}

static void unmap_touched(long count)
{
    for (long i = 0; i < count; i++)
        munmap(memory, memory_len);
}

static void prepare_touched_16m(void)
{
    get_memory(16 * MIB, 0);
    touch_all();
}

static void prepare_touched_1m(void)
{
    get_memory(MIB, 0);
    touch_all();
}

static void prepare_touched_256m(void)
{
    get_memory(256 * MIB, MAP_NORESERVE);
    touch_all();
}

static void prepare_touched_1g(void)
{
    get_memory(1024 * MIB, MAP_NORESERVE);
    touch_all();
}

/* Only the call itself: the child waits until it has been measured. */
static void fork_call(long count)
{
    for (long i = 0; i < count; i++) {
        partner = fork();
        if (partner == 0)
            _exit(0);
    }
}

static void reap(void)
{
    while (wait(NULL) > 0)
        ;
}

static void reap_release(void)
{
    reap();
    release();
}

static void fork_exit_wait(long count)
{
    for (long i = 0; i < count; i++) {
        if (fork() == 0)
            _exit(0);
        wait(NULL);
    }
}

static void vfork_exec_wait(long count)
{
    for (long i = 0; i < count; i++) {
        if (vfork() == 0) {
            execl("/proc/self/exe", "bench", "exit", (char *)NULL);
            _exit(1);
        }
        wait(NULL);
    }
}

static void cow_break(long count)
{
    for (long i = 0; i < count; i++)
        memory[(size_t)i * PAGE] = 2;
}

static void prepare_cow(void)
{
    char byte;
    prepare_touched_16m();
    must(pipe(ends), "pipe");
    partner = fork();
    if (partner == 0) {
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    close(ends[0]);
}

static void clean_cow(void)
{
    close(ends[1]);
    reap_release();
}

static void prepare_pipe(void)
{
    must(pipe(ends), "pipe");
}

static void clean_pipe(void)
{
    close(ends[0]);
    close(ends[1]);
}

static void pipe_byte(long count)
{
    for (long i = 0; i < count; i++) {
        write(ends[1], buffer, 1);
        read(ends[0], buffer, 1);
    }
}

static void pipe_64k(long count)
{
    for (long i = 0; i < count; i++) {
        write(ends[1], buffer, sizeof(buffer));
        read(ends[0], buffer, sizeof(buffer));
    }
}

static void prepare_partner(void)
{
    must(pipe(ends), "pipe");
    must(pipe(back), "pipe");
    partner = fork();
    if (partner == 0) {
        close(ends[1]);
        while (read(ends[0], buffer, 1) == 1)
            write(back[1], buffer, 1);
        _exit(0);
    }
    close(ends[0]);
}

static void round_trip(long count)
{
    for (long i = 0; i < count; i++) {
        write(ends[1], buffer, 1);
        read(back[0], buffer, 1);
    }
}

static void clean_partner(void)
{
    close(ends[1]);
    close(back[0]);
    close(back[1]);
    reap();
}

static void handler(int number)
{
    (void)number;
}

static void prepare_signal(void)
{
    signal(SIGUSR1, handler);
}

static void signal_self(long count)
{
    pid_t self = getpid();
    for (long i = 0; i < count; i++)
        kill(self, SIGUSR1);
}

static void prepare_file(void)
{
    file = (int)must(open("/tmp/bench", O_RDWR | O_CREAT, 0600), "open");
    must(write(file, buffer, sizeof(buffer)), "write");
}

static void clean_file(void)
{
    close(file);
    unlink("/tmp/bench");
}

static void read_4k(long count)
{
    for (long i = 0; i < count; i++)
        pread(file, buffer, PAGE, 0);
}

static void write_4k(long count)
{
    for (long i = 0; i < count; i++)
        pwrite(file, buffer, PAGE, 0);
}

static void open_close(long count)
{
    for (long i = 0; i < count; i++)
        close(open("/tmp/bench", O_RDONLY));
}

static void stat_path(long count)
{
    struct stat info;
    for (long i = 0; i < count; i++)
        stat("/tmp/bench", &info);
}

static void create_unlink(long count)
{
    for (long i = 0; i < count; i++) {
        close(open("/tmp/created", O_RDWR | O_CREAT, 0600));
        unlink("/tmp/created");
    }
}

static void poll_pipe(long count)
{
    struct pollfd entry = {ends[1], POLLOUT, 0};
    for (long i = 0; i < count; i++)
        poll(&entry, 1, 0);
}

static const struct benchmark benchmarks[] = {
    {"syscall-null", 1000, 5, NULL, null_call, NULL},
    {"clock-gettime", 1000, 5, NULL, clock_call, NULL},
    {"fault-zero-write", 4096, 3, prepare_16m_small, fault_write, release},
    {"fault-zero-read", 4096, 3, prepare_16m_small, fault_read, release},
    {"fault-huge-write", 4096, 3, prepare_16m_huge, fault_write, release},
    {"fault-huge-read", 4096, 3, prepare_16m_huge, fault_read, release},
    {"fault-file-read", 4096, 3, prepare_file_map, fault_read, clean_file_map},
    {"fault-cow", 4096, 3, prepare_cow, cow_break, clean_cow},
    {"mmap-munmap", 1000, 5, NULL, map_unmap, NULL},
    {"mmap-touch-munmap", 1000, 5, NULL, map_touch_unmap, NULL},
    {"mprotect-split-merge", 1000, 5, prepare_touched_1m, protect, release},
    {"munmap-16m", 1, 5, prepare_touched_16m, unmap_touched, NULL},
    {"fork-1m", 1, 7, prepare_touched_1m, fork_call, reap_release},
    {"fork-256m", 1, 3, prepare_touched_256m, fork_call, reap_release},
    {"fork-1g", 1, 3, prepare_touched_1g, fork_call, reap_release},
    {"fork-exit-wait", 50, 5, NULL, fork_exit_wait, NULL},
    {"vfork-exec-exit-wait", 50, 5, NULL, vfork_exec_wait, NULL},
    {"pipe-1-byte", 1000, 5, prepare_pipe, pipe_byte, clean_pipe},
    {"pipe-64k", 100, 5, prepare_pipe, pipe_64k, clean_pipe},
    {"context-switch-pipe", 500, 5, prepare_partner, round_trip, clean_partner},
    {"signal-self", 1000, 5, prepare_signal, signal_self, NULL},
    {"read-4k", 1000, 5, prepare_file, read_4k, clean_file},
    {"write-4k", 1000, 5, prepare_file, write_4k, clean_file},
    {"open-close", 1000, 5, prepare_file, open_close, clean_file},
    {"stat", 1000, 5, prepare_file, stat_path, clean_file},
    {"create-unlink", 500, 5, NULL, create_unlink, NULL},
    {"poll-1", 1000, 5, prepare_pipe, poll_pipe, clean_pipe},
};

static int selected(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL)
            return 1;
    }
    return argc <= 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "exit") == 0)
        return 0;
    for (size_t i = 0; i < sizeof(benchmarks) / sizeof(benchmarks[0]); i++) {
        if (selected(benchmarks[i].name, argc, argv))
            measure(&benchmarks[i]);
    }
    return 0;
}
