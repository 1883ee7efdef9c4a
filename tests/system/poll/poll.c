/* poll: what is reported for pipes, files, closed and bad descriptors; timeouts; ppoll's mask. */

#define _GNU_SOURCE
#include <poll.h>

#include "test.h"

static void handler(int number)
{
    (void)number;
}

static const char *events(short bits)
{
    static char text[100];
    static const struct {
        short bit;
        const char *name;
    } names[] = {{POLLIN, "IN "},         {POLLPRI, "PRI "},       {POLLOUT, "OUT "},
                 {POLLERR, "ERR "},       {POLLHUP, "HUP "},       {POLLNVAL, "NVAL "},
                 {POLLRDNORM, "RDNORM "}, {POLLWRNORM, "WRNORM "}, {POLLRDHUP, "RDHUP "}};
    text[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (bits & names[i].bit)
            strcat(text, names[i].name);
    }
    return text;
}

static void show(const char *label, int fd)
{
    struct pollfd entry = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM | POLLRDHUP, 0};
    int result = poll(&entry, 1, 0);
    say("%s: %d %s", label, result, events(entry.revents));
}

int main(void)
{
    int ends[2], fd = file_make("file", 10);
    must(pipe2(ends, O_NONBLOCK));
    show("empty pipe, read end", ends[0]);
    show("empty pipe, write end", ends[1]);
    must(write(ends[1], "x", 1));
    show("pipe with data, read end", ends[0]);
    char block[4096];
    while (write(ends[1], block, sizeof(block)) > 0)
        ;
    show("full pipe, write end", ends[1]);
    close(ends[1]);
    show("writer gone, data left", ends[0]);
    while (read(ends[0], block, sizeof(block)) > 0)
        ;
    show("writer gone, empty", ends[0]);
    close(ends[0]);
    show("closed descriptor", ends[0]);
    show("negative descriptor", -1);
    must(pipe(ends));
    close(ends[0]);
    show("reader gone", ends[1]);
    show("file", fd);
    show("directory", open(".", O_RDONLY));
    show("/dev/null", open("/dev/null", O_RDWR));
    show("O_PATH", open("file", O_PATH));

    struct timespec start;
    must(pipe(ends));
    struct pollfd entry = {ends[0], POLLIN, 0};
    clock_gettime(CLOCK_MONOTONIC, &start);
    call("timeout", poll(&entry, 1, 30));
    yes("it waited", elapsed(&start) >= 29);
    call("no descriptors", poll(NULL, 0, 10));
    call("null array", poll(NULL, 1, 0));
    call("too many", poll(&entry, 100000000, 0));
    sigset_t block_usr1, none;
    sigemptyset(&none);
    sigemptyset(&block_usr1);
    sigaddset(&block_usr1, SIGUSR1);
    signal(SIGUSR1, handler);
    sigprocmask(SIG_BLOCK, &block_usr1, NULL);
    raise(SIGUSR1);
    struct timespec second = {1, 0};
    call("ppoll lets the signal in", ppoll(&entry, 1, &second, &none));
    if (fork() == 0) {
        nap(20);
        must(write(ends[1], "x", 1));
        _exit(0);
    }
    call("woken by a write", poll(&entry, 1, 2000));
    say("%s", events(entry.revents));
    return 0;
}
