/* Groups (multicast) on the loopback: joining and leaving, who receives, where packets leave from.
 */

#include "inet.h"

static int receiver(const char *address, int port)
{
    struct sockaddr_in at = v4(address, port);
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));

    must(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(bind(fd, AT(at)));
    return fd;
}

static int member(int fd, int name, const char *group, const char *interface)
{
    struct ip_mreq wanted = {0};

    inet_pton(AF_INET, group, &wanted.imr_multiaddr);
    inet_pton(AF_INET, interface, &wanted.imr_interface);
    return setsockopt(fd, IPPROTO_IP, name, &wanted, sizeof(wanted));
}

static int member_by_index(int fd, int name, const char *group, const char *interface, int index)
{
    struct ip_mreqn wanted = {.imr_ifindex = index};

    inet_pton(AF_INET, group, &wanted.imr_multiaddr);
    inet_pton(AF_INET, interface, &wanted.imr_address);
    return setsockopt(fd, IPPROTO_IP, name, &wanted, sizeof(wanted));
}

static int any_member(int fd, int level, int name, const char *group, unsigned index)
{
    struct group_req wanted = {.gr_interface = index};
    struct sockaddr_in in = v4(group, 0);
    struct sockaddr_in6 in6 = v6(group, 0);

    if (level == IPPROTO_IP)
        memcpy(&wanted.gr_group, &in, sizeof(in));
    else
        memcpy(&wanted.gr_group, &in6, sizeof(in6));
    return setsockopt(fd, level, name, &wanted, sizeof(wanted));
}

static void joining(void)
{
    int fd = receiver("0.0.0.0", 0);
    char group[32];

    call("no interface", member(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "0.0.0.0"));
    call("not a group", member(fd, IP_ADD_MEMBERSHIP, "127.0.0.1", "127.0.0.1"));
    call("strange interface", member(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "10.0.0.1"));
    call("join", member(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "127.0.0.1"));
    call("join again", member(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "127.0.0.1"));
    call("by another address", member(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "127.0.0.2"));
    call("by index", member_by_index(fd, IP_ADD_MEMBERSHIP, "239.1.1.1", "0.0.0.0", 1));
    call("another by index", member_by_index(fd, IP_ADD_MEMBERSHIP, "239.1.1.2", "9.9.9.9", 1));
    call("no such index", member_by_index(fd, IP_ADD_MEMBERSHIP, "239.1.1.3", "127.0.0.1", 77));
    call("leave, not joined", member(fd, IP_DROP_MEMBERSHIP, "239.1.1.9", "127.0.0.1"));
    call("leave, no interface", member(fd, IP_DROP_MEMBERSHIP, "239.1.1.1", "0.0.0.0"));
    call("leave, wrong address", member(fd, IP_DROP_MEMBERSHIP, "239.1.1.1", "127.0.0.3"));
    call("leave, wrong index", member_by_index(fd, IP_DROP_MEMBERSHIP, "239.1.1.1", "0.0.0.0", 9));
    call("leave", member(fd, IP_DROP_MEMBERSHIP, "239.1.1.1", "127.0.0.1"));
    call("leave again", member(fd, IP_DROP_MEMBERSHIP, "239.1.1.1", "127.0.0.1"));
    call("leave by index", member_by_index(fd, IP_DROP_MEMBERSHIP, "239.1.1.2", "0.0.0.0", 1));
    call("any: join", any_member(fd, IPPROTO_IP, MCAST_JOIN_GROUP, "239.1.1.4", 1));
    call("any: join again", any_member(fd, IPPROTO_IP, MCAST_JOIN_GROUP, "239.1.1.4", 1));
    call("any: no index", any_member(fd, IPPROTO_IP, MCAST_JOIN_GROUP, "239.1.1.5", 0));
    call("any: leave", any_member(fd, IPPROTO_IP, MCAST_LEAVE_GROUP, "239.1.1.4", 1));
    call("any: leave again", any_member(fd, IPPROTO_IP, MCAST_LEAVE_GROUP, "239.1.1.4", 1));
    for (int i = 0; i < 22; i++) {
        snprintf(group, sizeof(group), "239.2.2.%d", i);
        if (member(fd, IP_ADD_MEMBERSHIP, group, "127.0.0.1") != 0) {
            say("membership %d: %s", i, errno_name(errno));
            break;
        }
    }
    close(fd);
}

