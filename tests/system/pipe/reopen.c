/* A pipe opened anew through /proc/self/fd: nobody is waited for, whichever ends are left. */

#include "test.h"

#include <poll.h>

static char name[40];

static int again(int fd, int flags)
{
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return open(name, flags);
}

int main(void)
{
    struct pollfd events = {.events = POLLIN | POLLOUT};
    char text[16] = "";
    int ends[2], other;

    signal(SIGPIPE, SIG_IGN);
    must(pipe(ends));
    must(write(ends[1], "hello", 5));
    close(ends[1]);
    call_ok("for reading, no writer is left", other = again(ends[0], O_RDONLY));
    call("read", read(other, text, sizeof(text)));
    call("end", read(ends[0], text, sizeof(text)));
    events.fd = other;
    call("poll", poll(&events, 1, 0));
    say("%x", (unsigned)events.revents);
    call_ok("for writing, from the reading end", ends[1] = again(ends[0], O_WRONLY));
    call("write", write(ends[1], "x", 1));
    close(other);
    close(ends[0]);
    call_ok("for writing, no reader is left", other = again(ends[1], O_WRONLY));
    call("write", write(other, "x", 1));
    call_ok("without waiting", again(ends[1], O_WRONLY | O_NONBLOCK));
    call_ok("for both", ends[0] = again(ends[1], O_RDWR));
    call("read", read(ends[0], text, sizeof(text)));
    return 0;
}
