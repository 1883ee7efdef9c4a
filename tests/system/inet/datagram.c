/* UDP: transfers, connected and not, refused, sizes, control messages, ends. */

#include "inet.h"

static char buffer[70000];

static int bound(int domain)
{
    int fd = (int)must(socket(domain, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", 0);
    struct sockaddr_in6 at6 = v6("::", 0);

    must(domain == AF_INET ? bind(fd, AT(at)) : bind(fd, AT(at6)));
    return fd;
}

static void basic(void)
{
    int a = bound(AF_INET), b = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", port_of(a)), from, zero = v4("127.0.0.1", 0),
                       far = v4("8.8.8.8", 9);
    struct sockaddr_in6 six = v6("::1", 9);
    socklen_t len = sizeof(from);

    show_poll("new", b);
    call("no destination", send(b, "x", 1, 0));
    say_name("not bound", b, false, -1);
    call("sendto", sendto(b, "hello", 5, 0, AT(at)));
    say_name("bound by sending", b, false, -1);
    show_poll("there", a);
    call("FIONREAD", ioctl(a, FIONREAD, buffer));
    say("%d", *(int *)buffer);
    call("peek", recv(a, buffer, 3, MSG_PEEK));
    call("real length", recv(a, buffer, 3, MSG_PEEK | MSG_TRUNC));
    call("receive", recvfrom(a, buffer, 100, 0, (struct sockaddr *)&from, &len));
    yes("from", from.sin_port == htons((uint16_t)port_of(b)) && len == sizeof(from));
    call("nothing", recv(a, buffer, 1, MSG_DONTWAIT));
    call("empty datagram", sendto(b, "", 0, 0, AT(at)));
    call("receive it", recv(a, buffer, 10, 0));
    call("port 0", sendto(b, "x", 1, 0, AT(zero)));
    call("far", sendto(b, "x", 1, 0, AT(far)));
    call("family", sendto(b, "x", 1, 0, AT(six)));
    call("short address", sendto(b, "x", 1, 0, (struct sockaddr *)&at, 8));
    call("largest", sendto(b, buffer, 65507, 0, AT(at)));
    call("receive it", recv(a, buffer, sizeof(buffer), 0));
    call("too large", sendto(b, buffer, 65508, 0, AT(at)));
    call("oob", sendto(b, "x", 1, MSG_OOB, AT(at)));
    call("bad address", sendto(b, (void *)8, 8, 0, AT(at)));
    close(a);
    close(b);
}

static void connected(void)
{
    int a = bound(AF_INET), b = bound(AF_INET), c = bound(AF_INET);
    struct sockaddr_in at_a = v4("127.0.0.1", port_of(a)), at_b = v4("127.0.0.1", port_of(b)), gone;
    int d;

    call("connect", connect(b, AT(at_a)));
    say_name("peer", b, true, ntohs(at_a.sin_port));
    call("send", send(b, "one", 3, 0));
    call("receive", recv(a, buffer, 10, 0));
    must(sendto(c, "stranger", 8, 0, AT(at_b)));
    call("from a stranger", recv(b, buffer, 10, MSG_DONTWAIT));
    must(sendto(a, "friend", 6, 0, AT(at_b)));
    call("from the peer", recv(b, buffer, 10, 0));
    call("connect to another", connect(b, &(struct sockaddr){.sa_family = AF_UNSPEC}, 16));
    say_name("peer", b, true, -1);
    call("send", send(b, "x", 1, 0));
    d = bound(AF_INET);
    gone = v4("127.0.0.1", port_of(d));
    close(d);
    must(connect(b, AT(gone)));
    call("to nobody", send(b, "x", 1, 0));
    await(b, POLLERR);
    show_poll("refused", b);
    call("receive", recv(b, buffer, 1, 0));
    call("receive again", recv(b, buffer, 1, MSG_DONTWAIT));
    call("to nobody", send(b, "x", 1, 0));
    call("next send", send(b, "x", 1, 0));
    say_error("error", b);
    call("not connected, to nobody", sendto(c, "x", 1, 0, AT(gone)));
    call("and again", sendto(c, "x", 1, 0, AT(gone)));
    close(a);
    close(b);
    close(c);
    d = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    must(connect(d, AT(gone)));
    say_name("bound by connecting", d, false, -1);
    close(d);
}

static void both_families(void)
{
    int a = bound(AF_INET6), b = (int)must(socket(AF_INET, SOCK_DGRAM, 0)),
        c = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", port_of(a));
    struct sockaddr_in6 at6 = v6("::1", port_of(a)), from,
                        mapped = v6("::ffff:127.0.0.1", port_of(a));
    socklen_t len = sizeof(from);
    char text[64];

    call("v4 to v6", sendto(b, "x", 1, 0, AT(at)));
    must(recvfrom(a, buffer, 10, 0, (struct sockaddr *)&from, &len));
    say("from %s len %d", inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)), (int)len);
    call("v6 to v6", sendto(c, "x", 1, 0, AT(at6)));
    must(recvfrom(a, buffer, 10, 0, (struct sockaddr *)&from, &len));
    say("from %s", inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)));
    call("v6 to mapped", sendto(c, "x", 1, 0, AT(mapped)));
    must(recvfrom(a, buffer, 10, 0, (struct sockaddr *)&from, &len));
    say("from %s", inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)));
    call("V6ONLY, too late", set_int(c, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    close(a);
    close(b);
    close(c);
}

static void show_control(const char *label, int fd)
{
    char control[256];
    struct iovec vector = {buffer, 100};
    struct sockaddr_storage from;
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof(from),
                             .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};

    call(label, recvmsg(fd, &message, 0));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
        int value = 0;

        memcpy(&value, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0) > 4 ? 4 : c->cmsg_len - CMSG_LEN(0));
        say("  level %d type %d len %d value %d", c->cmsg_level, c->cmsg_type,
            (int)(c->cmsg_len - CMSG_LEN(0)), value);
    }
    say("  flags %x", message.msg_flags);
}

