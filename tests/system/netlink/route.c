/*
 * AF_NETLINK, NETLINK_ROUTE: addresses, what is refused, the links and addresses of lo as messages
 * and as musl's getifaddrs and if_nameindex tell them, errors and acknowledgements, truncation.
 */

#include "test.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int fd;
static char buffer[1 << 16];

struct request {
    struct nlmsghdr header;
    union {
        struct rtgenmsg any;
        struct ifinfomsg link;
    };
    char more[64];
};

static void up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int inet = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    must(ioctl(inet, SIOCSIFFLAGS, &request));
    close(inet);
}

static void create(void)
{
    call("stream", socket(AF_NETLINK, SOCK_STREAM, 0));
    call("seqpacket", socket(AF_NETLINK, SOCK_SEQPACKET, 0));
    call("protocol 31", socket(AF_NETLINK, SOCK_RAW, 31));
    call("protocol 32", socket(AF_NETLINK, SOCK_RAW, 32));
    call("protocol -1", socket(AF_NETLINK, SOCK_RAW, -1));
    call_ok("datagram", fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE));
    close(fd);
    call_ok("raw", fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

static void name(const char *label, int socket)
{
    struct sockaddr_nl is = {0};
    socklen_t len = sizeof(is);
    if (getsockname(socket, (void *)&is, &len) < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: family %d, port %s, groups %x, length %u", label, is.nl_family,
            is.nl_pid == 0                    ? "0"
            : is.nl_pid == (unsigned)getpid() ? "process"
            : is.nl_pid == 777                ? "777"
                                              : "other",
            is.nl_groups, len);
}

static void names(void)
{
    struct sockaddr_nl to = {.nl_family = AF_NETLINK};
    struct sockaddr_nl seven = {.nl_family = AF_NETLINK, .nl_pid = 777, .nl_groups = 1};
    int other = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    int third = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    socklen_t len = sizeof(to);

    name("new", fd);
    call("bind short", bind(fd, (void *)&to, 11));
    to.nl_family = AF_INET;
    call("bind as AF_INET", bind(fd, (void *)&to, sizeof(to)));
    to.nl_family = AF_NETLINK;
    call("bind", bind(fd, (void *)&to, sizeof(to)));
    name("bound", fd);
    call("bind again", bind(fd, (void *)&to, sizeof(to)));
    call("bind to another", bind(fd, (void *)&seven, sizeof(seven)));
    call("bind the second", bind(other, (void *)&to, sizeof(to)));
    name("second", other);
    call("bind the third to 777", bind(third, (void *)&seven, sizeof(seven)));
    name("third", third);
    close(third);
    third = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    call("777 again", bind(third, (void *)&seven, sizeof(seven)));
    call("777 twice", bind(other, (void *)&seven, sizeof(seven)));
    call("getpeername", getpeername(fd, (void *)&to, &len));
    say("peer %u groups %u", to.nl_pid, to.nl_groups);
    call("connect to 777", connect(other, (void *)&seven, sizeof(seven)));
    must(getpeername(other, (void *)&to, &len));
    say("peer %u groups %u", to.nl_pid, to.nl_groups);
    call("listen", listen(fd, 1));
    call("accept", accept(fd, NULL, NULL));
    call("shutdown", shutdown(fd, SHUT_RDWR));
    call("socketpair", socketpair(AF_NETLINK, SOCK_RAW, 0, (int[2]){0, 0}));
    close(other);
    close(third);
}

static long request(int type, int flags, int family, int payload)
{
    struct request message = {.header = {.nlmsg_type = (unsigned short)type,
                                         .nlmsg_flags = (unsigned short)flags,
                                         .nlmsg_seq = 99}};
    message.any.rtgen_family = (unsigned char)family;
    message.header.nlmsg_len = (unsigned)(sizeof(message.header) + (unsigned)payload);
    return send(fd, &message, message.header.nlmsg_len, 0);
}

/* Attributes worth comparing: the rest differs from release to release. */
static void attribute(const struct rtattr *each, int message)
{
    const unsigned char *bytes = RTA_DATA(each);
    unsigned len = (unsigned)RTA_PAYLOAD(each);
    static const int links[] = {IFLA_IFNAME,        IFLA_TXQLEN,        IFLA_OPERSTATE,
                                IFLA_LINKMODE,      IFLA_GROUP,         IFLA_PROMISCUITY,
                                IFLA_NUM_TX_QUEUES, IFLA_NUM_RX_QUEUES, IFLA_CARRIER,
                                IFLA_QDISC,         IFLA_ADDRESS,       IFLA_BROADCAST};
    static const int addresses[] = {IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS};
    const int *known = message == RTM_NEWLINK ? links : addresses;
    unsigned count = message == RTM_NEWLINK ? COUNT_OF(links) : COUNT_OF(addresses);
    char text[200] = "";

    for (unsigned i = 0; i < count; i++) {
        if (known[i] != each->rta_type)
            continue;
        for (unsigned j = 0; j < len && j < 40; j++)
            sprintf(text + strlen(text), " %02x", bytes[j]);
        say("    attribute %d:%s", each->rta_type, text);
    }
}

static void describe(const struct nlmsghdr *header)
{
    int len = (int)header->nlmsg_len;
    say("  message %d flags %x seq %u port %s", header->nlmsg_type, header->nlmsg_flags,
        header->nlmsg_seq, header->nlmsg_pid == (unsigned)getpid() ? "mine" : "other");
    if (header->nlmsg_type == RTM_NEWLINK) {
        const struct ifinfomsg *link = NLMSG_DATA(header);
        say("   link family %d type %d index %d flags %x change %x", link->ifi_family,
            link->ifi_type, link->ifi_index, link->ifi_flags, link->ifi_change);
        len -= (int)NLMSG_LENGTH(sizeof(*link));
        for (struct rtattr *each = IFLA_RTA(link); RTA_OK(each, len); each = RTA_NEXT(each, len))
            attribute(each, RTM_NEWLINK);
    } else if (header->nlmsg_type == RTM_NEWADDR) {
        const struct ifaddrmsg *address = NLMSG_DATA(header);
        say("   address family %d prefix %d flags %x scope %d index %u", address->ifa_family,
            address->ifa_prefixlen, address->ifa_flags, address->ifa_scope, address->ifa_index);
        len -= (int)NLMSG_LENGTH(sizeof(*address));
        for (struct rtattr *each = IFA_RTA(address); RTA_OK(each, len); each = RTA_NEXT(each, len))
            attribute(each, RTM_NEWADDR);
    } else if (header->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *error = NLMSG_DATA(header);
        say("   %s, of message %d, length %u", errno_name(-error->error), error->msg.nlmsg_type,
            header->nlmsg_len);
    } else if (header->nlmsg_type == NLMSG_DONE) {
        say("   done %d", *(int *)NLMSG_DATA(header));
    }
}

static void answers(const char *label, long sent)
{
    if (sent < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: sent %ld", label, sent);
    for (;;) {
        struct sockaddr_nl from = {.nl_pid = 5};
        socklen_t size = sizeof(from);
        long len = recvfrom(fd, buffer, sizeof(buffer), MSG_DONTWAIT, (void *)&from, &size);
        if (len < 0) {
            say(" end: %s", errno_name(errno));
            return;
        }
        say(" datagram from %u, size %u", from.nl_pid, size);
        for (struct nlmsghdr *each = (void *)buffer; NLMSG_OK(each, (unsigned)len);
             each = NLMSG_NEXT(each, len))
            describe(each);
    }
}

static void requests(void)
{
    answers("links", request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, AF_UNSPEC, 1));
    answers("addresses", request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_UNSPEC, 1));
    answers("IPv4 addresses", request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_INET, 1));
    answers("IPv6 addresses", request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_INET6, 1));
    answers("no request", request(RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC, 1));
    answers("no request, acknowledged", request(RTM_GETLINK, NLM_F_ACK, AF_UNSPEC, 1));
    answers("type 3, acknowledged", request(3, NLM_F_REQUEST | NLM_F_ACK, AF_UNSPEC, 1));
    answers("nothing behind the header", request(RTM_GETLINK, NLM_F_REQUEST, AF_UNSPEC, 0));
    answers("type 200", request(200, NLM_F_REQUEST, AF_UNSPEC, 16));
    answers("a link without a name", request(RTM_GETLINK, NLM_F_REQUEST, AF_UNSPEC, 16));
    struct request link = {
        .header = {.nlmsg_len = 32, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = 1}};
    link.link.ifi_index = 1;
    answers("link 1", send(fd, &link, 32, 0));
    link.link.ifi_index = 77;
    answers("link 77", send(fd, &link, 32, 0));
    link.header.nlmsg_len = 15;
    answers("length 15", send(fd, &link, 32, 0));
    link.header.nlmsg_len = 33;
    answers("length too long", send(fd, &link, 32, 0));
    answers("15 bytes", send(fd, &link, 15, 0));
    answers("nothing", send(fd, &link, 0, 0));
    answers("MSG_OOB", send(fd, &link, 32, MSG_OOB));
    struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_pid = 4242};
    answers("to nobody", sendto(fd, &link, 32, 0, (void *)&to, sizeof(to)));
    answers("short name", sendto(fd, &link, 32, 0, (void *)&to, 8));
}

