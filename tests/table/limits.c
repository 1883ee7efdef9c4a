/* setrlimit, getrlimit, prlimit: values, rights, and what each limit does. seconds: 60 */

#include "table.h"

#include <mqueue.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>

static const struct named_limit {
    const char *name;
    int number;
} limits[] = {
    {"RLIMIT_CPU", 0},       {"RLIMIT_FSIZE", 1}, {"RLIMIT_DATA", 2},    {"RLIMIT_STACK", 3},
    {"RLIMIT_CORE", 4},      {"RLIMIT_RSS", 5},   {"RLIMIT_NPROC", 6},   {"RLIMIT_NOFILE", 7},
    {"RLIMIT_MEMLOCK", 8},   {"RLIMIT_AS", 9},    {"RLIMIT_LOCKS", 10},  {"RLIMIT_SIGPENDING", 11},
    {"RLIMIT_MSGQUEUE", 12}, {"RLIMIT_NICE", 13}, {"RLIMIT_RTPRIO", 14}, {"RLIMIT_RTTIME", 15},
    {"16 (unknown)", 16},
};

static void initial(const struct cell *cell)
{
    struct rlimit both;

    if (got(getrlimit((int)cell->value, &both)) < 0)
        return;
    if (cell->value == RLIMIT_NPROC || cell->value == RLIMIT_SIGPENDING)
        note_if(both.rlim_cur == both.rlim_max && both.rlim_cur > 100, "by memory, both alike",
                "otherwise");
    else
        note("%ld, %ld", (long)both.rlim_cur, (long)both.rlim_max);
}

static void lower_and_raise(const struct cell *cell)
{
    struct rlimit both = {100, 200};

    become_user();
    got(setrlimit((int)cell->value, &both));
    both.rlim_max = 201;
    note("raise the hard limit");
    got(setrlimit((int)cell->value, &both));
    both.rlim_cur = 300;
    both.rlim_max = 200;
    note("soft above hard");
    got(setrlimit((int)cell->value, &both));
}

__attribute__((constructor)) static void add_limits(void)
{
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        cell_add((struct cell){"getrlimit", limits[i].name, "at the start", initial,
                               limits[i].number, NULL});
        cell_add((struct cell){"setrlimit", limits[i].name, "a user", lower_and_raise,
                               limits[i].number, NULL});
    }
}

CELL("setrlimit", "RLIMIT_NOFILE", "root, beyond fs.nr_open")
{
    struct rlimit both = {1 << 21, 1 << 21};
    got(setrlimit(RLIMIT_NOFILE, &both));
}

CELL("setrlimit", "pointer", "bad")
{
    got(syscall(SYS_setrlimit, RLIMIT_CORE, (void *)1));
    got(syscall(SYS_getrlimit, RLIMIT_CORE, (void *)1));
}

CELL("prlimit", "another process", "root, old and new")
{
    struct rlimit both = {5, 10}, old = {0};
    pid_t pid = (pid_t)must(fork());

    if (pid == 0)
        for (;;)
            pause();
    got(syscall(SYS_prlimit64, pid, RLIMIT_CORE, &both, NULL));
    got(syscall(SYS_prlimit64, pid, RLIMIT_CORE, NULL, &old));
    note("%ld, %ld", (long)old.rlim_cur, (long)old.rlim_max);
}

CELL("prlimit", "another process", "another user's")
{
    struct rlimit old;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0)
        for (;;)
            pause();
    become_user();
    got(syscall(SYS_prlimit64, pid, RLIMIT_CORE, NULL, &old));
}

CELL("prlimit", "another process", "does not exist")
{
    struct rlimit old;
    got(syscall(SYS_prlimit64, 999999, RLIMIT_CORE, NULL, &old));
}

CELL("prlimit", "fork and exec", "limits are kept")
{
    struct rlimit old = {0};
    int *seen = (int *)raw_mmap(0, PAGE, RW, ANON_SHARED, -1, 0);

    limit(RLIMIT_CORE, 77);
    if (must(fork()) == 0) {
        getrlimit(RLIMIT_CORE, &old);
        *seen = (int)old.rlim_cur;
        _exit(0);
    }
    wait(NULL);
    note("child %d", *seen);
}

