/* The files of /proc/net that tell of interfaces, routes, groups and totals. */

#include "inet.h"

/* Linux's references to a route and how often it was used: they depend on what ran before. */
static void hide_uses(char *text)
{
    for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        memset(line + 114, 'x', 17);
}

static void show(const char *path)
{
    static char text[1 << 16];
    long len = file_text(path, text, sizeof(text));

    if (len > 0 && strcmp(path, "/proc/net/ipv6_route") == 0)
        hide_uses(text);

    if (len < 0)
        say("%s: %s", path, errno_name(errno));
    else
        say("%s: %ld bytes\n%s---", path, len, text);
}

/* Three members of two groups. */
static void members(void)
{
    struct ip_mreq wanted = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    struct ipv6_mreq wanted6 = {.ipv6mr_interface = 1};
    int one = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    int two = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    int six = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));

    inet_pton(AF_INET, "239.1.2.3", &wanted.imr_multiaddr);
    must(setsockopt(one, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wanted, sizeof(wanted)));
    must(setsockopt(two, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wanted, sizeof(wanted)));
    inet_pton(AF_INET, "239.1.2.4", &wanted.imr_multiaddr);
    must(setsockopt(two, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wanted, sizeof(wanted)));
    inet_pton(AF_INET6, "ff05::1:3", &wanted6.ipv6mr_multiaddr);
    must(setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &wanted6, sizeof(wanted6)));
    show("/proc/net/igmp");
    show("/proc/net/igmp6");
    show("/proc/net/sockstat6");
    close(one);
    close(two);
    close(six);
    show("/proc/net/igmp");
}

int main(void)
{
    loopback_up();
    show("/proc/net/route");
    show("/proc/net/ipv6_route");
    show("/proc/net/if_inet6");
    show("/proc/net/igmp");
    show("/proc/net/igmp6");
    show("/proc/net/mcfilter");
    show("/proc/net/mcfilter6");
    show("/proc/net/arp");
    show("/proc/net/dev_mcast");
    show("/proc/net/sockstat6");
    show("/proc/net/anycast6");
    show("/proc/net/wireless");
    show("/proc/net/icmp");
    show("/proc/net/udplite");
    members();
    return 0;
}
