/*
 * fuzz: the first process of a guest; random system calls, in processes of their own.
 *
 *      /fuzz.plan holds "SEED ROUNDS CALLS VERBOSE". Round i is a process with seed SEED + i that
 * makes CALLS calls with arguments from values.c, every second one as a user without privileges, in
 * an empty directory. It may die of what it does; the kernel may not.
 *
 * Half of the calls are any, the others scenes (scenes.c).
 *
 * Prints "@@ round SEED" before each, then the audit when it says anything but ok, then what of the
 * processes is left in memory when they have ended, then "@@ done", with how much memory is free
 * before and after. With VERBOSE every call is printed before it is
 * made, which shows the last one of a kernel that stopped.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenes.h"
#include "values.h"

#define AREA          "/area"
#define ROUND_SECONDS 60
#define NOBODY        65534

struct call {
    int number;
    const char *name;
    int nr_arguments;
    enum kind kinds[6];
};

#define KINDS_0()                 KIND_INT
#define KINDS_1(a)                KIND_##a
#define KINDS_2(a, b)             KIND_##a, KIND_##b
#define KINDS_3(a, b, c)          KIND_##a, KIND_##b, KIND_##c
#define KINDS_4(a, b, c, d)       KINDS_3(a, b, c), KIND_##d
#define KINDS_5(a, b, c, d, e)    KINDS_4(a, b, c, d), KIND_##e
#define KINDS_6(a, b, c, d, e, f) KINDS_5(a, b, c, d, e), KIND_##f

#define SYSCALL(number, name, count, ...) {number, #name, count, {KINDS_##count(__VA_ARGS__)}},
#define SYSCALL_NO(number, name, count, ...)
static const struct call calls[] = {
#include "syscall/table.def"
};
#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

/* What would end the guest or the watcher rather than the caller, which is no fault of the kernel.
 */
static const char *const for_nobody_only[] = {"reboot",
                                              "umount2",
                                              "pivot_root",
                                              "chroot",
                                              "sched_setscheduler",
                                              "sched_setparam",
                                              "sched_setattr",
                                              "settimeofday",
                                              "clock_settime",
                                              "sethostname",
                                              "mount",
                                              "syslog",
                                              "setpriority",
                                              "setrlimit",
                                              "prlimit64",
                                              "sched_setaffinity"};
/* What mostly ends the process that calls it. */
static const char *const rare[] = {"rt_sigreturn", "arch_prctl", "execve", "execveat",
                                   "sigaltstack"};
static const char *const for_no_one[] = {"exit", "exit_group", "pause", "vhangup"};

static int is_listed(const char *name, const char *const *list, size_t count)
{
    while (count-- > 0) {
        if (strcmp(name, list[count]) == 0)
            return 1;
    }
    return 0;
}

static const struct call *choose(int privileged)
{
    for (;;) {
        const struct call *call = &calls[values_below(NR_CALLS)];

        if (privileged &&
            is_listed(call->name, for_nobody_only, sizeof(for_nobody_only) / sizeof(char *)))
            continue;
        if (is_listed(call->name, rare, sizeof(rare) / sizeof(char *)) && values_below(10) != 0)
            continue;
        if (!is_listed(call->name, for_no_one, sizeof(for_no_one) / sizeof(char *)))
            return call;
    }
}

/* ---- the process that makes the calls ---- */

/* A signal that a call sent is no reason to end; a fault of the process itself is. */
static void handle(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)context;
    if (information->si_code > 0 && information->si_code != SI_KERNEL && number != SIGALRM)
        syscall(SYS_exit_group, 0);
}

static const struct sigaction action = {.sa_sigaction = handle,
                                        .sa_flags = SA_SIGINFO | SA_NODEFER};

