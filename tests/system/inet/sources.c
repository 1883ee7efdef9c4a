/* Where packets may come from: not from a strange address, a group or everybody, whatever the
 * socket is bound to or a control message says. */

#include "inet.h"

#define GROUP     "239.1.1.1"
#define BROADCAST "127.255.255.255"

static int udp_at(const char *address)
{
    struct sockaddr_in at = v4(address, 0);
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));

    must(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(set_int(fd, SOL_SOCKET, SO_BROADCAST, 1));
    call(address, bind(fd, AT(at)));
    return fd;
}

static void say_sender(const char *label, int fd)
{
    struct sockaddr_in from = {0};
    socklen_t len = sizeof(from);
    char bytes[8], text[32];
    ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);

    say("%s: %s", label,
        got < 0 ? errno_name(errno) : inet_ntop(AF_INET, &from.sin_addr, text, sizeof(text)));
}

static long send_from(int fd, const char *source, struct sockaddr_in *to)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct iovec part = {"a", 1};
    struct msghdr message = {.msg_name = to,
                             .msg_namelen = sizeof(*to),
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    struct in_pktinfo info = {0};

    inet_pton(AF_INET, source, &info.ipi_spec_dst);
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(info)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(&control.header), &info, sizeof(info));
    return sendmsg(fd, &message, 0);
}

static int multicast_if(int fd, const char *address, int index)
{
    struct ip_mreqn wanted = {.imr_ifindex = index};

    inet_pton(AF_INET, address, &wanted.imr_address);
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &wanted, sizeof(wanted));
}

static void join(int fd)
{
    struct ip_mreqn wanted = {.imr_ifindex = 1};

    inet_pton(AF_INET, GROUP, &wanted.imr_multiaddr);
    must(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wanted, sizeof(wanted)));
}

static void by_control_message(void)
{
    static const char *const sources[] = {"8.8.8.8", GROUP, BROADCAST, "255.255.255.255",
                                          "127.3.2.1"};
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0)), receiver = udp_at("127.0.0.1");
    struct sockaddr_in group = v4(GROUP, 7100), to = v4("127.0.0.1", port_of(receiver));
    char label[64];

    must(multicast_if(fd, "0.0.0.0", 1));
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        snprintf(label, sizeof(label), "from %s to a group", sources[i]);
        call(label, send_from(fd, sources[i], &group));
        snprintf(label, sizeof(label), "from %s to an address", sources[i]);
        call(label, send_from(fd, sources[i], &to));
    }
    say_sender("received", receiver);
    close(receiver);
    close(fd);
}

static void by_multicast_if(void)
{
    static const char *const sources[] = {"8.8.8.8", GROUP, BROADCAST, "127.3.2.1"};
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0)), receiver = udp_at(GROUP);
    struct sockaddr_in group = v4(GROUP, port_of(receiver));

    join(receiver);
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        say("IP_MULTICAST_IF %s", sources[i]);
        call("  set", multicast_if(fd, sources[i], 1));
        call("  send", sendto(fd, "a", 1, 0, AT(group)));
        call("  connect", connect(fd, AT(group)));
        say_sender("  received", receiver);
    }
    close(receiver);
    close(fd);
}

/* Bound to what is no source: the packets come from the machine's address, the name stays. */
static void bound(const char *address)
{
    int fd = udp_at(address), receiver = udp_at("127.0.0.1"), port = port_of(fd);
    struct sockaddr_in to = v4("127.0.0.1", port_of(receiver));

    call("send", sendto(fd, "a", 1, 0, AT(to)));
    say_sender("received", receiver);
    call("connect", connect(fd, AT(to)));
    say_name("name", fd, false, port);
    call("send", send(fd, "a", 1, 0));
    say_sender("received", receiver);
    call("from elsewhere", send_from(fd, "127.3.2.1", &to));
    say_sender("received", receiver);
    close(fd);
    close(receiver);
}

/* A connected socket that is bound to a group gets what its peer sends there, and nothing else. */
static void connected_receiver(void)
{
    int fd = udp_at(GROUP), peer = udp_at("127.0.0.1"), other = udp_at("127.0.0.1");
    struct sockaddr_in group = v4(GROUP, port_of(fd)), to = v4("127.0.0.1", port_of(peer));

    join(fd);
    must(multicast_if(peer, "0.0.0.0", 1));
    must(multicast_if(other, "0.0.0.0", 1));
    call("other sends", sendto(other, "a", 1, 0, AT(group)));
    say_sender("before it is connected", fd);
    call("connect", connect(fd, AT(to)));
    call("other sends", sendto(other, "a", 1, 0, AT(group)));
    say_sender("received", fd);
    call("the peer sends", sendto(peer, "a", 1, 0, AT(group)));
    say_sender("received", fd);
    to.sin_family = AF_UNSPEC;
    call("disconnect", connect(fd, AT(to)));
    say_name("name", fd, false, ntohs(group.sin_port));
    call("other sends", sendto(other, "a", 1, 0, AT(group)));
    say_sender("received", fd);
    close(fd);
    close(peer);
    close(other);
}

static void connection(const char *address)
{
    int listening = listener(1), fd = (int)must(socket(AF_INET, SOCK_STREAM, 0)), accepted, port;
    struct sockaddr_in at = v4(address, 0), to = v4("127.0.0.1", port_of(listening));

    say("a connection from %s", address);
    call("bind", bind(fd, AT(at)));
    port = port_of(fd);
    say_name("name", fd, false, port);
    call("connect", connect(fd, AT(to)));
    say_name("name", fd, false, port);
    must(fcntl(listening, F_SETFL, O_NONBLOCK));
    accepted = accept(listening, NULL, NULL);
    if (accepted >= 0)
        say_name("peer", accepted, true, port);
    close(accepted);
    close(fd);
    close(listening);
}

int main(void)
{
    loopback_up();
    by_control_message();
    by_multicast_if();
    bound(BROADCAST);
    bound(GROUP);
    connected_receiver();
    connection(GROUP);
    connection(BROADCAST);
    return 0;
}
