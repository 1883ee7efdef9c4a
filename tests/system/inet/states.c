/* What each call says to a TCP or UDP socket in each state, and what poll(2) sees. seconds: 30 */

#include "inet.h"

#include <poll.h>
#include <sys/epoll.h>

static unsigned events_of(int fd)
{
    struct pollfd entry = {.fd = fd,
                           .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP | POLLRDNORM |
                                     POLLWRNORM | POLLRDBAND | POLLWRBAND};

    must(poll(&entry, 1, 0));
    return (unsigned)entry.revents;
}

static unsigned epoll_events_of(int fd)
{
    int epoll = (int)must(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLRDNORM |
                                          EPOLLWRNORM | EPOLLRDBAND | EPOLLWRBAND};

    must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    event.events = 0;
    must(epoll_wait(epoll, &event, 1, 0));
    close(epoll);
    return event.events;
}

static const char *said(char *text, size_t size, long result)
{
    if (result < 0)
        snprintf(text, size, "%s", errno_name(errno));
    else
        snprintf(text, size, "%ld", result);
    return text;
}

/* Everything that can be asked of it without changing it much. */
static void look(const char *label, int fd)
{
    char text[32], bytes[8];
    struct sockaddr_storage name;
    socklen_t len = sizeof(name);

    say("%s: poll %#x epoll %#x", label, events_of(fd), epoll_events_of(fd));
    say("%s: peek %s", label,
        said(text, sizeof(text), recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT)));
    say("%s: urgent %s", label,
        said(text, sizeof(text), recv(fd, bytes, 1, MSG_OOB | MSG_DONTWAIT)));
    say("%s: peer %s", label,
        said(text, sizeof(text), getpeername(fd, (struct sockaddr *)&name, &len)));
    call("    send nothing", send(fd, bytes, 0, MSG_DONTWAIT | MSG_NOSIGNAL));
    say_error("    ", fd);
}

static void shut(const char *label, int fd)
{
    static const int ways[] = {-1, 3, SHUT_RD, SHUT_WR, SHUT_RDWR};
    char text[32], line[128] = "";

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        strcat(line, " ");
        strcat(line, said(text, sizeof(text), shutdown(fd, ways[i])));
    }
    say("%s: shutdown%s", label, line);
}