/* ---- effects ---- */

CELL("limit in effect", "RLIMIT_AS", "mmap, brk, mremap, the stack")
{
    char *at = map(PAGE);

    limit(RLIMIT_AS, 32UL << 20);
    got(anon(64UL << 20, 0));
    got(raw_mremap(at, PAGE, 64UL << 20, MREMAP_MAYMOVE, NULL));
    note("PROT_NONE counts, too");
    got(raw_mmap(0, 64UL << 20, PROT_NONE, ANON_PRIVATE, -1, 0));
    note("fork");
    forks();
}

CELL("limit in effect", "RLIMIT_AS", "lower than what there is")
{
    char *at = map(2 * PAGE);

    limit(RLIMIT_AS, PAGE);
    got(anon(PAGE, 0));
    got(munmap(at, PAGE));
    got(mprotect(at + PAGE, PAGE, PROT_READ));
}

CELL("limit in effect", "RLIMIT_DATA", "mprotect makes data of it")
{
    char *at = map_prot(32UL << 20, PROT_READ);

    limit(RLIMIT_DATA, 8UL << 20);
    got(mprotect(at, 32UL << 20, RW));
    got(mprotect(at, 1UL << 20, RW));
}

static int deep(int pages)
{
    volatile char here[PAGE];

    here[0] = 1;
    return pages > 0 ? deep(pages - 1) + here[0] : here[0];
}

CELL("limit in effect", "RLIMIT_STACK", "within")
{
    deep(1000);
    note("ok");
}

CELL("limit in effect", "RLIMIT_STACK", "beyond")
{
    limit(RLIMIT_STACK, 1 << 20);
    deep(1000);
    note("ok");
}

CELL("limit in effect", "RLIMIT_STACK", "arguments of execve: a quarter")
{
    static char big[100000];
    char *arguments[20];

    memset(big, 'x', sizeof(big) - 1);
    for (int i = 0; i < 19; i++)
        arguments[i] = big;
    arguments[19] = NULL;
    limit(RLIMIT_STACK, 4UL << 20);
    got(execv("/proc/self/exe", arguments));
}

CELL("limit in effect", "RLIMIT_FSIZE", "write beyond: signal")
{
    int fd = file("f", 1);

    limit(RLIMIT_FSIZE, PAGE);
    pwrite(fd, "x", 1, PAGE);
    note("no signal");
}

CELL("limit in effect", "RLIMIT_FSIZE", "write beyond, signal ignored")
{
    int fd = file("f", 1);

    signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, PAGE);
    value(pwrite(fd, "x", 1, PAGE));
    value(pwrite(fd, "xxxx", 4, PAGE - 2));
}

CELL("limit in effect", "RLIMIT_NOFILE", "open and dup2")
{
    limit(RLIMIT_NOFILE, 8);
    for (int i = 0; i < 8; i++)
        open("/dev/null", O_RDONLY);
    got(open("/dev/null", O_RDONLY));
    got(dup2(0, 8));
    got(fcntl(0, F_DUPFD, 8));
}

CELL("limit in effect", "RLIMIT_NPROC", "fork, a user")
{
    int i;

    limit(RLIMIT_NPROC, 4);
    become_user();
    for (i = 0; i < 10; i++) {
        pid_t pid = fork();
        if (pid == 0)
            for (;;)
                pause();
        if (pid < 0)
            break;
    }
    note("%s after %d", errno_name(errno), i);
}

CELL("limit in effect", "RLIMIT_NPROC", "fork, root")
{
    limit(RLIMIT_NPROC, 1);
    forks();
}

CELL("limit in effect", "RLIMIT_CPU", "soft: SIGXCPU")
{
    limit(RLIMIT_CPU, 1);
    for (;;)
        ;
}