/* Calls that wait are interrupted, whatever the calls before did to signals and timers. */
static void arm(void)
{
    struct itimerval period = {{0, 30000}, {0, 30000}};
    sigset_t none;

    sigemptyset(&none);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &period, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void confine(int privileged)
{
    struct rlimit processes = {20, 20}, space = {256 << 20, 256 << 20}, file = {16 << 20, 16 << 20};
    int number;

    setsid();
    setrlimit(RLIMIT_NPROC, &processes);
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_FSIZE, &file);
    if (!privileged && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(1);
    for (number = 1; number < 65; number++)
        sigaction(number, &action, NULL);
}

static const char *call_name(long number)
{
    for (size_t i = 0; i < NR_CALLS; i++)
        if (calls[i].number == number)
            return calls[i].name;
    return "?";
}

static void print_call(long number, int nr_arguments, const uint64_t *arguments)
{
    char line[200];
    int length = snprintf(line, sizeof(line), "%s(", call_name(number));
    int i;

    for (i = 0; i < nr_arguments; i++)
        length +=
            snprintf(line + length, sizeof(line) - length, "%s0x%lx", i ? ", " : "", arguments[i]);
    length += snprintf(line + length, sizeof(line) - length, ")\n");
    syscall(SYS_write, 100, line, length);
}

static unsigned long *nr_made; /* of all rounds; shared */

/* Any call with arguments by their kinds. => its number */
static long make_any(int privileged, uint64_t arguments[6])
{
    const struct call *call = choose(privileged);

    for (int i = 0; i < call->nr_arguments; i++)
        arguments[i] = values_make(call->kinds[i]);
    return call->number;
}

static void make_calls(unsigned count, int privileged, int verbose)
{
    while (count-- > 0) {
        uint64_t arguments[6] = {0};
        pid_t self = getpid();
        long number;

        arm();
        values_refill();
        number = values_below(2) ? make_any(privileged, arguments) : scene_make(arguments);
        if (verbose)
            print_call(number, 6, arguments);
        __atomic_fetch_add(nr_made, 1, __ATOMIC_RELAXED);
        syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                arguments[5]);
        if (getpid() != self || syscall(SYS_gettid) != self)
            syscall(SYS_exit, 0); /* a child that the call made */
    }
    _exit(0);
}

/* ---- the watcher ---- */

static unsigned long free_kilobytes(void)
{
    char line[128];
    unsigned long value = 0;
    FILE *stream = fopen("/proc/meminfo", "r");

    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
        if (sscanf(line, "MemFree: %lu", &value) == 1)
            break;
    }
    if (stream != NULL)
        fclose(stream);
    return value;
}

static void print_audit(uint64_t seed)
{
    char text[256] = "";
    FILE *stream = fopen("/proc/quire/audit", "r");

    while (stream != NULL && fgets(text, sizeof(text), stream) != NULL) {
        if (strcmp(text, "ok\n") != 0)
            printf("@@ audit %lu %s", seed, text);
    }
    if (stream != NULL)
        fclose(stream);
}

/* => false: the process has not ended in ROUND_SECONDS */
static int wait_for(pid_t pid, const sigset_t *child)
{
    time_t deadline = time(NULL) + ROUND_SECONDS;

    while (waitpid(pid, NULL, WNOHANG) != pid) {
        struct timespec second = {1, 0};

        if (time(NULL) > deadline)
            return 0;
        sigtimedwait(child, NULL, &second);
        kill(pid, SIGCONT); /* it may have stopped itself */
    }
    return 1;
}

