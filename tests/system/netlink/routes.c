/* NETLINK_ROUTE: the routes of lo for IPv4, attribute by attribute; none while it is down. */

#include "test.h"

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

static void show_route(const struct nlmsghdr *message)
{
    const struct rtmsg *route = NLMSG_DATA(message);
    int len = (int)message->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*route));

    say("type %d flags %x: family %d dst %d src %d tos %d table %d protocol %d scope %d type %d "
        "flags %x",
        message->nlmsg_type, message->nlmsg_flags, route->rtm_family, route->rtm_dst_len,
        route->rtm_src_len, route->rtm_tos, route->rtm_table, route->rtm_protocol, route->rtm_scope,
        route->rtm_type, route->rtm_flags);
    for (const struct rtattr *at = RTM_RTA(route); RTA_OK(at, len); at = RTA_NEXT(at, len)) {
        const unsigned char *value = RTA_DATA(at);

        say("  %d: %d.%d.%d.%d", at->rta_type, value[0], value[1], value[2], value[3]);
    }
}

static void dump(unsigned char family)
{
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
    } request = {{sizeof(request), RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, 7, 0},
                 {.rtm_family = family}};
    int fd = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    bool done = false;

    must(send(fd, &request, sizeof(request), 0));
    while (!done) {
        int len = (int)must(recv(fd, buffer, sizeof(buffer), 0));

        for (const struct nlmsghdr *at = (void *)buffer; NLMSG_OK(at, len);
             at = NLMSG_NEXT(at, len)) {
            done = at->nlmsg_type == NLMSG_DONE || at->nlmsg_type == NLMSG_ERROR;
            if (at->nlmsg_type == RTM_NEWROUTE)
                show_route(at);
            else
                say("message %d", at->nlmsg_type);
        }
    }
    close(fd);
}

int main(void)
{
    set_up(true);
    dump(AF_INET);
    set_up(false);
    say("down");
    dump(AF_INET);
    set_up(true);
    return 0;
}
