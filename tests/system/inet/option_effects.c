/* What options of datagrams and streams do, beside being accepted. seconds: 30 */

#include "inet.h"

#include <netinet/udp.h>
#include <poll.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO     104
#endif
#define IP_LOCAL_PORT_RANGE 51
#define SO_RCVMARK          75

static int udp_at(const char *address, int *port)
{
    struct sockaddr_in at = v4(address, 0);
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(bind(fd, AT(at)));
    *port = port_of(fd);
    return fd;
}

static int udp_to(int port)
{
    struct sockaddr_in at = v4("127.0.0.1", port);
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(connect(fd, AT(at)));
    return fd;
}

static void got(const char *label, int fd, int flags)
{
    char bytes[4096];
    ssize_t result = recv(fd, bytes, sizeof(bytes), flags | MSG_DONTWAIT);

    if (result < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %zd %.*s", label, result, (int)(result < 40 ? result : 40), bytes);
}

static void show_control(const char *label, int fd)
{
    char control[512], bytes[4096];
    struct iovec data = {bytes, sizeof(bytes)};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t result = recvmsg(fd, &message, MSG_DONTWAIT);

    if (result < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: %zd", label, result);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
         header = CMSG_NXTHDR(&message, header)) {
        int value = 0;

        memcpy(&value, CMSG_DATA(header), sizeof(value));
        say("    level %d type %d len %d value %d", header->cmsg_level, header->cmsg_type,
            (int)header->cmsg_len, header->cmsg_len <= CMSG_LEN(4) ? value : 0);
    }
}

static void corked(void)
{
    int port, in = udp_at("127.0.0.1", &port), out = udp_to(port);

    call("more", send(out, "one", 3, MSG_MORE));
    call("more", send(out, "two", 3, MSG_MORE));
    got("nothing yet", in, 0);
    call("last", send(out, "three", 5, 0));
    got("all", in, 0);
    call("cork", set_int(out, IPPROTO_UDP, UDP_CORK, 1));
    call("send", send(out, "a", 1, 0));
    call("send", send(out, "b", 1, 0));
    got("nothing yet", in, 0);
    call("uncork", set_int(out, IPPROTO_UDP, UDP_CORK, 0));
    got("all", in, 0);
    call("more", send(out, "lost", 4, MSG_MORE));
    close(out);
    got("closed", in, 0);
    out = udp_to(port);
    {
        static char large[60000];

        call("large", send(out, large, sizeof(large), MSG_MORE));
        call("too much", send(out, large, sizeof(large), MSG_MORE));
        call("after that", send(out, "x", 1, 0));
    }
    got("what is left", in, 0);
    close(out);
    close(in);
}

static void segments(void)
{
    int port, in = udp_at("127.0.0.1", &port), out = udp_to(port);
    char bytes[600];

    memset(bytes, 'x', sizeof(bytes));
    call("segments of 4", set_int(out, IPPROTO_UDP, UDP_SEGMENT, 4));
    call("ten bytes", send(out, "aaaabbbbcc", 10, 0));
    got("first", in, 0);
    got("second", in, 0);
    got("third", in, 0);
    got("no more", in, 0);
    call("three bytes", send(out, "abc", 3, 0));
    got("whole", in, 0);
    call("too many", send(out, bytes, 513, 0));
    call("128", send(out, bytes, 512, 0));
    for (int i = 0; i < 128; i++)
        must(recv(in, bytes, 4, 0));
    got("no more", in, 0);
    call("take them together", set_int(in, IPPROTO_UDP, UDP_GRO, 1));
    call("ten bytes", send(out, "aaaabbbbcc", 10, 0));
    show_control("together", in);
    got("second", in, 0);
    got("third", in, 0);
    call("no segments", set_int(out, IPPROTO_UDP, UDP_SEGMENT, 0));
    call("ten bytes", send(out, "aaaabbbbcc", 10, 0));
    show_control("one", in);
    close(in);
    close(out);
}

static void peeking(void)
{
    int port, in = udp_at("127.0.0.1", &port), out = udp_to(port);

    call("peek at 2", set_int(in, SOL_SOCKET, SO_PEEK_OFF, 2));
    must(send(out, "first", 5, 0));
    must(send(out, "second", 6, 0));
    got("peek", in, MSG_PEEK);
    got("peek on", in, MSG_PEEK);
    got("peek at the end", in, MSG_PEEK);
    got("take", in, 0);
    got("peek after", in, MSG_PEEK);
    got("take", in, 0);
    got("nothing", in, 0);
    close(in);
    close(out);
}

static void control_messages(void)
{
    int port, in = udp_at("127.0.0.1", &port), out = udp_to(port);

    must(set_int(in, SOL_SOCKET, SO_RCVMARK, 1));
    must(set_int(in, IPPROTO_IP, IP_RECVORIGDSTADDR, 1));
    must(set_int(out, SOL_SOCKET, SO_MARK, 77));
    must(send(out, "m", 1, 0));
    show_control("mark", in);
    must(set_int(in, SOL_SOCKET, SO_RXQ_OVFL, 1));
    must(send(out, "m", 1, 0));
    show_control("no drops", in);
    close(in);
    close(out);
    in = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    out = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    struct sockaddr_in6 at = v6("::1", 7011);
    must(bind(in, AT(at)));
    must(connect(out, AT(at)));
    must(set_int(in, IPPROTO_IPV6, 2, 1));
    must(set_int(in, IPPROTO_IPV6, 8, 1));
    must(set_int(in, IPPROTO_IPV6, 74, 1));
    must(set_int(in, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    must(set_int(in, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    must(send(out, "m", 1, 0));
    show_control("v6", in);
    close(in);
    close(out);
}

static void interfaces(void)
{
    int port, in = udp_at("127.0.0.1", &port), out = udp_to(port), fd;
    struct sockaddr_in at = v4("127.0.0.1", port);

    call("to lo", setsockopt(out, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    call("send", send(out, "x", 1, 0));
    got("got", in, 0);
    call("to none", set_int(out, SOL_SOCKET, 62, 55));
    call("send", sendto(out, "x", 1, 0, AT(at)));
    call("receiver to none", set_int(in, SOL_SOCKET, 62, 55));
    close(out);
    out = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    call("send", sendto(out, "x", 1, 0, AT(at)));
    got("not got", in, 0);
    close(in);
    close(out);
    fd = listener(1);
    at = v4("127.0.0.1", port_of(fd));
    out = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(set_int(out, SOL_SOCKET, 62, 55));
    call("connect from none", connect(out, AT(at)));
    close(out);
    close(fd);
}

static void ports(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int one = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    int two = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(set_int(one, IPPROTO_IP, IP_LOCAL_PORT_RANGE, 40001 << 16 | 40001));
    must(set_int(two, IPPROTO_IP, IP_LOCAL_PORT_RANGE, 40001 << 16 | 40001));
    call("bind", bind(one, AT(at)));
    say("port %d", port_of(one));
    call("none left", bind(two, AT(at)));
    close(one);
    close(two);
}

static void streams(void)
{
    char control[64], bytes[64];
    struct iovec data = {bytes, 4};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    int ends[2];

    tcp_pair(ends);
    must(set_int(ends[1], IPPROTO_TCP, 36 /* TCP_INQ */, 1));
    must(send(ends[0], "0123456789", 10, 0));
    await(ends[1], POLLIN);
    call("receive", recvmsg(ends[1], &message, 0));
    say("left %d", *(int *)CMSG_DATA(CMSG_FIRSTHDR(&message)));
    must(recv(ends[1], bytes, 6, 0));
    shutdown(ends[0], SHUT_WR);
    await(ends[1], POLLRDHUP);
    message.msg_controllen = sizeof(control);
    call("the end", recvmsg(ends[1], &message, 0));
    say("control %d", (int)message.msg_controllen);
    close(ends[0]);
    close(ends[1]);
}

static void minimum_ttl(void)
{
    struct pollfd entry = {.events = POLLIN};
    struct sockaddr_in at;
    int fd = listener(1), client = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));

    at = v4("127.0.0.1", port_of(fd));
    must(set_int(fd, IPPROTO_IP, IP_MINTTL, 65));
    call("too far", connect(client, AT(at)) == -1 && errno == EINPROGRESS ? 0 : -1);
    entry.fd = client;
    entry.events = POLLOUT;
    call("not made", poll(&entry, 1, 100));
    close(client);
    client = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(set_int(client, IPPROTO_IP, IP_TTL, 65));
    call("near enough", connect(client, AT(at)));
    close(client);
    close(fd);
}

static void deferred(void)
{
    int fd = listener(4), client;
    struct pollfd entry = {.fd = fd, .events = POLLIN};

    must(set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30));
    client = connect_to(fd);
    call("nothing to accept", poll(&entry, 1, 50));
    must(send(client, "x", 1, 0));
    call("something", poll(&entry, 1, 10000));
    client = (int)must(accept(fd, NULL, NULL));
    got("its data", client, 0);
    close(client);
    close(fd);
}

static void not_acknowledged(void)
{
    static char bytes[65536];
    struct pollfd entry = {.events = POLLERR};
    int ends[2];

    tcp_pair(ends);
    must(set_int(ends[0], IPPROTO_TCP, TCP_USER_TIMEOUT, 500));
    set_nonblocking(ends[0]);
    while (send(ends[0], bytes, sizeof(bytes), 0) > 0)
        ;
    entry.fd = ends[0];
    call("full", errno == EAGAIN ? 0 : -1);
    call("given up", poll(&entry, 1, 20000));
    say_error("sender", ends[0]);
    close(ends[0]);
    close(ends[1]);
}

static int priority_of(int fd)
{
    int value = -1;
    socklen_t len = sizeof(value);

    must(getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &value, &len));
    return value;
}

/* IP_TOS, when it changes, sets SO_PRIORITY. */
static void priorities(int type)
{
    int fd = (int)must(socket(AF_INET, type, 0));
    char line[400] = "";

    for (int tos = 4; tos < 256; tos += 4) {
        must(set_int(fd, IPPROTO_IP, IP_TOS, tos));
        snprintf(line + strlen(line), 4, " %d", priority_of(fd));
    }
    say("priorities of types of service:%s", line);
    must(set_int(fd, IPPROTO_IP, IP_TOS, 0x10));
    must(set_int(fd, SOL_SOCKET, SO_PRIORITY, 5));
    must(set_int(fd, IPPROTO_IP, IP_TOS, 0x10));
    say("the same again: %d", priority_of(fd));
    must(set_int(fd, IPPROTO_IP, IP_TOS, 0x11));
    say("another: %d", priority_of(fd));
    close(fd);
    fd = (int)must(socket(AF_INET6, type, 0));
    must(set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x10));
    say("a traffic class: %d", priority_of(fd));
    close(fd);
}

int main(void)
{
    loopback_up();
    corked();
    segments();
    peeking();
    control_messages();
    interfaces();
    ports();
    priorities(SOCK_DGRAM);
    priorities(SOCK_STREAM);
    streams();
    minimum_ttl();
    deferred();
    not_acknowledged();
    return 0;
}
