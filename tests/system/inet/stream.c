/* TCP: transfers, peeking, waiting for all, ends, resets, poll, counts, SIGPIPE. */

#include "inet.h"

static int ends[2];
static char buffer[300000];
static int signals;

static void on_pipe(int number)
{
    (void)number;
    signals++;
}

static void begin(void)
{
    tcp_pair(ends);
}

static void end(void)
{
    close(ends[0]);
    close(ends[1]);
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

    ioctl(fd, FIONREAD, &in);
    ioctl(fd, TIOCOUTQ, &out);
    say("%s: in %d out %d", label, in, out);
}

static void transfer(void)
{
    begin();
    show_poll("new", ends[0]);
    receive("nothing", ends[1], 10, MSG_DONTWAIT);
    call("send", send(ends[0], "hello", 5, 0));
    call("send more", send(ends[0], " world", 6, 0));
    await(ends[1], POLLIN);
    count("receiver", ends[1]);
    show_poll("something there", ends[1]);
    receive("peek", ends[1], 5, MSG_PEEK);
    receive("peek all", ends[1], 60, MSG_PEEK);
    receive("three", ends[1], 3, 0);
    receive("discard", ends[1], 3, MSG_TRUNC);
    receive("rest", ends[1], 60, 0);
    call("length 0", send(ends[0], "", 0, 0));
    call("receive 0", recv(ends[1], buffer, 0, MSG_DONTWAIT));
    call("bad address", send(ends[0], (void *)8, 8, 0));
    call("oob, none", recv(ends[1], buffer, 1, MSG_OOB));
    call("error queue", recv(ends[1], buffer, 1, MSG_ERRQUEUE));
    call("sendto elsewhere", sendto(ends[0], "x", 1, 0, &(struct sockaddr){.sa_family = 77}, 16));
    receive("that byte", ends[1], 10, 0);
    end();
}

static void wait_all(void)
{
    begin();
    if (fork() == 0) {
        for (int i = 0; i < 10; i++) {
            send(ends[0], "0123456789", 10, 0);
            nap(5);
        }
        _exit(0);
    }
    call("wait for all", recv(ends[1], buffer, 100, MSG_WAITALL));
    wait(NULL);
    send(ends[0], "abc", 3, 0);
    shutdown(ends[0], SHUT_WR);
    call("all, then the end", recv(ends[1], buffer, 100, MSG_WAITALL));
    call("the end", recv(ends[1], buffer, 100, MSG_WAITALL));
    end();
    begin();
    must(set_int(ends[1], SOL_SOCKET, SO_RCVLOWAT, 4));
    send(ends[0], "abc", 3, 0);
    await(ends[0], POLLOUT);
    show_poll("below low water", ends[1]);
    send(ends[0], "d", 1, 0);
    await(ends[1], POLLIN);
    show_poll("at low water", ends[1]);
    end();
}

static void closing(void)
{
    begin();
    send(ends[0], "last", 4, 0);
    close(ends[0]);
    await(ends[1], POLLRDHUP);
    show_poll("peer closed", ends[1]);
    receive("what was left", ends[1], 10, 0);
    receive("the end", ends[1], 10, 0);
    call("send to closed", send(ends[1], "x", 1, 0));
    await(ends[1], POLLERR);
    show_poll("after reset", ends[1]);
    signals = 0;
    call("send again", send(ends[1], "x", 1, 0));
    call("and again", send(ends[1], "x", 1, 0));
    say("signals %d", signals);
    call("without signal", send(ends[1], "x", 1, MSG_NOSIGNAL));
    say("signals %d", signals);
    say_name("peer", ends[1], true, -1);
    receive("receive", ends[1], 10, 0);
    close(ends[1]);

    begin();
    send(ends[1], "unread", 6, 0);
    await(ends[0], POLLIN);
    close(ends[0]);
    await(ends[1], POLLERR);
    show_poll("closed with unread data", ends[1]);
    receive("receive", ends[1], 10, 0);
    receive("receive again", ends[1], 10, 0);
    close(ends[1]);

    begin();
    must(setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)));
    send(ends[0], "data", 4, 0);
    await(ends[1], POLLIN);
    close(ends[0]);
    await(ends[1], POLLERR);
    show_poll("linger 0", ends[1]);
    receive("data before the reset", ends[1], 10, 0);
    receive("then", ends[1], 10, 0);
    say_error("then", ends[1]);
    close(ends[1]);

    begin();
    must(setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &(struct linger){1, 5}, sizeof(struct linger)));
    send(ends[0], "data", 4, 0);
    call("close, linger 5", close(ends[0]));
    receive("data", ends[1], 10, 0);
    receive("end", ends[1], 10, 0);
    close(ends[1]);
}

