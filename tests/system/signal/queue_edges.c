/* rt_sigqueueinfo, rt_tgsigqueueinfo: codes, numbers, targets, the limit of what is pending. */

#include "test.h"

#include <sys/resource.h>

static siginfo_t information(int code)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = code;
    info.si_pid = 1234;
    info.si_uid = 5678;
    info.si_value.sival_ptr = (void *)0x123456789abcdef0;
    return info;
}

static long queue(int pid, int signal, int code)
{
    siginfo_t info = information(code);

    return syscall(SYS_rt_sigqueueinfo, pid, signal, &info);
}

static long queue_thread(int group, int thread, int signal, int code)
{
    siginfo_t info = information(code);

    return syscall(SYS_rt_tgsigqueueinfo, group, thread, signal, &info);
}

static void taken(const char *label)
{
    struct timespec none = {0, 0};
    siginfo_t info;
    sigset_t all;

    sigfillset(&all);
    memset(&info, 0, sizeof(info));
    int signal = sigtimedwait(&all, &info, &none);
    if (signal < 0)
        say("%s: none", label);
    else
        say("%s: signal %d signo %d code %d pid %d uid %d value %p", label, signal, info.si_signo,
            info.si_code, info.si_pid == getpid() ? 1 : (int)info.si_pid, (int)info.si_uid,
            info.si_value.sival_ptr);
}

static const int codes[] = {0, 1, 2, 0x80, INT_MAX, -1, -2, -3, -4, -5, -6, -7, -60, INT_MIN};

static void own(void)
{
    char label[48];

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        snprintf(label, sizeof(label), "self, code %d", codes[i]);
        call(label, queue(getpid(), SIGRTMIN, codes[i]));
        taken("  ");
        snprintf(label, sizeof(label), "thread, code %d", codes[i]);
        call(label, queue_thread(getpid(), (int)syscall(SYS_gettid), SIGRTMIN, codes[i]));
        taken("  ");
    }
}

static void other(void)
{
    char label[48];
    int status, child = must(fork());

    if (child == 0)
        for (;;)
            pause();
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        snprintf(label, sizeof(label), "child, code %d", codes[i]);
        call(label, queue(child, 0, codes[i]));
        snprintf(label, sizeof(label), "child thread, code %d", codes[i]);
        call(label, queue_thread(child, child, 0, codes[i]));
    }
    kill(child, SIGKILL);
    must(waitpid(child, &status, 0));
    call("ended", queue(child, 0, -1));
    sigtimedwait(&(sigset_t){{1UL << (SIGCHLD - 1)}}, NULL, &(struct timespec){0, 0});
}

static void numbers(void)
{
    static const int values[] = {0, -1, 1, 31, 32, 33, 64, 65, INT_MAX};
    char label[48];

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        snprintf(label, sizeof(label), "signal %d", values[i]);
        call(label, queue(getpid(), values[i], -1));
        taken("  ");
    }
    call("pid 0", queue(0, SIGRTMIN, -1));
    call("pid -1", queue(-1, SIGRTMIN, -1));
    call("no such", queue(99999999, SIGRTMIN, -1));
    call("group 0", queue_thread(0, 1, SIGRTMIN, -1));
    call("thread 0", queue_thread(1, 0, SIGRTMIN, -1));
    call("thread -1", queue_thread(getpid(), -1, SIGRTMIN, -1));
    call("wrong group", queue_thread(1, getpid(), SIGRTMIN, -1));
    call("bad info", syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, 8));
    call("bad info, bad pid", syscall(SYS_rt_sigqueueinfo, 99999999, 99, 8));
    call("bad info thread", syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGRTMIN, 8));
}

/* The kernel takes what has a meaning. What is behind counts only with codes that have none. */
static void behind_the_information(void)
{
    static const struct {
        int signal, code;
    } kinds[] = {{40, -1},     {40, -7},     {40, -8},     {40, -60},    {40, 0},
                 {40, 6},      {40, 7},      {40, 128},    {SIGSEGV, 9}, {SIGSEGV, 10},
                 {SIGILL, 11}, {SIGILL, 12}, {SIGFPE, 15}, {SIGFPE, 16}, {SIGBUS, 6},
                 {SIGTRAP, 6}, {SIGTRAP, 7}, {SIGCHLD, 6}, {SIGCHLD, 7}, {SIGSYS, 6},
                 {0, 5},       {0, 7},       {65, 7},      {-1, -9}};
    char *pages = map(2 * PAGE);
    char *end = pages + PAGE - 48;
    siginfo_t info;
    char label[48];

    must(munmap(pages + PAGE, PAGE));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        info = information(kinds[i].code);
        memcpy(end, &info, 48);
        snprintf(label, sizeof(label), "signal %d code %d", kinds[i].signal, kinds[i].code);
        say("%s", label);
        call("  zeros", syscall(SYS_rt_sigqueueinfo, getpid(), kinds[i].signal, &info));
        taken("  ");
        call("  nothing", syscall(SYS_rt_sigqueueinfo, getpid(), kinds[i].signal, end));
        taken("  ");
        ((char *)&info)[127] = 1;
        call("  something", syscall(SYS_rt_sigqueueinfo, getpid(), kinds[i].signal, &info));
        taken("  ");
    }
}

/* Of a user of its own: the first process may have a signal pending, which counts as root's. */
static void limit(void)
{
    struct rlimit some = {3, 3};
    sigset_t pending;

    become_user();
    must(setrlimit(RLIMIT_SIGPENDING, &some));
    for (int i = 0; i < 5; i++)
        call("queue", queue(getpid(), SIGRTMIN + 1, -1));
    call("kill SIGRTMIN+2", kill(getpid(), SIGRTMIN + 2));
    call("tkill SIGRTMIN+3", syscall(SYS_tkill, getpid(), SIGRTMIN + 3));
    call("kill SIGUSR1", kill(getpid(), SIGUSR1));
    call("sigqueue SIGUSR2", queue(getpid(), SIGUSR2, -1));
    call("code SI_USER SIGRTMIN+4", queue(getpid(), SIGRTMIN + 4, 0));
    must(sigpending(&pending));
    for (int signal = 1; signal < 65; signal++)
        if (sigismember(&pending, signal) > 0)
            say("pending: %d", signal);
    for (int i = 0; i < 9; i++)
        taken("taken");
    call("again", queue(getpid(), SIGRTMIN + 1, -1));
}

int main(void)
{
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &(uint64_t){-1UL}, NULL, 8);
    own();
    other();
    numbers();
    behind_the_information();
    in_child("limit", limit);
    return 0;
}
