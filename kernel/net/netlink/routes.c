/*
 * rtnetlink(7): the routes of the local tables of IPv4 and IPv6, the rules that choose a table, and
 * which way one address is reached. All of it is about lo and as Linux has it before anybody
 * changes it; here nobody can.
 */
#include "netlink.h"

#include <lib/string.h>
#include <net/families.h>

static const u8 loopback_v4[4] = {127, 0, 0, 1};
static const u8 loopback_v6[16] = {[15] = 1};

/* ---- all routes ---- */

/* A route of IPv4's local table, over lo and from its address. */
static void put_route_v4(struct netlink_packet *packet, const struct nlmsghdr *request,
                         const u8 to[4], u8 prefix_len, u8 scope, u8 type)
{
    struct rtmsg route = {.family = AF_INET,
                          .destination_len = prefix_len,
                          .table = RT_TABLE_LOCAL,
                          .protocol = RTPROT_KERNEL,
                          .scope = scope,
                          .type = type};
    struct nlmsghdr *message =
        netlink_put_message(packet, request, RTM_NEWROUTE, NLM_F_MULTI, &route, sizeof(route));

    netlink_put_u32(packet, message, RTA_TABLE, RT_TABLE_LOCAL);
    netlink_put_attribute(packet, message, RTA_DST, to, 4);
    netlink_put_attribute(packet, message, RTA_PREFSRC, loopback_v4, sizeof(loopback_v4));
    netlink_put_u32(packet, message, RTA_OIF, INET_LOOPBACK_INDEX);
}

/* All of them lead to lo; what it is down for is the broadcast. */
static void put_routes_v4(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    static const u8 network[4] = {127}, all[4] = {127, 255, 255, 255};

    put_route_v4(packet, request, network, 8, RT_SCOPE_HOST, RTN_LOCAL);
    put_route_v4(packet, request, loopback_v4, 32, RT_SCOPE_HOST, RTN_LOCAL);
    if (inet_loopback_is_up())
        put_route_v4(packet, request, all, 32, RT_SCOPE_LINK, RTN_BROADCAST);
}

/* The one route of IPv6: to ::1. @get: as an answer to the question for it. */
static void put_route_v6(struct netlink_packet *packet, const struct nlmsghdr *request, bool get)
{
    static const u8 any[16];
    struct rta_cacheinfo cache = {.references = get ? 2 : 0};
    struct rtmsg route = {.family = AF_INET6,
                          .destination_len = 128,
                          .source_len = get ? 128 : 0,
                          .table = RT_TABLE_LOCAL,
                          .protocol = RTPROT_KERNEL,
                          .scope = RT_SCOPE_UNIVERSE,
                          .type = RTN_LOCAL};
    struct nlmsghdr *message = netlink_put_message(packet, request, RTM_NEWROUTE,
                                                   get ? 0 : NLM_F_MULTI, &route, sizeof(route));

    netlink_put_u32(packet, message, RTA_TABLE, RT_TABLE_LOCAL);
    netlink_put_attribute(packet, message, RTA_DST, loopback_v6, sizeof(loopback_v6));
    if (get) {
        netlink_put_attribute(packet, message, RTA_SRC, any, sizeof(any));
        netlink_put_attribute(packet, message, RTA_PREFSRC, loopback_v6, sizeof(loopback_v6));
    }
    netlink_put_u32(packet, message, RTA_PRIORITY, 0);
    netlink_put_u32(packet, message, RTA_OIF, INET_LOOPBACK_INDEX);
    netlink_put_attribute(packet, message, RTA_CACHEINFO, &cache, sizeof(cache));
    netlink_put_u8(packet, message, RTA_PREF, 0);
}

static void put_routes_v6(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_route_v6(packet, request, false);
}

int routes_dump(struct netlink_socket *socket, const struct nlmsghdr *request, u8 family)
{
    return netlink_answer_families(socket, request, family, put_routes_v4,
                                   inet_loopback_is_up() ? put_routes_v6 : NULL);
}

/* ---- one route ---- */

