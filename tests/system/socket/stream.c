/* AF_UNIX streams: transfers, peeking, waiting for all, ends, resets, shutdown, poll, counts. */

#include "socket.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static int fds[2];
static char buffer[300000];

static void pair(int flags)
{
    must(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, fds));
}

static void end(void)
{
    close(fds[0]);
    close(fds[1]);
}

static void receive(const char *label, int fd, size_t len, int flags)
{
    long result;

    memset(buffer, 0, 64);
    result = call(label, recv(fd, buffer, len, flags));
    if (result > 0 && result < 60)
        say("  \"%.*s\"", (int)result, buffer);
}

static void count(const char *label, int fd)
{
    int in = -1, out = -1;

    call(label, ioctl(fd, FIONREAD, &in));
    must(ioctl(fd, TIOCOUTQ, &out));
    say("  in %d, out %s", in, out == 0 ? "nothing" : "something");
}

static void transfers(void)
{
    struct iovec parts[3] = {{"ab", 2}, {"", 0}, {"cdef", 4}};
    char one[3], two[3];
    struct iovec into[2] = {{one, 3}, {two, 3}};

    pair(SOCK_NONBLOCK);
    show_poll("fresh", fds[0]);
    count("fresh", fds[0]);
    receive("nothing there", fds[0], 10, 0);
    call("write", write(fds[0], "hello", 5));
    call("write nothing", write(fds[0], "", 0));
    call("send nothing", send(fds[0], "", 0, 0));
    call("writev", writev(fds[0], parts, 3));
    show_poll("reader", fds[1]);
    show_poll("writer", fds[0]);
    count("reader", fds[1]);
    count("writer", fds[0]);
    receive("read nothing", fds[1], 0, 0);
    call("read(0)", read(fds[1], buffer, 0));
    receive("peek 3", fds[1], 3, MSG_PEEK);
    receive("peek 8", fds[1], 8, MSG_PEEK);
    receive("peek all", fds[1], 100, MSG_PEEK);
    receive("peek all with WAITALL", fds[1], 100, MSG_PEEK | MSG_WAITALL);
    receive("recv 3", fds[1], 3, 0);
    count("reader", fds[1]);
    call("readv", readv(fds[1], into, 2));
    say("  \"%.3s\" \"%.3s\"", one, two);
    receive("recv 100", fds[1], 100, 0);
    receive("none left", fds[1], 100, 0);
    receive("none left, read nothing", fds[1], 0, 0);
    call("write", write(fds[1], "back", 4));
    receive("WAITALL, nonblocking", fds[0], 10, MSG_WAITALL);
    call("write", write(fds[1], "back", 4));
    receive("TRUNC", fds[0], 2, MSG_TRUNC);
    receive("DONTWAIT", fds[0], 10, MSG_DONTWAIT);
    call("send EOR", send(fds[0], "x", 1, MSG_EOR));
    call("send MORE", send(fds[0], "x", 1, MSG_MORE));
    call("send DONTROUTE", send(fds[0], "x", 1, MSG_DONTROUTE));
    call("send CONFIRM", send(fds[0], "x", 1, MSG_CONFIRM));
    call("recv ERRQUEUE", recv(fds[1], buffer, 10, MSG_ERRQUEUE));
    call("send to nowhere", send(fds[0], (void *)8, 10, 0));
    call("send from the end of memory", send(fds[0], (char *)-4096, 10, 0));
    call("write to nowhere", write(fds[0], (void *)8, 10));
    call("write", write(fds[0], "abc", 3));
    call("recv to nowhere", recv(fds[1], (void *)8, 10, 0));
    receive("it is still there", fds[1], 10, 0);
    end();
}

static void addresses(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/tmp/x"};
    socklen_t len = sizeof(name);
    int lonely = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));

    pair(SOCK_NONBLOCK);
    call("sendto connected", sendto(fds[0], "x", 1, 0, (void *)&name, sizeof(name)));
    call("sendto unconnected", sendto(lonely, "x", 1, 0, (void *)&name, sizeof(name)));
    call("sendto length -1", sendto(fds[0], "x", 1, 0, (void *)&name, (socklen_t)-1));
    call("sendto length 0", sendto(fds[0], "x", 1, 0, (void *)&name, 0));
    call("send unconnected", send(lonely, "x", 1, MSG_NOSIGNAL));
    call("send nothing unconnected", send(lonely, "x", 0, MSG_NOSIGNAL));
    call("recv unconnected", recv(lonely, buffer, 1, 0));
    call("recv nothing unconnected", recv(lonely, buffer, 0, 0));
    call("read nothing unconnected", read(lonely, buffer, 0));
    show_poll("unconnected", lonely);
    count("unconnected", lonely);
    call("recvfrom", recvfrom(fds[1], buffer, 10, 0, (void *)&name, &len));
    say("  length %d", (int)len);
    len = (socklen_t)-1;
    call("write", write(fds[0], "abc", 3));
    call("recvfrom, negative room", recvfrom(fds[1], buffer, 1, 0, (void *)&name, &len));
    call("recvfrom, length nowhere", recvfrom(fds[1], buffer, 1, 0, (void *)&name, (void *)8));
    call("shutdown unconnected", shutdown(lonely, SHUT_WR));
    call("send after it", send(lonely, "x", 1, MSG_NOSIGNAL));
    show_poll("unconnected, shut", lonely);
    close(lonely);
    end();
}

