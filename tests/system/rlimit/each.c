/* Every resource limit where Linux enforces it: what is refused, and how. seconds: 60 */

#include "test.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>

#define MIB (1UL << 20)

static void limit(int resource, unsigned long current, unsigned long maximum)
{
    struct rlimit both = {current, maximum};

    must(setrlimit(resource, &both));
}

static void soft(int resource, unsigned long current)
{
    struct rlimit both;

    must(getrlimit(resource, &both));
    both.rlim_cur = current;
    must(setrlimit(resource, &both));
}

static long mapped(size_t len, int prot, int flags)
{
    return mmap(NULL, len, prot, flags | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static void deep(size_t len)
{
    volatile char frame[8192];

    frame[0] = 1;
    if (len > sizeof(frame))
        deep(len - sizeof(frame));
    frame[1] = 2;
}

static void address_space(void)
{
    void *start = sbrk(0);
    char *block = map(4 * MIB);

    soft(RLIMIT_AS, 64 * MIB);
    call("AS: mmap beyond", mapped(64 * MIB, PROT_READ, MAP_PRIVATE));
    call("AS: of no access", mapped(64 * MIB, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE));
    call("AS: shared", mapped(64 * MIB, PROT_READ, MAP_SHARED));
    call("AS: mmap within", mapped(16 * MIB, PROT_READ, MAP_PRIVATE));
    yes("AS: brk beyond", syscall(SYS_brk, (char *)start + 64 * MIB) == (long)start);
    call("AS: mremap", mremap(block, 4 * MIB, 64 * MIB, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    call("AS: replacing is free",
         mmap(block, 4 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == block
             ? 0
             : -1);
    soft(RLIMIT_AS, 1);
    call("AS: nothing at all", mapped(PAGE, PROT_READ, MAP_PRIVATE));
    deep(400000);
}

static void data(void)
{
    void *start = sbrk(0);
    char *block = mmap(NULL, 16 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    soft(RLIMIT_DATA, 8 * MIB);
    call("DATA: mmap beyond", mapped(16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE));
    call("DATA: read only", mapped(16 * MIB, PROT_READ, MAP_PRIVATE));
    call("DATA: shared", mapped(16 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED));
    call("DATA: mprotect", mprotect(block, 16 * MIB, PROT_READ | PROT_WRITE));
    call("DATA: of a part", mprotect(block, 4 * MIB, PROT_READ | PROT_WRITE));
    yes("DATA: brk beyond", syscall(SYS_brk, (char *)start + 8 * MIB) == (long)start);
    yes("DATA: brk within", syscall(SYS_brk, (char *)start + MIB) == (long)((char *)start + MIB));
}

static void stack_within(void)
{
    soft(RLIMIT_STACK, MIB);
    deep(MIB / 2);
    say("STACK: half is there");
}

static void stack_beyond(void)
{
    soft(RLIMIT_STACK, MIB);
    deep(2 * MIB);
}

static void arguments(void)
{
    static char text[131072];
    char *argv[40] = {0}, *envp[1] = {0};

    memset(text, 'a', sizeof(text) - 1);
    for (int i = 0; i < 10; i++)
        argv[i] = text;
    soft(RLIMIT_STACK, MIB);
    call("STACK: a quarter for arguments", execve("/proc/self/exe", argv, envp));
    text[131071] = 'a';
    soft(RLIMIT_STACK, 64 * MIB);
}

static void descriptors(void)
{
    int fd;

    soft(RLIMIT_NOFILE, 10);
    while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd < 9)
        ;
    call("NOFILE: last", fd);
    call("NOFILE: open", open("/dev/null", O_RDONLY));
    call("NOFILE: dup", dup(0));
    call("NOFILE: dup2", dup2(0, 10));
    call("NOFILE: F_DUPFD", fcntl(0, F_DUPFD, 10));
    call("NOFILE: pipe", pipe((int[2]){0}));
    soft(RLIMIT_NOFILE, 0);
    call("NOFILE: none", open("/dev/null", O_RDONLY));
    call("NOFILE: those that are open work", fcntl(0, F_GETFD));
}

static volatile int signals[65];
static void count(int signal)
{
    signals[signal]++;
}

static void file_size(void)
{
    static char block[8192];
    int fd = must(open("/tmp/limited", O_CREAT | O_RDWR | O_TRUNC, 0600));

    signal(SIGXFSZ, count);
    soft(RLIMIT_FSIZE, 10000);
    call("FSIZE: within", write(fd, block, 8192));
    call("FSIZE: part", write(fd, block, 8192));
    call("FSIZE: signals", signals[SIGXFSZ]);
    call("FSIZE: beyond", write(fd, block, 1));
    call("FSIZE: signals", signals[SIGXFSZ]);
    call("FSIZE: inside", pwrite(fd, block, 8192, 0));
    call("FSIZE: empty write", write(fd, block, 0));
    call("FSIZE: ftruncate", ftruncate(fd, 10001));
    call("FSIZE: truncate", truncate("/tmp/limited", 20000));
    call("FSIZE: ftruncate within", ftruncate(fd, 10000));
    call("FSIZE: fallocate", fallocate(fd, 0, 0, 20000));
    call("FSIZE: signals", signals[SIGXFSZ]);
    signal(SIGXFSZ, SIG_DFL);
    unlink("/tmp/limited");
    pwrite(fd, block, 1, 10000);
}

static void niceness(void)
{
    limit(RLIMIT_NICE, 25, 25); /* down to -5 */
    become_user();
    call("NICE: 5", setpriority(PRIO_PROCESS, 0, 5));
    call("NICE: back to -5", setpriority(PRIO_PROCESS, 0, -5));
    call("NICE: -6", setpriority(PRIO_PROCESS, 0, -6));
}

static void realtime(void)
{
    struct sched_param high = {.sched_priority = 11}, low = {.sched_priority = 10};

    limit(RLIMIT_RTPRIO, 10, 10);
    become_user();
    call("RTPRIO: 11", syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high));
    call("RTPRIO: 10", syscall(SYS_sched_setscheduler, 0, SCHED_RR, &low));
    soft(RLIMIT_RTPRIO, 0);
    call("RTPRIO: lower with 0",
         syscall(SYS_sched_setscheduler, 0, SCHED_RR, &(struct sched_param){5}));
}

/* Without blocking, under a real-time policy. */
static void realtime_time(void)
{
    struct sched_param low = {.sched_priority = 1};

    signal(SIGXCPU, count);
    limit(RLIMIT_RTTIME, 200000, 10000000);
    must(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &low));
    while (signals[SIGXCPU] == 0)
        ;
    say("RTTIME: a signal");
    limit(RLIMIT_RTTIME, 100000, 200000);
    for (;;)
        ;
}

static void queued_signals(void)
{
    union sigval value = {0};
    sigset_t set;
    int nr = 0;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    become_user();
    soft(RLIMIT_SIGPENDING, 5);
    while (nr < 100 && sigqueue(getpid(), SIGRTMIN, value) == 0)
        nr++;
    call("SIGPENDING: then", sigqueue(getpid(), SIGRTMIN, value));
    say("SIGPENDING: queued %d", nr);
    call("SIGPENDING: kill still works", kill(getpid(), SIGUSR1));
}

static void locked(void)
{
    char *block = map(MIB);

    become_user();
    soft(RLIMIT_MEMLOCK, 128 * 1024);
    call("MEMLOCK: within", mlock(block, 64 * 1024));
    call("MEMLOCK: beyond", mlock(block, 256 * 1024));
    soft(RLIMIT_MEMLOCK, 0);
    call("MEMLOCK: none", mlock(block, PAGE));
}

static void values(void)
{
    struct rlimit both = {2, 1}, old;

    call("soft above hard", setrlimit(RLIMIT_CORE, &both));
    call("no such resource", getrlimit(16, &old));
    call("negative", getrlimit(-1, &old));
    call("prlimit: no such resource", prlimit(0, 16, NULL, &old));
    call("prlimit: no such process", prlimit(999999, RLIMIT_CORE, NULL, &old));
    call("prlimit: both at once", prlimit(0, RLIMIT_CORE, &(struct rlimit){5, 10}, &old));
    must(getrlimit(RLIMIT_CORE, &both));
    say("CORE %lu %lu", (unsigned long)both.rlim_cur, (unsigned long)both.rlim_max);
    call("NOFILE above nr_open", setrlimit(RLIMIT_NOFILE, &(struct rlimit){1, 1UL << 30}));
    call("bad pointer", syscall(SYS_setrlimit, RLIMIT_CORE, 8));
    call("bad pointer", syscall(SYS_getrlimit, RLIMIT_CORE, 8));
    become_user();
    call("user: raise hard", setrlimit(RLIMIT_CORE, &(struct rlimit){0, 11}));
    call("user: lower hard", setrlimit(RLIMIT_CORE, &(struct rlimit){0, 9}));
    call("user: of pid 1", prlimit(1, RLIMIT_CORE, NULL, &old));
    call("user: of the parent", prlimit(getppid(), RLIMIT_CORE, NULL, &old));
}

static void usage(void)
{
    struct rusage before, after;
    int status;
    char *block;

    must(getrusage(RUSAGE_SELF, &before));
    block = map(8 * MIB);
    must(madvise(block, 8 * MIB, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < 8 * MIB; i += PAGE)
        block[i] = 1;
    must(getrusage(RUSAGE_SELF, &after));
    yes("a fault for each page",
        after.ru_minflt - before.ru_minflt >= 2048 && after.ru_minflt - before.ru_minflt < 2100);
    yes("no major faults", after.ru_majflt == before.ru_majflt);
    munmap(block, 8 * MIB);
    must(getrusage(RUSAGE_SELF, &after));
    yes("the most resident at a time", after.ru_maxrss >= 8192 && after.ru_maxrss < 12000);
    if (fork() == 0) {
        block = map(24 * MIB);
        must(madvise(block, 24 * MIB, MADV_NOHUGEPAGE));
        memset(block, 1, 24 * MIB);
        _exit(0);
    }
    must(getrusage(RUSAGE_CHILDREN, &before));
    wait(&status);
    must(getrusage(RUSAGE_CHILDREN, &after));
    yes("of children, once waited for", after.ru_maxrss >= 24576 && after.ru_maxrss < 30000);
    yes("their faults", after.ru_minflt - before.ru_minflt >= 6144);
    call("of nobody", getrusage(7, &after));
    call("of the thread", getrusage(RUSAGE_THREAD, &after));
}

int main(void)
{
    in_child("address space", address_space);
    in_child("data", data);
    in_child("stack within", stack_within);
    in_child("stack beyond", stack_beyond);
    in_child("arguments", arguments);
    in_child("descriptors", descriptors);
    in_child("file size", file_size);
    in_child("niceness", niceness);
    in_child("real time", realtime);
    in_child("real-time CPU time", realtime_time);
    in_child("queued signals", queued_signals);
    in_child("locked memory", locked);
    in_child("values", values);
    in_child("usage", usage);
    return 0;
}