CELL("limit in effect", "RLIMIT_CPU", "hard: SIGKILL")
{
    struct rlimit both = {1, 2};

    signal(SIGXCPU, SIG_IGN);
    must(setrlimit(RLIMIT_CPU, &both));
    for (;;)
        ;
}

CELL("limit in effect", "RLIMIT_CORE", "0 and unlimited: the core flag of the status")
{
    int status;

    for (int i = 0; i < 2; i++) {
        pid_t pid = (pid_t)must(fork());
        if (pid == 0) {
            limit(RLIMIT_CORE, i == 0 ? 0 : RLIM_INFINITY);
            raise(SIGSEGV);
        }
        must(waitpid(pid, &status, 0));
        note_if(WCOREDUMP(status), "dumped", "not dumped");
    }
    note_if(access("core", F_OK) == 0, "core is there", "no core");
    unlink("core");
}

CELL("limit in effect", "RLIMIT_NICE", "a user")
{
    struct rlimit both = {25, 25};

    must(setrlimit(RLIMIT_NICE, &both));
    become_user();
    got(setpriority(PRIO_PROCESS, 0, -5));
    got(setpriority(PRIO_PROCESS, 0, -6));
}

CELL("limit in effect", "RLIMIT_RTPRIO", "a user")
{
    struct rlimit both = {5, 5};
    struct sched_param parameter = {.sched_priority = 5};

    must(setrlimit(RLIMIT_RTPRIO, &both));
    become_user();
    got(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
    parameter.sched_priority = 6;
    got(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
}

CELL("limit in effect", "RLIMIT_SIGPENDING", "sigqueue, a user")
{
    union sigval number = {.sival_int = 1};
    sigset_t all;
    int i;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    limit(RLIMIT_SIGPENDING, 4);
    become_user();
    for (i = 0; i < 10 && sigqueue(getpid(), SIGRTMIN, number) == 0; i++)
        ;
    note("%s after %d", errno_name(errno), i);
    note("kill still works");
    got(kill(getpid(), SIGUSR1));
}

CELL("limit in effect", "RLIMIT_MSGQUEUE", "mq_open, a user")
{
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 4096};

    limit(RLIMIT_MSGQUEUE, 1000);
    become_user();
    got(mq_open("/table", O_CREAT | O_RDWR, 0600, &attributes));
}

CELL("limit in effect", "RLIMIT_RSS", "nothing")
{
    char *at;

    limit(RLIMIT_RSS, PAGE);
    at = (char *)got(anon(64 * PAGE, MAP_POPULATE));
    note("resident %ld", resident(at, 64 * PAGE));
}

CELL("getrusage", "RUSAGE_SELF", "faults of 64 pages, maxrss")
{
    struct rusage before, after;
    char *at = map(64 * PAGE);

    got(getrusage(RUSAGE_SELF, &before));
    for (unsigned long i = 0; i < 64; i++)
        at[i * PAGE] = 1;
    getrusage(RUSAGE_SELF, &after);
    note_if(after.ru_minflt - before.ru_minflt >= 64 && after.ru_minflt - before.ru_minflt < 70,
            "64 minor faults", "another number of faults");
    note("major %ld", after.ru_majflt - before.ru_majflt);
    note_if(after.ru_maxrss >= before.ru_maxrss && after.ru_maxrss > 256, "maxrss grows",
            "maxrss does not");
}

CELL("getrusage", "RUSAGE_CHILDREN", "maxrss of the largest child")
{
    struct rusage usage;

    if (must(fork()) == 0) {
        anon(8UL << 20, MAP_POPULATE);
        _exit(0);
    }
    wait(NULL);
    got(getrusage(RUSAGE_CHILDREN, &usage));
    note_if(usage.ru_maxrss >= 8192 && usage.ru_maxrss < 12288, "8 MiB and a bit", "otherwise");
}

CELL("getrusage", "who", "unknown")
{
    struct rusage usage;
    got(getrusage(5, &usage));
    got(syscall(SYS_getrusage, RUSAGE_SELF, (void *)1));
}