static volatile sig_atomic_t pipes;

static void on_pipe(int number)
{
    (void)number;
    pipes++;
}

static void raised(const char *label, long result)
{
    int error = errno;

    pipes = pipes;
    errno = error;
    call_report(label, result);
    say("  SIGPIPE %s", pipes ? "raised" : "not raised");
    pipes = 0;
}

static void ends(void)
{
    struct iovec part = {"x", 1};

    signal(SIGPIPE, on_pipe);
    pair(SOCK_NONBLOCK);
    call("write", write(fds[0], "last words", 10));
    close(fds[0]);
    show_poll("peer closed, data left", fds[1]);
    raised("write to the dead", write(fds[1], "x", 1));
    raised("writev to the dead", writev(fds[1], &part, 1));
    raised("send to the dead", send(fds[1], "x", 1, 0));
    raised("send NOSIGNAL", send(fds[1], "x", 1, MSG_NOSIGNAL));
    raised("send nothing", send(fds[1], "x", 0, 0));
    receive("recv", fds[1], 4, 0);
    receive("recv", fds[1], 100, 0);
    receive("the end", fds[1], 100, 0);
    receive("the end, peek", fds[1], 100, MSG_PEEK);
    show_poll("peer closed", fds[1]);
    close(fds[1]);
    pair(SOCK_NONBLOCK);
    call("write", write(fds[0], "unread", 6));
    close(fds[1]);
    show_poll("peer closed with data", fds[0]);
    raised("write", write(fds[0], "x", 1));
    receive("recv says it", fds[0], 10, 0);
    receive("only once", fds[0], 10, 0);
    show_poll("afterwards", fds[0]);
    close(fds[0]);
    pair(SOCK_NONBLOCK);
    call("write", write(fds[0], "unread", 6));
    call("write", write(fds[1], "other", 5));
    close(fds[1]);
    receive("data before the reset", fds[0], 10, 0);
    receive("then the reset", fds[0], 10, 0);
    receive("then the end", fds[0], 10, 0);
    close(fds[0]);
    pair(SOCK_NONBLOCK);
    call("write", write(fds[0], "unread", 6));
    close(fds[1]);
    {
        int error;
        socklen_t len = sizeof(error);

        call("SO_ERROR", getsockopt(fds[0], SOL_SOCKET, SO_ERROR, &error, &len));
        say("  %s", errno_name(error));
        call("SO_ERROR again", getsockopt(fds[0], SOL_SOCKET, SO_ERROR, &error, &len));
        say("  %d", error);
    }
    close(fds[0]);
    signal(SIGPIPE, SIG_DFL);
}

static void shutdowns(void)
{
    signal(SIGPIPE, on_pipe);
    pair(SOCK_NONBLOCK);
    call("shutdown 3", shutdown(fds[0], 3));
    call("shutdown -1", shutdown(fds[0], -1));
    call("write", write(fds[0], "abc", 3));
    call("shutdown write", shutdown(fds[0], SHUT_WR));
    show_poll("shut", fds[0]);
    show_poll("other", fds[1]);
    raised("write", write(fds[0], "x", 1));
    receive("data", fds[1], 2, 0);
    receive("data", fds[1], 2, 0);
    receive("the end", fds[1], 2, 0);
    call("the other direction", write(fds[1], "back", 4));
    receive("works", fds[0], 10, 0);
    call("shutdown read", shutdown(fds[0], SHUT_RD));
    show_poll("shut", fds[0]);
    show_poll("other", fds[1]);
    raised("write", write(fds[1], "x", 1));
    receive("the end", fds[0], 2, 0);
    call("shutdown again", shutdown(fds[0], SHUT_RDWR));
    end();
    pair(SOCK_NONBLOCK);
    call("write", write(fds[1], "abc", 3));
    call("shutdown read", shutdown(fds[0], SHUT_RD));
    show_poll("shut", fds[0]);
    show_poll("other", fds[1]);
    receive("what was there", fds[0], 10, 0);
    receive("the end", fds[0], 10, 0);
    raised("write", write(fds[1], "x", 1));
    call("own writes go on", write(fds[0], "x", 1));
    end();
    signal(SIGPIPE, SIG_DFL);
}

