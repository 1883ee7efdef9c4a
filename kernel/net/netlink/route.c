/*
 * rtnetlink(7): the one interface and its addresses, as getifaddrs(3), if_nameindex(3) and ip(8)
 * ask for them. What would change them is EOPNOTSUPP (ioctl(2) sets lo up and down).
 *
 * A dump is a datagram for each family's messages, and one with NLMSG_DONE, as on Linux.
 */
#include "netlink.h"

#include <abi/capability.h>
#include <abi/in.h>
#include <lib/string.h>
#include <net/families.h>
#include <proc/credentials.h>

#define IFF_LOWER_UP 0x10000

static void put_link(struct netlink_packet *packet, const struct nlmsghdr *request, u16 flags)
{
    static const u8 no_address[6];
    struct ifinfomsg link = {
        .family = AF_UNSPEC,
        .type = ARPHRD_LOOPBACK,
        .index = INET_LOOPBACK_INDEX,
        .flags = IFF_LOOPBACK | (inet_loopback_is_up() ? IFF_UP | IFF_RUNNING | IFF_LOWER_UP : 0),
    };
    struct nlmsghdr *message =
        netlink_put_message(packet, request, RTM_NEWLINK, flags, &link, sizeof(link));

    netlink_put_attribute(packet, message, IFLA_IFNAME, "lo", 3);
    netlink_put_u32(packet, message, IFLA_TXQLEN, 1000);
    netlink_put_u8(packet, message, IFLA_OPERSTATE,
                   inet_loopback_is_up() ? 0 : 2); /* unknown, down */
    netlink_put_u8(packet, message, IFLA_LINKMODE, 0);
    netlink_put_u32(packet, message, IFLA_MTU, INET_LOOPBACK_MTU);
    netlink_put_u32(packet, message, IFLA_GROUP, 0);
    netlink_put_u32(packet, message, IFLA_PROMISCUITY, 0);
    netlink_put_u32(packet, message, IFLA_NUM_TX_QUEUES, 1);
    netlink_put_u32(packet, message, IFLA_NUM_RX_QUEUES, 1);
    netlink_put_u8(packet, message, IFLA_CARRIER, 1);
    netlink_put_attribute(packet, message, IFLA_QDISC, "noqueue", 8);
    netlink_put_attribute(packet, message, IFLA_ADDRESS, no_address, sizeof(no_address));
    netlink_put_attribute(packet, message, IFLA_BROADCAST, no_address, sizeof(no_address));
}

static struct nlmsghdr *begin_address(struct netlink_packet *packet, const struct nlmsghdr *request,
                                      u8 family, u8 prefix_len)
{
    struct ifaddrmsg address = {.family = family,
                                .prefix_len = prefix_len,
                                .flags = IFA_F_PERMANENT,
                                .scope = RT_SCOPE_HOST,
                                .index = INET_LOOPBACK_INDEX};

    return netlink_put_message(packet, request, RTM_NEWADDR, NLM_F_MULTI, &address,
                               sizeof(address));
}

static void put_lifetime(struct netlink_packet *packet, struct nlmsghdr *message)
{
    struct ifa_cacheinfo for_ever = {.preferred = ~0u, .valid = ~0u};

    netlink_put_attribute(packet, message, IFA_CACHEINFO, &for_ever, sizeof(for_ever));
}

static void put_address_v4(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    static const u8 loopback[4] = {127, 0, 0, 1};
    struct nlmsghdr *message = begin_address(packet, request, AF_INET, 8);

    netlink_put_attribute(packet, message, IFA_ADDRESS, loopback, sizeof(loopback));
    netlink_put_attribute(packet, message, IFA_LOCAL, loopback, sizeof(loopback));
    netlink_put_attribute(packet, message, IFA_LABEL, "lo", 3);
    netlink_put_u32(packet, message, IFA_FLAGS, IFA_F_PERMANENT);
    put_lifetime(packet, message);
}