static int sender(const char *interface)
{
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    struct in_addr address;

    inet_pton(AF_INET, interface, &address);
    call(interface, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof(address)));
    return fd;
}

static void send_to(const char *label, int fd, const char *group, int port)
{
    struct sockaddr_in to = v4(group, port);

    call(label, sendto(fd, "abc", 3, 0, AT(to)));
}

static void got(const char *label, int fd)
{
    struct sockaddr_in from = {0};
    socklen_t len = sizeof(from);
    char bytes[16];
    ssize_t result =
        recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &len);

    if (result < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %zd from %s", label, result, inet_ntoa(from.sin_addr));
}

static void receiving(void)
{
    int one = receiver("0.0.0.0", 7001), two = receiver("0.0.0.0", 7001);
    int bound = receiver("127.0.0.1", 7001), to_group = receiver("239.3.3.3", 7001);
    int fd, off = 0;

    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    send_to("without an interface", fd, "239.3.3.3", 7001);
    close(fd);
    fd = sender("127.0.0.1");
    send_to("nobody is a member", fd, "239.3.3.3", 7001);
    got("one", one);
    must(member(one, IP_ADD_MEMBERSHIP, "239.3.3.3", "127.0.0.1"));
    send_to("one is a member", fd, "239.3.3.3", 7001);
    got("one", one);
    got("two", two);
    got("bound to the interface", bound);
    got("bound to the group", to_group);
    must(setsockopt(two, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off)));
    send_to("two wants its own only", fd, "239.3.3.3", 7001);
    got("one", one);
    got("two", two);
    must(member(two, IP_ADD_MEMBERSHIP, "239.3.3.3", "127.0.0.1"));
    send_to("two is a member", fd, "239.3.3.3", 7001);
    got("one", one);
    got("two", two);
    must(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off)));
    send_to("no loop", fd, "239.3.3.3", 7001);
    got("one", one);
    got("two", two);
    must(set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, 0));
    send_to("ttl 0", fd, "239.3.3.3", 7001);
    got("one", one);
    must(member(one, IP_DROP_MEMBERSHIP, "239.3.3.3", "127.0.0.1"));
    close(two);
    send_to("all have left", fd, "239.3.3.3", 7001);
    got("one", one);
    send_to("everybody's group", fd, "224.0.0.1", 7001);
    got("one", one);
    close(fd);
    fd = sender("127.0.0.5");
    must(member(one, IP_ADD_MEMBERSHIP, "239.3.3.3", "127.0.0.1"));
    send_to("from another address", fd, "239.3.3.3", 7001);
    got("one", one);
    close(fd);
    fd = receiver("127.0.0.1", 0);
    send_to("bound to the loopback", fd, "239.3.3.3", 7001);
    got("one", one);
    close(fd);
    close(one);
    close(bound);
    close(to_group);
}

static void about_packets(void)
{
    int fd = sender("127.0.0.1"), one = receiver("0.0.0.0", 7002);
    char control[256], bytes[8];
    struct iovec data = {bytes, sizeof(bytes)};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};

    must(member(one, IP_ADD_MEMBERSHIP, "239.3.3.4", "127.0.0.1"));
    must(set_int(one, IPPROTO_IP, IP_PKTINFO, 1));
    must(set_int(one, IPPROTO_IP, IP_RECVTTL, 1));
    must(set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, 7));
    must(set_int(fd, IPPROTO_IP, IP_TTL, 70));
    send_to("send", fd, "239.3.3.4", 7002);
    must(recvmsg(one, &message, 0));
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
         header = CMSG_NXTHDR(&message, header)) {
        struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(header);

        if (header->cmsg_type == IP_TTL)
            say("ttl %d", *(int *)CMSG_DATA(header));
        else if (header->cmsg_type == IP_PKTINFO) {
            say("to %s", inet_ntoa(info->ipi_addr));
            say("local %s index %d", inet_ntoa(info->ipi_spec_dst), info->ipi_ifindex);
        }
    }
    close(fd);
    close(one);
}