static void receiving(void)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT};

    call("nothing to receive", recv(fd, buffer, 10, MSG_DONTWAIT));
    poll(&poller, 1, 0);
    say("poll %x", (unsigned)poller.revents);
    must(request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, AF_UNSPEC, 1));
    poll(&poller, 1, 0);
    say("poll %x", (unsigned)poller.revents);
    yes("peek at its length", recv(fd, buffer, 0, MSG_PEEK | MSG_TRUNC) > 100);
    call("peek at 10", recv(fd, buffer, 10, MSG_PEEK));
    call("10 of it", recv(fd, buffer, 10, 0));
    call("done, all of it", recv(fd, buffer, 100, MSG_TRUNC));
    call("MSG_OOB", recv(fd, buffer, 10, MSG_OOB | MSG_DONTWAIT));
}

static void options(void)
{
    int number = 1;
    socklen_t len = sizeof(number);

    call("join group 1", setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, 4));
    name("joined", fd);
    call("leave group 1", setsockopt(fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &number, 4));
    name("left", fd);
    number = 0;
    call("join group 0", setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, 4));
    number = 999;
    call("join group 999", setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, 4));
    call("option 99", setsockopt(fd, SOL_NETLINK, 99, &number, 4));
    call("level IP", setsockopt(fd, 0, 1, &number, 4));
    number = 1;
    call("cap ack", setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &number, 4));
    call("get it", getsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &number, &len));
    say("%d %u", number, len);
    answers("an error without its message", request(200, NLM_F_REQUEST, AF_UNSPEC, 16));
    len = sizeof(number);
    must(getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &number, &len));
    say("protocol %d", number);
}

