/* eventfd and signalfd: flags, values, overflow, semaphores, short buffers, poll, fdinfo. */

#include "test.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

static int fd;

static void polled(const char *label)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT | POLLERR};
    int count = poll(&poller, 1, 0);
    say("%s: poll %d events %x", label, count, (unsigned)poller.revents);
}

static void take(const char *label)
{
    uint64_t value = 0;
    long len = read(fd, &value, 8);
    if (len < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %ld bytes, %llx", label, len, (unsigned long long)value);
}

static long put(uint64_t value)
{
    return write(fd, &value, 8);
}

static void events(void)
{
    char buffer[16] = "";

    call("flag 2", eventfd(0, 2));
    call_ok("all flags", fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE));
    polled("3");
    take("semaphore");
    take("semaphore");
    take("semaphore");
    take("semaphore");
    polled("0");
    call("short read", read(fd, buffer, 7));
    call("short write", write(fd, buffer, 7));
    call("long write", write(fd, "\1\0\0\0\0\0\0\0zzzz", 12));
    call("write of -1", put(UINT64_MAX));
    call("write 0", put(0));
    call("write to the limit", put(UINT64_MAX - 2));
    polled("at the limit");
    call("one more", put(1));
    take("semaphore");
    call("one more", put(1));
    call("write from nowhere", write(fd, (void *)8, 8));
    call("read to nowhere", read(fd, (void *)8, 8));
    call("lseek", lseek(fd, 1, SEEK_SET));
    call("pwrite", pwrite(fd, buffer, 8, 0));
    close(fd);
    fd = (int)must(eventfd((unsigned)-1, EFD_NONBLOCK));
    take("initial -1");
    take("empty");
    call("long read", read(fd, buffer, 16));
    must(put(5));
    must(put(6));
    call("long read", read(fd, buffer, 16));
    say("it was %d", buffer[0]);
    must(put(9));
    char path[64], text[400];
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    must(file_text(path, text, sizeof(text)));
    char *count = strstr(text, "eventfd-count");
    say("fdinfo: %.32s", count != NULL ? count : "none\n");
    close(fd);
}

static void signals(void)
{
    struct signalfd_siginfo info[3];
    sigset_t mask, all;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGRTMIN);
    sigaddset(&mask, SIGKILL);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    call("signalfd of nothing", signalfd(999, &mask, 0));
    call("signalfd of a file", signalfd(1, &mask, 0));
    call("flag 1", signalfd(-1, &mask, 1));
    call("size 4", syscall(SYS_signalfd4, -1, &mask, 4, 0));
    call("size 4, flag 1", syscall(SYS_signalfd4, -1, &mask, 4, 1));
    call("bad mask", syscall(SYS_signalfd4, -1, 8, 8, 0));
    fd = (int)must(signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC));
    polled("none");
    call("read none", read(fd, info, sizeof(info)));
    call("short read", read(fd, info, 127));
    union sigval value = {.sival_int = 42};
    must(sigqueue(getpid(), SIGRTMIN, value));
    must(sigqueue(getpid(), SIGRTMIN, value));
    must(kill(getpid(), SIGUSR1));
    polled("three");
    call("read two", read(fd, info, 2 * sizeof(info[0]) + 5));
    for (int i = 0; i < 2; i++)
        say("signal %s code %d value %d, own %d", signal_name((int)info[i].ssi_signo),
            info[i].ssi_code, info[i].ssi_int, info[i].ssi_pid == (unsigned)getpid());
    call("write", write(fd, info, 128));
    sigfillset(&all);
    call("changed", signalfd(fd, &all, 0) == fd ? 0 : -1);
    call("read the rest", read(fd, info, sizeof(info)));
    call("read to nowhere, none", read(fd, (void *)8, 128));
    must(kill(getpid(), SIGUSR1));
    call("read to nowhere", read(fd, (void *)8, 128));
    call("is it lost", read(fd, info, 128));
    char path[64], text[400];
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    must(file_text(path, text, sizeof(text)));
    char *line = strstr(text, "sigmask");
    say("fdinfo: %.25s", line != NULL ? line : "none");
}

int main(void)
{
    events();
    signals();
    return 0;
}
