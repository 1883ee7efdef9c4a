/* timerfd: clocks, flags, reading, overruns, absolute times, cancelling when the clock is set. */

#include "test.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>

static int fd;

static long set(int flags, long seconds, long nanoseconds, long interval)
{
    struct itimerspec value = {.it_value = {seconds, nanoseconds}, .it_interval = {0, interval}};
    return timerfd_settime(fd, flags, &value, NULL);
}

static void readable(const char *label)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT};
    int count = poll(&poller, 1, 0);
    say("%s: %d events %x", label, count, (unsigned)poller.revents);
}

static void take(const char *label)
{
    uint64_t value = 0;
    long len = read(fd, &value, 8);
    if (len < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %ld bytes, %s", label, len, value == 0 ? "0" : value == 1 ? "1" : "more");
}

static void create(void)
{
    for (int clock = 0; clock < 12; clock++) {
        char label[30];
        snprintf(label, sizeof(label), "clock %d", clock);
        call_ok(label, timerfd_create(clock, 0));
    }
    call("flag 1", timerfd_create(CLOCK_MONOTONIC, 1));
    call_ok("both flags", fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    say("F_GETFL %x F_GETFD %d", (unsigned)fcntl(fd, F_GETFL) & 0xfff, fcntl(fd, F_GETFD));
}

static void arguments(void)
{
    struct itimerspec value = {{1, 0}, {1, 0}}, old;
    char byte[16] = "";

    take("not armed");
    readable("not armed");
    call("flag 4", set(4, 1, 0, 0));
    call("cancel, not absolute", set(2, 1, 0, 0));
    call("cancel, monotonic", set(3, 1, 0, 0));
    call("negative", set(0, -1, 0, 0));
    call("nanoseconds", set(0, 0, 1000000000, 0));
    call("interval", set(0, 0, 1, -1));
    call("null", timerfd_settime(fd, 0, NULL, NULL));
    call("not a timer", timerfd_settime(1, 0, &value, NULL));
    call("not open", timerfd_settime(99, 0, &value, NULL));
    call("gettime, not a timer", timerfd_gettime(1, &value));
    call("gettime to nowhere", timerfd_gettime(fd, (void *)8));
    call("old to nowhere", timerfd_settime(fd, 0, &value, (void *)8));
    call("old", timerfd_settime(fd, 0, &value, &old));
    yes("what was set",
        old.it_interval.tv_sec == 1 && old.it_value.tv_nsec + old.it_value.tv_sec > 0);
    call("short read", read(fd, byte, 7));
    call("write", write(fd, byte, 8));
    call("lseek", lseek(fd, 0, SEEK_SET));
    call("pread", pread(fd, byte, 8, 0));
    call("ioctl TFD_IOC_SET_TICKS", ioctl(fd, 0x40085400, &(uint64_t){5}));
    take("those ticks");
    call("of 0", ioctl(fd, 0x40085400, &(uint64_t){0}));
    call("of nowhere", ioctl(fd, 0x40085400, 8));
    call("another ioctl", ioctl(fd, 0x5401, byte));
}

static void times(void)
{
    struct timespec now;

    must(set(0, 0, 1000000, 0));
    nap(5);
    readable("one shot");
    take("one shot");
    take("and then");
    must(set(0, 0, 1000000, 1000000));
    nap(20);
    take("an interval");
    must(set(0, 0, 1, 0));
    nap(2);
    must(set(0, 100, 0, 0));
    take("set again before it was read");
    must(set(0, 0, 0, 0));
    must(set(TFD_TIMER_ABSTIME, 0, 1, 0));
    nap(5);
    take("absolute, past");
    must(clock_gettime(CLOCK_MONOTONIC, &now));
    must(set(TFD_TIMER_ABSTIME, now.tv_sec, now.tv_nsec, 0));
    nap(5);
    take("absolute, now");
    must(set(TFD_TIMER_ABSTIME, now.tv_sec + 100, 0, 0));
    take("absolute, later");
    must(fcntl(fd, F_SETFL, 0));
    must(set(0, 0, 2000000, 0));
    take("blocking");
    char line[64] = "", text[1000];
    snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
    must(set(0, 100, 0, 5));
    must(file_text(line, text, sizeof(text)));
    char *rest = strstr(text, "clockid");
    for (char *each; rest != NULL && (each = strsep(&rest, "\n")) != NULL;)
        say("fdinfo: %.24s", strncmp(each, "it_value", 8) == 0 ? "it_value" : each);
}

static void cancelled(void)
{
    struct timespec now;

    fd = (int)must(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    must(clock_gettime(CLOCK_REALTIME, &now));
    call("armed", set(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, now.tv_sec + 1000, 0, 0));
    take("before");
    must(clock_gettime(CLOCK_REALTIME, &now));
    must(clock_settime(CLOCK_REALTIME, &now));
    readable("the clock was set");
    take("the clock was set");
    take("once");
    must(clock_gettime(CLOCK_REALTIME, &now));
    must(clock_settime(CLOCK_REALTIME, &now));
    take("set again");
    must(clock_settime(CLOCK_REALTIME, &now));
    call("armed anew", set(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, now.tv_sec + 1000, 0, 0));
    take("after that");
    call("without cancel", set(TFD_TIMER_ABSTIME, now.tv_sec + 1000, 0, 0));
    must(clock_settime(CLOCK_REALTIME, &now));
    take("the clock was set");
}

int main(void)
{
    create();
    arguments();
    times();
    cancelled();
    return 0;
}