static int tcp(void)
{
    return (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

static void new_sockets(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int fd = tcp();

    look("tcp new", fd);
    call("accept", accept(fd, NULL, NULL));
    shut("tcp new", fd);
    look("tcp new, shut", fd);
    close(fd);
    fd = tcp();
    must(bind(fd, AT(at)));
    look("tcp bound", fd);
    call("bind again", bind(fd, AT(at)));
    call("accept", accept(fd, NULL, NULL));
    shut("tcp bound", fd);
    close(fd);
    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    look("udp new", fd);
    call("listen", listen(fd, 1));
    call("accept", accept(fd, NULL, NULL));
    shut("udp new", fd);
    look("udp new, shut", fd);
    close(fd);
    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    at = v4("127.0.0.1", 9);
    must(connect(fd, AT(at)));
    look("udp connected", fd);
    shut("udp connected", fd);
    look("udp connected, shut", fd);
    close(fd);
}

static void listening(void)
{
    struct sockaddr_in at;
    int fd = listener(2), client;

    set_nonblocking(fd);
    at = v4("127.0.0.1", port_of(fd));
    look("listener", fd);
    call("connect", connect(fd, AT(at)));
    call("bind", bind(fd, AT(at)));
    call("listen again", listen(fd, 5));
    call("accept", accept(fd, NULL, NULL));
    call("accept4 flags", accept4(fd, NULL, NULL, 1));
    call("accept4 bad fd", accept4(-1, NULL, NULL, 1));
    client = connect_to(fd);
    look("listener with one", fd);
    call("accept, no length", accept(fd, (struct sockaddr *)&at, NULL));
    close(client);
    client = connect_to(fd);
    shutdown(fd, SHUT_WR);
    look("listener, shut for writing", fd);
    shutdown(fd, SHUT_RD);
    look("listener, shut", fd);
    look("its client", client);
    call("listen once more", listen(fd, 1));
    look("listens again", fd);
    close(client);
    close(fd);
}

static void connecting(void)
{
    int fd = listener(4), one = tcp(), other;
    struct sockaddr_in at = v4("127.0.0.1", port_of(fd)), nobody, unspecified = {0};

    call("connect", connect(one, AT(at)));
    await(one, POLLOUT);
    call("connect, its result", connect(one, AT(at)));
    call("connect again", connect(one, AT(at)));
    call("listen on it", listen(one, 1));
    call("bind it", bind(one, AT(at)));
    call("short address", connect(one, (struct sockaddr *)&at, 4));
    look("connected", one);
    call("disconnect", connect(one, (struct sockaddr *)&unspecified, sizeof(unspecified)));
    look("disconnected", one);
    call("connect anew", connect(one, AT(at)));
    await(one, POLLOUT);
    close(one);
    nobody = v4("127.0.0.1", 1);
    one = tcp();
    call("to nobody", connect(one, AT(nobody)));
    await(one, POLLOUT);
    say("events %#x", events_of(one));
    call("to nobody, its result", connect(one, AT(nobody)));
    look("refused", one);
    call("elsewhere", connect(one, AT(at)));
    close(one);
    one = tcp();
    call("to nobody", connect(one, AT(nobody)));
    await(one, POLLOUT);
    say_error("asked", one);
    call("then", connect(one, AT(at)));
    call("and then", connect(one, AT(at)));
    close(one);
    one = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    call("wrong family",
         connect(one, (struct sockaddr *)&(struct sockaddr_in6){.sin6_family = AF_INET6},
                 sizeof(struct sockaddr_in6)));
    at.sin_port = 0;
    call("port 0", connect(one, AT(at)));
    nobody = v4("224.0.0.1", 7);
    call("group", connect(one, AT(nobody)));
    nobody = v4("255.255.255.255", 7);
    call("broadcast", connect(one, AT(nobody)));
    nobody = v4("10.1.1.1", 7);
    call("no route", connect(one, AT(nobody)));
    close(one);
    other = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    nobody = v4("255.255.255.255", 7);
    call("udp broadcast", connect(other, AT(nobody)));
    call("udp broadcast send", sendto(other, "x", 1, 0, AT(nobody)));
    nobody = v4("127.255.255.255", 7);
    call("udp net broadcast send", sendto(other, "x", 1, 0, AT(nobody)));
    must(set_int(other, SOL_SOCKET, SO_BROADCAST, 1));
    call("allowed", sendto(other, "x", 1, 0, AT(nobody)));
    nobody = v4("127.0.0.1", 0);
    call("udp port 0", sendto(other, "x", 1, 0, AT(nobody)));
    close(other);
    close(fd);
}

static void half_closed(void)
{
    int ends[2];
    char bytes[16];

    tcp_pair(ends);
    look("pair", ends[0]);
    must(send(ends[1], "abc", 3, 0));
    await(ends[0], POLLIN);
    look("with data", ends[0]);
    must(shutdown(ends[1], SHUT_WR));
    await(ends[0], POLLRDHUP);
    look("data and the end", ends[0]);
    look("the other, shut for writing", ends[1]);
    call("send there", send(ends[1], "x", 1, MSG_NOSIGNAL));
    must(recv(ends[0], bytes, sizeof(bytes), 0));
    look("the end", ends[0]);
    call("send back", send(ends[0], "def", 3, 0));
    await(ends[1], POLLIN);
    call("received", recv(ends[1], bytes, sizeof(bytes), 0));
    must(shutdown(ends[0], SHUT_WR));
    await(ends[1], POLLHUP);
    look("both ends", ends[0]);
    look("both ends, the other", ends[1]);
    call("shut again", shutdown(ends[0], SHUT_WR));
    call("shut again, both", shutdown(ends[1], SHUT_RDWR));
    close(ends[0]);
    close(ends[1]);
    tcp_pair(ends);
    must(shutdown(ends[0], SHUT_RD));
    look("shut for reading", ends[0]);
    call("send to it", send(ends[1], "abc", 3, 0));
    nap(20);
    call("it reads", recv(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT));
    call("and again", recv(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT));
    shut("connected", ends[0]);
    close(ends[0]);
    close(ends[1]);
}

static void resets(void)
{
    struct linger none = {.l_onoff = 1};
    int ends[2];
    char bytes[16];

    tcp_pair(ends);
    must(send(ends[1], "abc", 3, 0));
    await(ends[0], POLLIN);
    close(ends[0]);
    await(ends[1], POLLERR);
    say("closed with data: events %#x", events_of(ends[1]));
    call("receive", recv(ends[1], bytes, sizeof(bytes), 0));
    call("receive again", recv(ends[1], bytes, sizeof(bytes), 0));
    call("send", send(ends[1], "x", 1, MSG_NOSIGNAL));
    look("after a reset", ends[1]);
    close(ends[1]);
    tcp_pair(ends);
    must(send(ends[0], "abc", 3, 0));
    await(ends[1], POLLIN);
    must(setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
    close(ends[0]);
    await(ends[1], POLLERR);
    say("reset behind data: events %#x", events_of(ends[1]));
    call("receive", recv(ends[1], bytes, sizeof(bytes), 0));
    call("receive again", recv(ends[1], bytes, sizeof(bytes), 0));
    call("and again", recv(ends[1], bytes, sizeof(bytes), 0));
    close(ends[1]);
    tcp_pair(ends);
    close(ends[0]);
    await(ends[1], POLLRDHUP);
    call("first send", send(ends[1], "x", 1, MSG_NOSIGNAL));
    await(ends[1], POLLERR);
    say("sent to a closed one: events %#x", events_of(ends[1]));
    call("second send", send(ends[1], "x", 1, MSG_NOSIGNAL));
    call("third send", send(ends[1], "x", 1, MSG_NOSIGNAL));
    call("receive", recv(ends[1], bytes, sizeof(bytes), 0));
    close(ends[1]);
}

static void reuse(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 7101), any = v4("0.0.0.0", 7101);
    int one = tcp(), two = tcp(), three = tcp();

    must(bind(one, AT(at)));
    call("same", bind(two, AT(at)));
    call("any", bind(two, AT(any)));
    must(set_int(one, SOL_SOCKET, SO_REUSEADDR, 1));
    must(set_int(two, SOL_SOCKET, SO_REUSEADDR, 1));
    call("both reuse", bind(two, AT(at)));
    call("one listens", listen(one, 1));
    call("two listens", listen(two, 1));
    must(set_int(three, SOL_SOCKET, SO_REUSEADDR, 1));
    call("beside a listener", bind(three, AT(at)));
    close(one);
    close(two);
    close(three);
}

static void dual(void)
{
    struct sockaddr_in6 any6 = v6("::", 7102), mapped = v6("::ffff:127.0.0.1", 7103);
    struct sockaddr_in any = v4("0.0.0.0", 7102), at = v4("127.0.0.1", 7103);
    int six = (int)must(socket(AF_INET6, SOCK_STREAM, 0)), four = tcp();

    must(bind(six, AT(any6)));
    call("v4 beside v6", bind(four, AT(any)));
    call("only, too late", set_int(six, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    close(six);
    six = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    must(set_int(six, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    must(bind(six, AT(any6)));
    call("v4 beside v6 only", bind(four, AT(any)));
    call("connect mapped", connect(six, AT(mapped)));
    close(six);
    close(four);
    four = tcp();
    must(bind(four, AT(at)));
    must(listen(four, 1));
    six = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    call("to v4", connect(six, AT(mapped)));
    say_name("itself", six, false, 0);
    say_name("peer", six, true, 7103);
    close(six);
    close(four);
}

static void privileged(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 80);
    int fd = tcp();

    become_user();
    call("port 80", bind(fd, AT(at)));
    at.sin_port = htons(1024);
    call("port 1024", bind(fd, AT(at)));
}

int main(void)
{
    loopback_up();
    signal(SIGPIPE, SIG_IGN);
    new_sockets();
    listening();
    connecting();
    half_closed();
    resets();
    reuse();
    dual();
    in_child("privileged", privileged);
    return 0;
}