/* The address that is asked for (RTA_DST), of @size bytes; any when none is. NULL: a bad one */
static const u8 *destination(const struct nlmsghdr *request, size_t size)
{
    static const u8 any[sizeof(loopback_v6)];
    const struct nlattr *attribute;

    if (netlink_find_attribute(request, sizeof(struct rtmsg), RTA_DST, &attribute) != 0)
        return NULL;
    if (attribute == NULL)
        return any;
    return attribute->len >= sizeof(*attribute) + size ? (const u8 *)(attribute + 1) : NULL;
}

static void put_way_v4(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    struct rta_cacheinfo cache = {.references = 2};
    struct rtmsg route = {.family = AF_INET,
                          .destination_len = 32,
                          .table = RT_TABLE_MAIN,
                          .protocol = RTPROT_UNSPEC,
                          .scope = RT_SCOPE_UNIVERSE,
                          .type = RTN_LOCAL,
                          .flags = RTCF_LOCAL | RTM_F_CLONED};
    struct nlmsghdr *message =
        netlink_put_message(packet, request, RTM_NEWROUTE, 0, &route, sizeof(route));

    netlink_put_u32(packet, message, RTA_TABLE, RT_TABLE_MAIN);
    netlink_put_attribute(packet, message, RTA_DST, destination(request, 4), 4);
    netlink_put_u32(packet, message, RTA_OIF, INET_LOOPBACK_INDEX);
    netlink_put_attribute(packet, message, RTA_PREFSRC, loopback_v4, sizeof(loopback_v4));
    netlink_put_u32(packet, message, RTA_UID, 0);
    netlink_put_attribute(packet, message, RTA_CACHEINFO, &cache, sizeof(cache));
}

static void put_way_v6(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_route_v6(packet, request, true);
}

int route_get(struct netlink_socket *socket, const struct nlmsghdr *request)
{
    const struct rtmsg *wanted = (const struct rtmsg *)(request + 1);
    static const u8 any_v4[4];
    bool v6;
    const u8 *to;

    if (request->len < sizeof(*request) + sizeof(*wanted))
        return -EINVAL;
    if (wanted->family != AF_INET && wanted->family != AF_INET6)
        return -EOPNOTSUPP;
    v6 = wanted->family == AF_INET6;
    to = destination(request, v6 ? sizeof(loopback_v6) : sizeof(loopback_v4));
    if (to == NULL)
        return -EINVAL;
    if (v6 ? memcmp(to, loopback_v6, sizeof(loopback_v6)) != 0 || !inet_loopback_is_up()
           : to[0] != loopback_v4[0] && memcmp(to, any_v4, sizeof(any_v4)) != 0)
        return -ENETUNREACH;
    return netlink_answer(socket, request, v6 ? put_way_v6 : put_way_v4);
}

/* ---- rules ---- */

static void put_rule(struct netlink_packet *packet, const struct nlmsghdr *request, u8 family,
                     u8 table, u32 priority)
{
    struct fib_rule_hdr rule = {.family = family, .table = table, .action = FR_ACT_TO_TBL};
    struct nlmsghdr *message =
        netlink_put_message(packet, request, RTM_NEWRULE, NLM_F_MULTI, &rule, sizeof(rule));

    netlink_put_u32(packet, message, FRA_TABLE, table);
    netlink_put_u32(packet, message, FRA_SUPPRESS_PREFIXLEN, ~0u);
    netlink_put_u8(packet, message, FRA_PROTOCOL, RTPROT_KERNEL);
    if (priority != 0)
        netlink_put_u32(packet, message, FRA_PRIORITY, priority);
}

static void put_rules_v4(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_rule(packet, request, AF_INET, RT_TABLE_LOCAL, 0);
    put_rule(packet, request, AF_INET, RT_TABLE_MAIN, 32766);
    put_rule(packet, request, AF_INET, RT_TABLE_DEFAULT, 32767);
}

static void put_rules_v6(struct netlink_packet *packet, const struct nlmsghdr *request)
{
    put_rule(packet, request, AF_INET6, RT_TABLE_LOCAL, 0);
    put_rule(packet, request, AF_INET6, RT_TABLE_MAIN, 32766);
}

int rules_dump(struct netlink_socket *socket, const struct nlmsghdr *request, u8 family)
{
    return netlink_answer_families(socket, request, family, put_rules_v4, put_rules_v6);
}