/* ---- IPv6 ---- */

static int member6(int fd, int name, const char *group, unsigned index)
{
    struct ipv6_mreq wanted = {.ipv6mr_interface = index};

    inet_pton(AF_INET6, group, &wanted.ipv6mr_multiaddr);
    return setsockopt(fd, IPPROTO_IPV6, name, &wanted, sizeof(wanted));
}

static void send6(const char *label, int fd, const char *group, unsigned scope)
{
    struct sockaddr_in6 to = v6(group, 7003);

    to.sin6_scope_id = scope;
    call(label, sendto(fd, "abcd", 4, 0, AT(to)));
}

static void got6(const char *label, int fd)
{
    struct sockaddr_in6 from = {0};
    socklen_t len = sizeof(from);
    char bytes[16], text[64];
    ssize_t result =
        recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &len);

    inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text));
    if (result < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %zd from %s", label, result, text);
}

static void version6(void)
{
    struct sockaddr_in6 at = v6("::", 7003);
    int one = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    int fd = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    int off = 0;

    must(bind(one, AT(at)));
    call("not a group", member6(one, IPV6_JOIN_GROUP, "::1", 1));
    call("no such index", member6(one, IPV6_JOIN_GROUP, "ff05::1:3", 77));
    call("join", member6(one, IPV6_JOIN_GROUP, "ff05::1:3", 1));
    call("join again", member6(one, IPV6_JOIN_GROUP, "ff05::1:3", 1));
    call("leave, not joined", member6(one, IPV6_LEAVE_GROUP, "ff05::1:4", 1));
    call("leave, wrong index", member6(one, IPV6_LEAVE_GROUP, "ff05::1:3", 7));
    call("leave, not a group", member6(one, IPV6_LEAVE_GROUP, "::1", 1));
    call("interface 9", set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, 9));
    call("interface 1", set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1));
    send6("to the group", fd, "ff05::1:3", 0);
    got6("one", one);
    send6("to another", fd, "ff05::1:4", 0);
    got6("one", one);
    send6("everybody", fd, "ff02::1", 1);
    got6("one", one);
    must(setsockopt(one, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off)));
    send6("everybody, not wanted", fd, "ff02::1", 1);
    got6("one", one);
    call("any: join", any_member(one, IPPROTO_IPV6, MCAST_JOIN_GROUP, "ff05::1:5", 1));
    send6("to that", fd, "ff05::1:5", 0);
    got6("one", one);
    call("any: leave", any_member(one, IPPROTO_IPV6, MCAST_LEAVE_GROUP, "ff05::1:5", 1));
    call("leave by index 0", member6(one, IPV6_LEAVE_GROUP, "ff05::1:3", 0));
    call("leave again", member6(one, IPV6_LEAVE_GROUP, "ff05::1:3", 1));
    close(fd);
    close(one);
}

/* So many that the socket's memory for such things is used up. */
static void many(void)
{
    int six = (int)must(socket(AF_INET6, SOCK_DGRAM, 0)), nr;
    struct ipv6_mreq wanted = {.ipv6mr_interface = 1};

    inet_pton(AF_INET6, "ff05::1:0", &wanted.ipv6mr_multiaddr);
    for (nr = 0; nr < 5000; nr++) {
        wanted.ipv6mr_multiaddr.s6_addr[14] = (unsigned char)(nr >> 8);
        wanted.ipv6mr_multiaddr.s6_addr[15] = (unsigned char)nr;
        if (setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &wanted, sizeof(wanted)) != 0)
            break;
    }
    say("groups of IPv6: %d, then %s", nr, errno_name(errno));
    call("leave one",
         setsockopt(six, IPPROTO_IPV6, IPV6_LEAVE_GROUP,
                    (wanted.ipv6mr_multiaddr.s6_addr[14] = 0, &wanted), sizeof(wanted)));
    call("join it again", setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &wanted, sizeof(wanted)));
    close(six);
}

int main(void)
{
    loopback_up();
    joining();
    receiving();
    about_packets();
    version6();
    many();
    return 0;
}
