/* NETLINK_ROUTE: each attribute of lo, its addresses and the routes of IPv6, in dumps and alone. */

#include "test.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static char buffer[1 << 16];

static void set_up(bool up)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0};
    int inet = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(ioctl(inet, SIOCSIFFLAGS, &request));
    close(inet);
}

static void put_hex(const unsigned char *bytes, size_t len)
{
    char line[256] = "";

    for (size_t i = 0; i < len && i < 100; i++)
        snprintf(line + 2 * i, sizeof(line) - 2 * i, "%02x", bytes[i]);
    say("    %s", line);
}

/* Of an address's or a route's cache info the times and counts are left out. */
static size_t steady_part(int message, const struct rtattr *attribute)
{
    size_t len = RTA_PAYLOAD(attribute);

    if (message == RTM_NEWADDR && attribute->rta_type == IFA_CACHEINFO)
        return 8;
    return message == RTM_NEWROUTE && attribute->rta_type == RTA_CACHEINFO ? 0 : len;
}

static void show(const struct nlmsghdr *message, size_t fixed)
{
    const unsigned char *at = (const unsigned char *)NLMSG_DATA(message);
    const struct rtattr *attribute = (const void *)(at + NLMSG_ALIGN(fixed));
    int left = (int)message->nlmsg_len - (int)NLMSG_LENGTH(NLMSG_ALIGN(fixed));

    say("message type %d flags %x", message->nlmsg_type, message->nlmsg_flags);
    put_hex(at, fixed);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        say("  attribute %d len %d", attribute->rta_type, (int)RTA_PAYLOAD(attribute));
        put_hex(RTA_DATA(attribute), steady_part(message->nlmsg_type, attribute));
    }
}

static void ask(const char *label, int type, int flags, const void *fixed, size_t size,
                size_t answer_size)
{
    struct {
        struct nlmsghdr header;
        char body[128];
    } request = {.header = {.nlmsg_len = (unsigned)NLMSG_LENGTH(size),
                            .nlmsg_type = (unsigned short)type,
                            .nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags),
                            .nlmsg_seq = 5}};
    int fd = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    bool done = false;

    memcpy(request.body, fixed, size);
    must(send(fd, &request, request.header.nlmsg_len, 0));
    say("== %s", label);
    while (!done) {
        int len = (int)must(recv(fd, buffer, sizeof(buffer), 0));

        for (const struct nlmsghdr *at = (void *)buffer; NLMSG_OK(at, len);
             at = NLMSG_NEXT(at, len)) {
            done = !(at->nlmsg_flags & NLM_F_MULTI) || at->nlmsg_type == NLMSG_DONE;
            if (at->nlmsg_type == NLMSG_ERROR)
                say("error %s", errno_name(-*(int *)NLMSG_DATA(at)));
            else if (at->nlmsg_type == NLMSG_DONE)
                say("done");
            else
                show(at, answer_size);
        }
    }
    close(fd);
}

struct route_request {
    struct rtmsg route;
    struct rtattr header;
    unsigned char address[16];
};

static void route_to(const char *label, int family, const char *address)
{
    struct route_request request = {
        .route = {.rtm_family = (unsigned char)family, .rtm_dst_len = family == AF_INET ? 32 : 128},
        .header = {.rta_type = RTA_DST, .rta_len = family == AF_INET ? 8 : 20}};

    inet_pton(family, address, request.address);
    ask(label, RTM_GETROUTE, 0, &request, sizeof(struct rtmsg) + request.header.rta_len,
        sizeof(struct rtmsg));
}

int main(void)
{
    struct rtmsg route6 = {.rtm_family = AF_INET6}, route = {.rtm_family = AF_UNSPEC};
    struct ifaddrmsg address6 = {.ifa_family = AF_INET6}, address4 = {.ifa_family = AF_INET};
    struct rtmsg route4 = {.rtm_family = AF_INET};

    set_up(true);
    ask("routes of IPv6", RTM_GETROUTE, NLM_F_DUMP, &route6, sizeof(route6), sizeof(route6));
    ask("all routes", RTM_GETROUTE, NLM_F_DUMP, &route, sizeof(route), sizeof(route));
    ask("addresses of IPv6", RTM_GETADDR, NLM_F_DUMP, &address6, sizeof(address6),
        sizeof(address6));
    ask("addresses of IPv4", RTM_GETADDR, NLM_F_DUMP, &address4, sizeof(address4),
        sizeof(address4));
    route_to("to 127.0.0.1", AF_INET, "127.0.0.1");
    route_to("to 127.1.2.3", AF_INET, "127.1.2.3");
    route_to("to 10.0.0.1", AF_INET, "10.0.0.1");
    route_to("to ::1", AF_INET6, "::1");
    route_to("to fe80::1", AF_INET6, "fe80::1");
    ask("rules", RTM_GETRULE, NLM_F_DUMP, &route4, sizeof(route4), sizeof(route4));
    ask("rules of IPv6", RTM_GETRULE, NLM_F_DUMP, &route6, sizeof(route6), sizeof(route6));
    ask("a route to nowhere", RTM_GETROUTE, 0, &route4, sizeof(route4), sizeof(route4));
    ask("a short question", RTM_GETROUTE, 0, &route4, 4, sizeof(route4));
    set_up(false);
    ask("down: routes of IPv6", RTM_GETROUTE, NLM_F_DUMP, &route6, sizeof(route6), sizeof(route6));
    route_to("down: to 127.0.0.1", AF_INET, "127.0.0.1");
    set_up(true);
    return 0;
}