static void fill(const char *label, size_t chunk, int size)
{
    long sum = 0, writes = 0, result;

    pair(SOCK_NONBLOCK);
    if (size != 0)
        must(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
    while ((result = write(fds[0], buffer, chunk)) > 0) {
        sum += result;
        writes++;
    }
    say("%s: %ld writes, %ld bytes, then %s", label, writes, sum, errno_name(errno));
    show_poll("full", fds[0]);
    sum = 0;
    while ((result = read(fds[1], buffer, sizeof(buffer))) > 0)
        sum += result;
    say("read %ld", sum);
    show_poll("emptied", fds[0]);
    end();
}

static void room(void)
{
    fill("one byte", 1, 0);
    fill("100 bytes", 100, 0);
    fill("1000 bytes", 1000, 0);
    fill("4096 bytes", 4096, 0);
    fill("65536 bytes", 65536, 0);
    fill("300000 bytes", 300000, 0);
    fill("one byte, small", 1, 1);
    fill("1000 bytes, small", 1000, 1);
    fill("10000 bytes, small", 10000, 1);
    fill("10000 bytes, 20000", 10000, 20000);
}

static void when_writable(void)
{
    pair(SOCK_NONBLOCK);
    while (write(fds[0], buffer, 4096) > 0)
        ;
    for (int i = 0; i < 60; i++) {
        struct pollfd entry = {.fd = fds[0], .events = POLLOUT};

        if (poll(&entry, 1, 0) == 1) {
            say("writable after %d reads", i);
            break;
        }
        must(read(fds[1], buffer, 4096));
    }
    end();
}

static void peek_offset(void)
{
    int value = 2;
    socklen_t len = sizeof(value);

    pair(SOCK_NONBLOCK);
    call("SO_PEEK_OFF 2", setsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, sizeof(value)));
    call("write", write(fds[0], "abcd", 4));
    call("write", write(fds[0], "efgh", 4));
    receive("peek 3", fds[1], 3, MSG_PEEK);
    must(getsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, &len));
    say("offset %d", value);
    receive("peek 2", fds[1], 2, MSG_PEEK);
    receive("peek 10", fds[1], 10, MSG_PEEK);
    receive("peek behind", fds[1], 10, MSG_PEEK);
    receive("recv 3", fds[1], 3, 0);
    must(getsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, &len));
    say("offset %d", value);
    receive("recv 10", fds[1], 10, 0);
    must(getsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, &len));
    say("offset %d", value);
    end();
}

/* Everything that is there; a read that finds only a spent urgent byte says EAGAIN on Linux 6.1. */
static void drain(const char *label, int fd)
{
    char all[64] = "";
    int empty = 0;

    while (empty < 2) {
        long result = recv(fd, buffer, 60, 0);

        empty = result > 0 ? 0 : empty + 1;
        if (result > 0)
            strncat(all, buffer, (size_t)result);
    }
    say("%s: \"%s\"", label, all);
}

static void urgent(void)
{
    int mark, inline_on = 1;

    pair(SOCK_NONBLOCK);
    call("recv OOB, none", recv(fds[1], buffer, 1, MSG_OOB));
    call("send OOB of nothing", send(fds[0], "", 0, MSG_OOB));
    call("send", send(fds[0], "abc", 3, 0));
    call("send OOB", send(fds[0], "def", 3, MSG_OOB));
    call("send", send(fds[0], "ghi", 3, 0));
    show_poll("reader", fds[1]);
    call("SIOCATMARK", ioctl(fds[1], 0x8905, &mark));
    say("  %d", mark);
    receive("up to it", fds[1], 100, 0);
    must(ioctl(fds[1], 0x8905, &mark));
    say("at mark %d", mark);
    receive("peek OOB", fds[1], 10, MSG_OOB | MSG_PEEK);
    receive("recv OOB", fds[1], 10, MSG_OOB);
    receive("again", fds[1], 10, MSG_OOB);
    drain("the rest", fds[1]);
    call("send OOB", send(fds[0], "1", 1, MSG_OOB));
    call("send", send(fds[0], "2", 1, 0));
    receive("passed over", fds[1], 100, 0);
    must(setsockopt(fds[1], SOL_SOCKET, SO_OOBINLINE, &inline_on, sizeof(inline_on)));
    call("send OOB", send(fds[0], "3", 1, MSG_OOB));
    call("send", send(fds[0], "4", 1, 0));
    receive("recv OOB inline", fds[1], 10, MSG_OOB);
    receive("inline", fds[1], 100, 0);
    drain("the rest", fds[1]);
    end();
}

int main(void)
{
    memset(buffer, 'z', sizeof(buffer));
    transfers();
    addresses();
    ends();
    shutdowns();
    room();
    when_writable();
    peek_offset();
    urgent();
    return 0;
}