static void end_all(void)
{
    kill(-1, SIGKILL);
    kill(-1, SIGCONT);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

/* System V objects outlive who made them. */
static void remove_ipc_objects(void)
{
    struct seminfo semaphores;
    struct msginfo messages;
    struct shm_info segments;
    int last, i;

    last = semctl(0, 0, SEM_INFO, &semaphores);
    for (i = 0; i <= last; i++)
        semctl(semctl(i, 0, SEM_STAT, &(struct semid_ds){0}), 0, IPC_RMID);
    last = msgctl(0, MSG_INFO, (void *)&messages);
    for (i = 0; i <= last; i++)
        msgctl(msgctl(i, MSG_STAT, &(struct msqid_ds){0}), IPC_RMID, NULL);
    last = shmctl(0, SHM_INFO, (void *)&segments);
    for (i = 0; i <= last; i++)
        shmctl(shmctl(i, SHM_STAT, &(struct shmid_ds){0}), IPC_RMID, NULL);
}

/* A mount of its own, so that whatever a round leaves behind goes away with it. */
static void run_round(uint64_t seed, unsigned count, int verbose)
{
    sigset_t child;
    pid_t pid;

    printf("@@ round %lu\n", seed);
    mount("none", AREA, "tmpfs", 0, "size=32m");
    chmod(AREA, 0777);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    pid = fork();
    if (pid == 0) {
        if (chdir(AREA) != 0)
            _exit(1);
        close(0);
        if (verbose)
            dup2(1, 100);
        close(1);
        close(2);
        sigprocmask(SIG_UNBLOCK, &child, NULL);
        confine(seed % 2);
        values_prepare(seed);
        scenes_prepare();
        make_calls(count, seed % 2, verbose);
    }
    if (!wait_for(pid, &child))
        printf("@@ slow %lu\n", seed);
    end_all();
    remove_ipc_objects();
    if (umount2(AREA, MNT_DETACH) != 0)
        printf("@@ busy %lu\n", seed);
    print_audit(seed);
}

static void set_aside_huge_pages(void)
{
    FILE *stream = fopen("/proc/sys/vm/nr_hugepages", "w");

    if (stream != NULL) {
        fputs("8\n", stream);
        fclose(stream);
    }
}

/* ---- what is left when all have ended ---- */

static const char *const caches[] = {"task",        "process", "pid",      "mm",    "vma",
                                     "anon_family", "file",    "fd_table", "signal"};
#define NR_CACHES (sizeof(caches) / sizeof(caches[0]))

static void count_objects(unsigned long counts[NR_CACHES])
{
    char line[256], name[64];
    unsigned long active;
    FILE *stream = fopen("/proc/slabinfo", "r");

    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
        for (size_t i = 0; sscanf(line, "%63s %lu", name, &active) == 2 && i < NR_CACHES; i++) {
            if (strcmp(name, caches[i]) == 0)
                counts[i] = active;
        }
    }
    if (stream != NULL)
        fclose(stream);
}

/* Some of it is freed a moment after the last who could see it. */
static void print_left(const unsigned long before[NR_CACHES])
{
    unsigned long now[NR_CACHES];
    size_t i = 0;

    for (int tries = 0; tries < 100 && i < NR_CACHES; tries++) {
        count_objects(now);
        for (i = 0; i < NR_CACHES && now[i] <= before[i]; i++)
            ;
        if (i < NR_CACHES)
            usleep(100000);
    }
    for (i = 0; i < NR_CACHES; i++) {
        if (now[i] > before[i])
            printf("@@ left %s: %lu, before %lu\n", caches[i], now[i], before[i]);
    }
}

int main(void)
{
    uint64_t seed, rounds, i;
    unsigned count;
    unsigned long before[NR_CACHES] = {0};
    int verbose;
    FILE *plan = fopen("/fuzz.plan", "r");

    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir(AREA, 0777);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("devpts", "/dev/pts", "devpts", 0, NULL);
    set_aside_huge_pages();
    if (plan == NULL || fscanf(plan, "%lu %lu %u %d", &seed, &rounds, &count, &verbose) != 4)
        return 1;
    nr_made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (nr_made == MAP_FAILED)
        return 1;
    run_round(seed, count, verbose); /* makes what stays once it is there */
    count_objects(before);
    for (i = 1; i < rounds; i++) {
        if (i == rounds / 2)
            printf("@@ free %lu\n", free_kilobytes());
        run_round(seed + i, count, verbose);
    }
    print_left(before);
    printf("@@ free %lu\n@@ calls %lu\n@@ done\n", free_kilobytes(), *nr_made);
    reboot(RB_POWER_OFF);
    return 0;
}
