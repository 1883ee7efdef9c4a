/* Which interrupted calls are restarted by SA_RESTART and which say EINTR. */

#include "test.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/time.h>

static int ends[2];
static pid_t helper;
static volatile int *handled; /* seen by the helper, too */

static void handler(int number)
{
    (void)number;
    *handled = 1;
}

/* The signal when @pid sleeps in its call; when it was handled, what the call waits for. */
static void interrupt(pid_t pid)
{
    wait_until_asleep(pid);
    kill(pid, SIGUSR1);
    while (!*handled)
        nap(1);
    write(ends[1], "x", 1);
}

static void act(const char *label, int flags, long (*body)(void))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(SIGUSR1, &action, NULL);
    must(pipe(ends));
    *handled = 0;
    pid_t self = getpid();
    helper = (pid_t)must(fork());
    if (helper == 0) {
        interrupt(self);
        _exit(0);
    }
    close(ends[1]);
    char text[80];
    snprintf(text, sizeof(text), "%s, %s", label, flags ? "SA_RESTART" : "no flag");
    call(text, body());
    kill(helper, SIGKILL);
    while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
        ;
    close(ends[0]);
}

static long read_pipe(void)
{
    char byte;
    return read(ends[0], &byte, 1);
}

static long wait_child(void)
{
    return waitpid(helper, NULL, 0) == helper ? 0 : -1;
}

static long poll_pipe(void)
{
    struct pollfd entry = {ends[0], POLLIN, 0};
    return poll(&entry, 1, 30000);
}

static long select_pipe(void)
{
    fd_set set;
    struct timeval limit = {30, 0};
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return select(ends[0] + 1, &set, NULL, NULL, &limit);
}

static long epoll_pipe(void)
{
    struct epoll_event event = {.events = EPOLLIN}, out;
    int set = epoll_create1(0);
    epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event);
    long result = epoll_wait(set, &out, 1, 30000);
    int error = errno;
    close(set);
    errno = error;
    return result;
}

static long sleep_long(void)
{
    struct timespec time = {30, 0};
    return nanosleep(&time, NULL);
}

static long suspend(void)
{
    sigset_t set;
    sigemptyset(&set);
    return sigsuspend(&set);
}

static long futex_wait(void)
{
    static int word;
    struct timespec limit = {30, 0};
    return syscall(SYS_futex, &word, 0, 0, &limit, NULL, 0);
}

int main(void)
{
    handled = (volatile int *)must(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
        act("read", flags, read_pipe);
        act("waitpid", flags, wait_child);
        act("poll", flags, poll_pipe);
        act("select", flags, select_pipe);
        act("epoll_wait", flags, epoll_pipe);
        act("nanosleep", flags, sleep_long);
        act("sigsuspend", flags, suspend);
        act("futex with timeout", flags, futex_wait);
    }
    return 0;
}
