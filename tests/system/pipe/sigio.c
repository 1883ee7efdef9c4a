/* O_ASYNC on pipes and fifos: which events send the signal, and what it says. */

#include "test.h"

#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/uio.h>

static sigset_t wanted;

static int own(int fd, int on)
{
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMIN);
    return fcntl(fd, F_SETFL, on ? O_ASYNC | O_NONBLOCK : O_NONBLOCK);
}

/* Signals may come a moment after the call that caused them, in order. A signal of our own, sent
 * to ourselves, would overtake them; so what is expected is waited for, and one more a little. */
static void show(const char *what, int expected)
{
    struct timespec long_time = {.tv_sec = 10}, moment = {.tv_nsec = 50000000};
    siginfo_t info;
    int got = 0;

    while (sigtimedwait(&wanted, &info, got < expected ? &long_time : &moment) == SIGRTMIN) {
        got++;
        say("%s: code %d band %lx", what, info.si_code, info.si_band);
    }
    say("%s: %d", what, got);
}

static void simple(void)
{
    char buffer[PAGE];
    int ends[2], second;

    say("- the end that reads");
    must(pipe(ends));
    must(own(ends[0], 1));
    must(write(ends[1], "a", 1));
    show("write into the empty pipe", 1);
    must(write(ends[1], "b", 1));
    must(write(ends[1], "c", 1));
    show("two more writes", 2);
    must(read(ends[0], buffer, 10));
    show("read", 0);
    call("read of nothing", read(ends[0], buffer, 10));
    second = must(dup(ends[1]));
    close(second);
    show("close of a copy", 0);
    close(ends[1]);
    show("close", 1);
    close(ends[0]);

    say("- the end that writes");
    must(pipe(ends));
    must(own(ends[1], 1));
    must(write(ends[1], "abc", 3));
    show("write", 0);
    must(read(ends[0], buffer, 1));
    show("read of a part", 0);
    must(read(ends[0], buffer, 10));
    show("read of the rest", 1);
    while (write(ends[1], buffer, PAGE) > 0)
        ;
    show("writes until it is full", 0);
    must(read(ends[0], buffer, 100));
    show("read of a part of a page", 0);
    must(read(ends[0], buffer, PAGE));
    show("read of the rest", 1);
    close(ends[0]);
    show("close", 1);
    close(ends[1]);
}

static void several(void)
{
    char buffer[PAGE];
    int ends[2], other[2], again;
    struct iovec vector = {buffer, 5};

    say("- off, on, twice");
    must(pipe(ends));
    must(own(ends[0], 1));
    must(own(ends[0], 0));
    must(write(ends[1], "a", 1));
    show("off", 0);
    must(own(ends[0], 1));
    must(own(ends[0], 1));
    show("on while there is something", 0);
    must(write(ends[1], "a", 1));
    show("twice on", 1);

    say("- splice, tee, vmsplice");
    must(pipe(other));
    must(own(other[0], 1));
    must(tee(ends[0], other[1], 10, 0));
    show("tee", 1);
    must(splice(ends[0], NULL, other[1], NULL, 10, 0));
    show("splice", 1);
    must(syscall(SYS_vmsplice, other[1], &vector, 1, 0));
    show("vmsplice", 1);
    must(own(ends[0], 0));
    must(own(ends[1], 1));
    must(write(ends[1], "abc", 3));
    must(tee(ends[0], other[1], 10, 0));
    must(own(other[0], 0));
    show("tee to the reader alone", 1);
    must(splice(ends[0], NULL, other[1], NULL, 10, 0));
    show("splice out of it", 1);
    call("size", fcntl(ends[1], F_SETPIPE_SZ, 1 << 17));
    show("more room", 0);

    say("- a file that is closed");
    must(own(ends[1], 0));
    must(own(ends[0], 1));
    again = must(dup(ends[0]));
    close(ends[0]);
    must(write(ends[1], "a", 1));
    show("a copy is left", 1);
    close(again);
    call("write to nobody", write(ends[1], "a", 1));
    show("none is left", 0);
}

static void fifo(void)
{
    char buffer[16];
    int one, two, writer;

    say("- a fifo");
    must(mkfifo("fifo", 0600));
    one = must(open("fifo", O_RDWR | O_NONBLOCK));
    must(own(one, 1));
    must(write(one, "a", 1));
    show("written by itself", 1);
    must(read(one, buffer, 1));
    show("read by itself", 1);
    two = must(open("fifo", O_RDONLY | O_NONBLOCK));
    must(own(two, 1));
    writer = must(open("fifo", O_WRONLY | O_NONBLOCK));
    show("opened", 0);
    must(write(writer, "a", 1));
    show("two files", 2);
    close(writer);
    show("a writer less", 0);
    close(two);
    show("a reader less", 0);
    close(one);
}

static void others(void)
{
    int event = must(eventfd(0, 0)), watch = must(inotify_init()),
        null = must(open("/dev/null", O_RDWR));
    int file = must(open("file", O_RDWR | O_CREAT, 0600));

    say("- other files");
    must(own(event, 1));
    must(write(event, "12345678", 8));
    show("eventfd", 0);
    say("eventfd's flag %x", fcntl(event, F_GETFL) & O_ASYNC);
    must(own(null, 1));
    say("the flag of /dev/null %x", fcntl(null, F_GETFL) & O_ASYNC);
    must(own(file, 1));
    say("the flag of a file %x", fcntl(file, F_GETFL) & O_ASYNC);
    must(inotify_add_watch(watch, ".", IN_CREATE));
    must(own(watch, 1));
    must(mkdir("directory", 0700));
    show("inotify", 1);
    must(mkdir("another", 0700));
    show("inotify again", 1);
    say("inotify's flag %x", fcntl(watch, F_GETFL) & O_ASYNC);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGRTMIN);
    must(sigprocmask(SIG_BLOCK, &wanted, NULL));
    simple();
    several();
    fifo();
    others();
    return 0;
}