static void shutting(void)
{
    begin();
    call("bad how", shutdown(ends[0], 3));
    call("write half", shutdown(ends[0], SHUT_WR));
    call("again", shutdown(ends[0], SHUT_WR));
    await(ends[1], POLLRDHUP);
    show_poll("own end", ends[0]);
    show_poll("other end", ends[1]);
    signals = 0;
    call("send", send(ends[0], "x", 1, 0));
    say("signals %d", signals);
    call("other sends", send(ends[1], "reply", 5, 0));
    receive("receive", ends[0], 10, 0);
    call("other shuts", shutdown(ends[1], SHUT_WR));
    await(ends[0], POLLHUP);
    show_poll("both shut", ends[0]);
    receive("the end", ends[0], 10, 0);
    end();

    begin();
    call("read half", shutdown(ends[0], SHUT_RD));
    show_poll("own end", ends[0]);
    receive("at once", ends[0], 10, 0);
    call("other sends", send(ends[1], "late", 4, 0));
    await(ends[0], POLLIN);
    receive("still comes", ends[0], 10, 0);
    receive("no more", ends[0], 10, 0);
    end();

    begin();
    call("both", shutdown(ends[0], SHUT_RDWR));
    show_poll("own end", ends[0]);
    end();
    call("not connected", shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_RDWR));
}

/* Until nothing more fits; then all of it arrives. */
static void full(void)
{
    long sent = 0, received = 0, n;

    begin();
    set_nonblocking(ends[0]);
    while ((n = send(ends[0], buffer, sizeof(buffer), 0)) > 0)
        sent += n;
    say("full: %s", errno_name(errno));
    show_poll("full", ends[0]);
    yes("more than 100000 bytes fit", sent > 100000);
    call("a byte more", send(ends[0], "x", 1, 0));
    while (received < sent && (n = recv(ends[1], buffer, sizeof(buffer), 0)) > 0)
        received += n;
    yes("all came", received == sent);
    await(ends[0], POLLOUT);
    show_poll("empty again", ends[0]);
    end();
}

static void content(void)
{
    enum { TOTAL = 8 << 20 };
    unsigned state = 1, check = 1;
    long done = 0, n;
    bool good = true;

    begin();
    if (fork() == 0) {
        close(ends[1]);
        while (done < TOTAL) {
            size_t len = 1 + state % 70000;

            for (size_t i = 0; i < len; i++)
                buffer[i] = (char)((done + (long)i) * 31 >> 3);
            state = state * 1103515245 + 12345;
            if (send(ends[0], buffer, len, 0) != (ssize_t)len)
                _exit(1);
            done += (long)len;
        }
        _exit(0);
    }
    close(ends[0]);
    while ((n = recv(ends[1], buffer, 1 + check % 50000, 0)) > 0) {
        for (long i = 0; i < n; i++)
            good = good && buffer[i] == (char)((done + i) * 31 >> 3);
        check = check * 1103515245 + 12345;
        done += n;
    }
    yes("eight million bytes came", done >= TOTAL);
    yes("each in its place", good);
    close(ends[1]);
    wait(NULL);
}

static void times_out(void)
{
    begin();
    must(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 20000},
                    sizeof(struct timeval)));
    call("receive with a limit", recv(ends[0], buffer, 1, 0));
    must(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 20000},
                    sizeof(struct timeval)));
    while (send(ends[0], buffer, sizeof(buffer), 0) > 0)
        ;
    say("send with a limit: %s", errno_name(errno));
    end();
}

int main(void)
{
    loopback_up();
    signal(SIGPIPE, on_pipe);
    transfer();
    wait_all();
    closing();
    shutting();
    full();
    content();
    times_out();
}
