/* futex_waitv: several words; which is woken, what differs, timeouts, signals, what is refused. */

#include "test.h"
#include <pthread.h>

#define WAKE    1
#define PRIVATE 128
#define SIZE_32 2
#define NR      8

struct word {
    uint64_t value, address;
    uint32_t flags, reserved;
};

static int *words;
static struct word waitv[200];
static volatile int handled;

static void prepare(uint32_t flags)
{
    for (size_t i = 0; i < COUNT_OF(waitv); i++)
        waitv[i] = (struct word){0, (uintptr_t)&words[i % NR], flags, 0};
}

static long wait_nr(unsigned nr, unsigned flags, const void *timeout, int clock)
{
    return syscall(449, waitv, nr, flags, timeout, clock);
}

static long wake(int *word, int flags, int nr)
{
    return syscall(SYS_futex, word, WAKE | flags, nr, NULL, NULL, 0);
}

static void refused(void)
{
    struct timespec bad = {0, 1000000000}, negative = {-1, 0};

    prepare(SIZE_32);
    call("flags", wait_nr(1, 1, NULL, 0));
    call("none", wait_nr(0, 0, NULL, 0));
    call("129", wait_nr(129, 0, NULL, 0));
    call("no words", syscall(449, NULL, 1, 0, NULL, 0));
    call("bad words", syscall(449, 8, 1, 0, NULL, 0));
    call("bad clock, no timeout, another value", (words[0] = 1, wait_nr(1, 0, NULL, 99)));
    words[0] = 0;
    call("clock 7", wait_nr(1, 0, &bad, CLOCK_BOOTTIME));
    call("bad clock before bad pointer", wait_nr(1, 0, (void *)8, 7));
    call("bad timeout pointer", wait_nr(1, 0, (void *)8, 0));
    call("bad time", wait_nr(1, 0, &bad, 0));
    call("negative time", wait_nr(1, 0, &negative, 1));
    call("bad time before bad words", syscall(449, 8, 1, 0, &bad, 1));
    waitv[1].flags = 0;
    call("no size", wait_nr(2, 0, NULL, 0));
    waitv[1].flags = SIZE_32 | 4;
    call("unknown flag", wait_nr(2, 0, NULL, 0));
    waitv[1].flags = SIZE_32;
    waitv[1].reserved = 1;
    call("reserved", wait_nr(2, 0, NULL, 0));
    prepare(SIZE_32);
    waitv[0].value = 1;
    waitv[1].address++;
    call("not aligned, first differs", wait_nr(2, 0, NULL, 0));
    waitv[1].address = 0x10000;
    call("not mapped, first differs", wait_nr(2, 0, NULL, 0));
    waitv[1].flags |= PRIVATE;
    call("not mapped and private, first differs", wait_nr(2, 0, NULL, 0));
    waitv[0].value = 0;
    call("not mapped and private", wait_nr(2, 0, NULL, 0));
    waitv[1].address = 0xffff888000000000;
    call("the kernel's, first differs", (waitv[0].value = 1, wait_nr(2, 0, NULL, 0)));
}

static void values(void)
{
    struct timespec past = {0, 1}, soon;

    prepare(SIZE_32);
    words[5] = 1;
    call("the sixth differs", wait_nr(8, 0, NULL, 0));
    waitv[5].value = 0x700000001;
    call("upper half is ignored, time has passed", wait_nr(8, 0, &past, CLOCK_MONOTONIC));
    call("128, one differs", wait_nr(128, 0, &past, CLOCK_MONOTONIC));
    words[5] = 0;
    prepare(SIZE_32 | PRIVATE);
    call("128, time has passed, real time", wait_nr(128, 0, &past, CLOCK_REALTIME));
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += 20000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    call("in 20 ms", wait_nr(8, 0, &soon, CLOCK_MONOTONIC));
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    yes("it waited",
        now.tv_sec > soon.tv_sec || (now.tv_sec == soon.tv_sec && now.tv_nsec >= soon.tv_nsec));
}

/* A child sleeps on the first @nr words; => what waitv answered there, when word @which is woken */
static void woken(const char *label, unsigned nr, int which, uint32_t flags)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prepare(SIZE_32 | flags);
        long result = wait_nr(nr, 0, NULL, 0);
        _exit(result < 0 ? 100 + errno : result);
    }
    wait_until_asleep(pid);
    say("%s: %ld are woken", label, wake(&words[which], flags, 10));
    if (flags == 0) {
        waitpid(pid, &status, 0);
        status_report(label, status);
    } else {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        status_report(label, status);
    }
}

static void handler(int signal)
{
    (void)signal;
    handled++;
}

static void interrupted(int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        sigaction(SIGUSR1, &action, NULL);
        prepare(SIZE_32);
        long result = wait_nr(3, 0, NULL, 0);
        _exit(result < 0 ? 100 + errno : 10 * handled + result);
    }
    wait_until_asleep(pid);
    kill(pid, SIGUSR1);
    if (flags) {
        while (words[NR] == 0 && wake(&words[2], 0, 1) == 0)
            wait_until_asleep(pid);
    }
    waitpid(pid, &status, 0);
    status_report(flags ? "signal, restarted" : "signal", status);
}

static void *thread(void *argument)
{
    static struct word own[3];

    for (int i = 0; i < 3; i++)
        own[i] = (struct word){0, (uintptr_t)&words[i], SIZE_32 | PRIVATE, 0};
    *(long *)argument = syscall(449, own, 3, 0, NULL, 0);
    return NULL;
}

static void thread_is_woken(void)
{
    pthread_t id;
    long result = -1;

    must(pthread_create(&id, NULL, thread, &result));
    while (wake(&words[1], PRIVATE, 1) == 0)
        sched_yield();
    pthread_join(id, NULL);
    say("a thread on private words: %ld", result);
    call("nobody is left", wake(&words[0], PRIVATE, 10) + wake(&words[2], PRIVATE, 10));
}

/* Words that a requeue moves: what wakes it is the other word, the answer the number it had. */
static void requeued(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prepare(SIZE_32);
        _exit(wait_nr(3, 0, NULL, 0));
    }
    wait_until_asleep(pid);
    call("requeue 1 to 6", syscall(SYS_futex, &words[1], 3, 0, 1L, &words[6], 0));
    call("wake 1", wake(&words[1], 0, 1));
    call("wake 6", wake(&words[6], 0, 1));
    waitpid(pid, &status, 0);
    status_report("requeued", status);
}

int main(void)
{
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    refused();
    values();
    woken("the first of 8", 8, 0, 0);
    woken("the last of 8", 8, 7, 0);
    woken("each word several times", 128, 3, 0);
    woken("not among them", 3, 5, PRIVATE);
    interrupted(0);
    interrupted(SA_RESTART);
    thread_is_woken();
    requeued();
    return 0;
}