static void unprivileged(void)
{
    struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_pid = 777};
    become_user();
    fd = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    call("connect to another", connect(fd, (void *)&to, sizeof(to)));
    call("send to another", sendto(fd, buffer, 32, 0, (void *)&to, sizeof(to)));
    to.nl_pid = 0;
    to.nl_groups = 1;
    call("bind to a group", bind(fd, (void *)&to, sizeof(to)));
    answers("make a link", request(RTM_NEWLINK, NLM_F_REQUEST, AF_UNSPEC, 16));
    answers("delete an address", request(RTM_DELADDR, NLM_F_REQUEST, AF_UNSPEC, 16));
}

static void library(void)
{
    struct ifaddrs *list, *each;
    struct if_nameindex *index = if_nameindex();

    for (int i = 0; index != NULL && index[i].if_index != 0; i++) {
        if (strcmp(index[i].if_name, "lo") == 0)
            say("if_nameindex: %u %s", index[i].if_index, index[i].if_name);
    }
    must(getifaddrs(&list));
    for (each = list; each != NULL; each = each->ifa_next) {
        if (strcmp(each->ifa_name, "lo") == 0)
            say("getifaddrs: %s flags %x family %d, netmask %s", each->ifa_name, each->ifa_flags,
                each->ifa_addr != NULL ? each->ifa_addr->sa_family : -1,
                each->ifa_netmask != NULL ? "yes" : "no");
    }
    say("if_nametoindex %u", if_nametoindex("lo"));
}

int main(void)
{
    up();
    create();
    names();
    requests();
    receiving();
    options();
    in_child("user", unprivileged);
    library();
    return 0;
}
