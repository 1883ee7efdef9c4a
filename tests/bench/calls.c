/*
 * calls.c: system calls, files, signals, and what the vDSO answers without the kernel.
 */

#include "bench.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PATH "/tmp/bench"

static int file;
static char block[PAGE];

/* ---- The shortest calls ---- */

static void get_parent(long count)
{
    for (long i = 0; i < count; i++)
        call(SYS_getppid, 0, 0, 0, 0);
}

static void open_zero(void)
{
    file = (int)must(open("/dev/zero", O_RDONLY), "/dev/zero");
}

static void read_byte(long count)
{
    for (long i = 0; i < count; i++)
        call(SYS_read, file, (long)block, 1, 0);
}

/* ---- Clocks ---- */

static void read_clock(long count)
{
    struct timespec time;

    for (long i = 0; i < count; i++)
        clock_gettime(CLOCK_MONOTONIC, &time);
}

static void read_time_of_day(long count)
{
    struct timeval time;

    for (long i = 0; i < count; i++)
        gettimeofday(&time, NULL);
}

static void read_clock_by_call(long count)
{
    struct timespec time;

    for (long i = 0; i < count; i++)
        call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&time, 0, 0);
}

static void read_processor(long count)
{
    for (long i = 0; i < count; i++)
        sched_getcpu();
}

/* ---- Files ---- */

static void make_file(void)
{
    file = (int)must(open(PATH, O_RDWR | O_CREAT, 0600), "open");
    must(write(file, block, PAGE), "write");
}

static void remove_file(void)
{
    close(file);
    unlink(PATH);
}

static void read_page(long count)
{
    for (long i = 0; i < count; i++)
        call(SYS_pread64, file, (long)block, PAGE, 0);
}

static void write_page(long count)
{
    for (long i = 0; i < count; i++)
        call(SYS_pwrite64, file, (long)block, PAGE, 0);
}

static void get_status(long count)
{
    struct stat status;

    for (long i = 0; i < count; i++)
        call(SYS_stat, (long)PATH, (long)&status, 0, 0);
}

static void open_close(long count)
{
    for (long i = 0; i < count; i++)
        call(SYS_close, call(SYS_open, (long)PATH, O_RDONLY, 0, 0), 0, 0, 0);
}

static void create_unlink(long count)
{
    for (long i = 0; i < count; i++) {
        call(SYS_close, call(SYS_open, (long)PATH, O_RDWR | O_CREAT, 0600, 0), 0, 0, 0);
        call(SYS_unlink, (long)PATH, 0, 0, 0);
    }
}

/* ---- Signals ---- */

static void nothing(int number)
{
    (void)number;
}

static void handle_user_signal(void)
{
    struct sigaction action = {.sa_handler = nothing};

    must(sigaction(SIGUSR1, &action, NULL), "sigaction");
}

static void signal_self(long count)
{
    pid_t self = getpid();

    for (long i = 0; i < count; i++)
        call(SYS_kill, self, SIGUSR1, 0, 0);
}

extern char after_the_write[];

static void step_over(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (long)after_the_write;
}

static void forbid_memory(void)
{
    struct sigaction action = {.sa_sigaction = step_over, .sa_flags = SA_SIGINFO};

    must(sigaction(SIGSEGV, &action, NULL), "sigaction");
    must(mprotect(map_memory(PAGE, 0), PAGE, PROT_NONE), "mprotect");
}

__attribute__((noinline, noclone)) static void write_forbidden(long count)
{
    for (long i = 0; i < count; i++)
        __asm__ volatile("movb $0, (%0)\nafter_the_write:" ::"r"(memory) : "memory");
}

static const struct metric metrics[] = {
    {"getppid", .count = 1000, .body = get_parent},
    {"read-1-of-zero", .count = 1000, .setup = open_zero, .body = read_byte},
    {"clock-by-call", .count = 1000, .body = read_clock_by_call},
    {"vdso-clock-gettime", .count = 1000, .body = read_clock},
    {"vdso-gettimeofday", .count = 1000, .body = read_time_of_day},
    {"vdso-getcpu", .count = 1000, .body = read_processor},
    {"stat", .count = 1000, .setup = make_file, .body = get_status, .teardown = remove_file},
    {"open-close", .count = 1000, .setup = make_file, .body = open_close, .teardown = remove_file},
    {"read-4k", .count = 1000, .setup = make_file, .body = read_page, .teardown = remove_file},
    {"write-4k", .count = 1000, .setup = make_file, .body = write_page, .teardown = remove_file},
    {"create-unlink", .count = 500, .body = create_unlink},
    {"signal-self", .count = 1000, .setup = handle_user_signal, .body = signal_self},
    {"segv-handler", .count = 1000, .setup = forbid_memory, .body = write_forbidden},
};

GROUP(calls_group, "calls", metrics);