static void control(void)
{
    int a = bound(AF_INET), a6 = bound(AF_INET6), b = (int)must(socket(AF_INET, SOCK_DGRAM, 0)),
        b6 = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", port_of(a));
    struct sockaddr_in6 at6 = v6("::1", port_of(a6));

    must(set_int(a, IPPROTO_IP, IP_PKTINFO, 1));
    must(set_int(a, IPPROTO_IP, IP_RECVTTL, 1));
    must(set_int(a, IPPROTO_IP, IP_RECVTOS, 1));
    must(set_int(b, IPPROTO_IP, IP_TTL, 9));
    must(set_int(b, IPPROTO_IP, IP_TOS, 0x20));
    must(sendto(b, "x", 1, 0, AT(at)));
    show_control("v4 control", a);
    must(set_int(a6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    must(set_int(a6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    must(set_int(a6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
    must(set_int(b6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 8));
    must(set_int(b6, IPPROTO_IPV6, IPV6_TCLASS, 0x40));
    must(sendto(b6, "x", 1, 0, AT(at6)));
    show_control("v6 control", a6);
    close(a);
    close(a6);
    close(b);
    close(b6);
}

static void ends(void)
{
    int a = bound(AF_INET), b = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", port_of(a));

    call("shutdown, not connected", shutdown(b, SHUT_RD));
    must(connect(b, AT(at)));
    call("shutdown write", shutdown(b, SHUT_WR));
    signal(SIGPIPE, SIG_IGN);
    call("send", send(b, "x", 1, 0));
    show_poll("write shut", b);
    call("shutdown read", shutdown(b, SHUT_RD));
    call("receive", recv(b, buffer, 1, 0));
    show_poll("both shut", b);
    close(a);
    close(b);
}

/* What does not fit into the receiver's buffer is lost. */
static void overflow(void)
{
    int a = bound(AF_INET), b = (int)must(socket(AF_INET, SOCK_DGRAM, 0)), n = 0;
    struct sockaddr_in at = v4("127.0.0.1", port_of(a));
    bool all_sent = true;

    must(set_int(a, SOL_SOCKET, SO_RCVBUF, 20000));
    for (int i = 0; i < 200; i++)
        all_sent = all_sent && sendto(b, buffer, 1000, 0, AT(at)) == 1000;
    yes("all were sent", all_sent);
    while (recv(a, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
        n++;
    yes("some came, not all", n > 5 && n < 60);
    close(a);
    close(b);
}

int main(void)
{
    loopback_up();
    basic();
    connected();
    both_families();
    control();
    ends();
    overflow();
}