static void put_address_v6(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    static const u8 loopback[16] = {[15] = 1};
    struct nlmsghdr *message = begin_address(packet, request, AF_INET6, 128);

    netlink_put_attribute(packet, message, IFA_ADDRESS, loopback, sizeof(loopback));
    put_lifetime(packet, message);
    netlink_put_u32(packet, message, IFA_FLAGS, IFA_F_PERMANENT);
    netlink_put_u8(packet, message, IFA_PROTO, IFAPROT_KERNEL_LO);
}

static void put_all_links(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_link(packet, request, NLM_F_MULTI);
}

static void put_one_link(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_link(packet, request, 0);
}

static void put_done(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    int no_error = 0;

    (void)netlink_put_message(packet, request, NLMSG_DONE, NLM_F_MULTI, &no_error,
                              sizeof(no_error));
}

/* All links, addresses, routes, rules or neighbours of @family. => -EOPNOTSUPP: something else */
static int dump(struct netlink_socket *socket, const struct nlmsghdr *request, u8 family)
{
    int err;

    switch (request->type) {
    case RTM_GETLINK:
        err = netlink_answer(socket, request, put_all_links);
        break;
    case RTM_GETADDR:
        err = netlink_answer_families(socket, request, family, put_address_v4,
                                      inet_loopback_is_up() ? put_address_v6 : NULL);
        break;
    case RTM_GETROUTE:
        err = routes_dump(socket, request, family);
        break;
    case RTM_GETRULE:
        err = rules_dump(socket, request, family);
        break;
    case RTM_GETNEIGH: /* the loopback has none */
        err = 0;
        break;
    default:
        return -EOPNOTSUPP;
    }
    return err ? err : netlink_answer(socket, request, put_done);
}

/* Does the request's IFLA_IFNAME say "lo"? *named: there is such an attribute. */
static bool names_loopback(const struct nlmsghdr *request, bool *named)
{
    const struct nlattr *attribute;
    const char *name;
    size_t len;

    (void)netlink_find_attribute(request, sizeof(struct ifinfomsg), IFLA_IFNAME, &attribute);
    *named = attribute != NULL;
    if (attribute == NULL)
        return false;
    name = (const char *)(attribute + 1);
    len = attribute->len - sizeof(*attribute);
    return len >= 2 && memcmp(name, "lo", 2) == 0 && (len == 2 || name[2] == '\0');
}

/* One link by its number or name. */
static int get_link(struct netlink_socket *socket, const struct nlmsghdr *request)
{
    const struct ifinfomsg *wanted = (const struct ifinfomsg *)(request + 1);
    bool named, is_loopback;

    if (request->len < sizeof(*request) + sizeof(*wanted))
        return -EINVAL;
    is_loopback = names_loopback(request, &named);
    if (wanted->index > 0)
        is_loopback = wanted->index == INET_LOOPBACK_INDEX;
    else if (!named)
        return -EINVAL;
    if (!is_loopback)
        return -ENODEV;
    return netlink_answer(socket, request, put_one_link);
}

int route_request(struct netlink_socket *socket, const struct nlmsghdr *request, bool *answered)
{
    bool gets = (request->type & RTM_KIND_MASK) == RTM_KIND_GET;
    int err;

    if (request->type > RTM_MAX)
        return -EOPNOTSUPP;
    if (request->len < sizeof(*request) + 1)
        return 0;
    if (!gets && !capable(CAP_NET_ADMIN))
        return -EPERM;
    if (gets && (request->flags & NLM_F_DUMP)) {
        err = dump(socket, request, *(const u8 *)(request + 1));
        *answered = err == 0;
        return err;
    }
    switch (request->type) {
    case RTM_GETLINK:
        return get_link(socket, request);
    case RTM_GETROUTE:
        return route_get(socket, request);
    default:
        return -EOPNOTSUPP;
    }
}
