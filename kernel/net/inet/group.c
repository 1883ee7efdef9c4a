/*
 * Groups (multicast): who is a member of which, and where packets to a group go.
 *
 * There is only the loopback, which leads nowhere but back. So no membership is reported to anybody
 * (no IGMP, no MLD): a membership is a struct group_member of a socket, and a struct group is there
 * as long as it has one. A packet to a group is taken when there is such a group, and then offered
 * to all sockets that are bound to its port; each decides by its own memberships and
 * IP_MULTICAST_ALL. IP_MULTICAST_LOOP has no effect, as on
 * Linux's loopback: what goes out there is what comes in.
 *
 * Groups of IPv6 can be joined, but nothing can be sent to them: as on Linux, the loopback has no
 * route to any.
 *
 * Lock: inet_lock.
 */
#include "inet.h"

#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <lwip/ip_addr.h>

#define GROUP6_CHARGE 56 /* bytes that Linux takes for a membership of IPv6 */

struct group {
    struct list_head link; /* (inet_lock) in groups */
    ip_addr_t address;     /* (I) */
    unsigned nr_members;   /* (inet_lock) */
};

struct group_member {
    struct list_head link; /* (inet_lock) in inet_socket.groups */
    struct group *group;   /* (I) */
    u32 address;           /* (I) the interface by its address, as the program gave it */
};

static struct list_head groups = LIST_INIT(groups); /* (inet_lock) the youngest first */

bool group_is_option(int level, int name)
{
    if (name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP)
        return true;
    return level == SOL_IP ? name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP
                           : name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP;
}

/* ---- what the program asks for ---- */

struct group_request {
    ip_addr_t group;
    s32 index;   /* of the interface; 0: not said */
    u32 address; /* of the interface; 0: not said */
    bool join;
};

static int read_v4(const void *value, size_t len, struct group_request *request)
{
    struct ip_mreqn wanted = {0};

    if (len < IP_MREQ_LEN)
        return -EINVAL;
    memcpy(&wanted, value, min(len >= sizeof(wanted) ? sizeof(wanted) : IP_MREQ_LEN, len));
    ip_addr_set_ip4_u32(&request->group, wanted.imr_multiaddr);
    request->address = wanted.imr_address;
    request->index = wanted.imr_ifindex;
    return 0;
}

static void group_from_bytes(const u8 bytes[16], ip_addr_t *group)
{
    u32 words[4];

    memcpy(words, bytes, sizeof(words));
    IP_ADDR6(group, words[0], words[1], words[2], words[3]);
}

static int read_v6(const void *value, size_t len, struct group_request *request)
{
    struct ipv6_mreq wanted;

    if (len < sizeof(wanted))
        return -EINVAL;
    memcpy(&wanted, value, sizeof(wanted));
    group_from_bytes(wanted.ipv6mr_multiaddr, &request->group);
    request->index = wanted.ipv6mr_ifindex;
    return 0;
}

/* MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP (RFC 3678): an address of the level's family. */
static int read_any(int level, const void *value, size_t len, struct group_request *request)
{
    struct group_req wanted;
    const struct sockaddr_in *in = (const struct sockaddr_in *)wanted.gr_group;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)wanted.gr_group;

    if (len < sizeof(wanted))
        return -EINVAL;
    memcpy(&wanted, value, sizeof(wanted));
    request->index = (s32)wanted.gr_interface;
    if (level == SOL_IP && in->sin_family == AF_INET)
        ip_addr_set_ip4_u32(&request->group, in->sin_addr);
    else if (level == SOL_IPV6 && in6->sin6_family == AF_INET6)
        group_from_bytes(in6->sin6_addr, &request->group);
    else
        return level == SOL_IP ? -EINVAL : -EADDRNOTAVAIL;
    return 0;
}

/* ---- interfaces ---- */

static bool is_own_address(u32 address)
{
    ip_addr_t ip = IPADDR4_INIT(address);

    return address != 0 && inet_address_is_local(&ip);
}

/* Is it the loopback that is meant? Without a word about it nothing is, since no route leads there.
 */
static bool means_loopback(const struct group_request *request)
{
    return request->index != 0 ? request->index == LOOPBACK_INDEX
                               : is_own_address(request->address);
}

int group_set_interface(struct inet_socket *inet, const void *value, size_t len)
{
    struct ip_mreqn wanted = {0};

    if (inet->socket.type == SOCK_STREAM || len < sizeof(wanted.imr_address))
        return -EINVAL;
    if (len >= sizeof(wanted))
        memcpy(&wanted, value, sizeof(wanted));
    else
        memcpy(&wanted.imr_address, (const u8 *)value + (len >= IP_MREQ_LEN ? sizeof(u32) : 0),
               sizeof(u32));
    if (wanted.imr_ifindex == 0 && is_own_address(wanted.imr_address))
        wanted.imr_ifindex = LOOPBACK_INDEX;
    else if (wanted.imr_ifindex != LOOPBACK_INDEX &&
             (wanted.imr_ifindex != 0 || wanted.imr_address != 0))
        return -EADDRNOTAVAIL;
    if (inet_is_bound_elsewhere(inet, wanted.imr_ifindex))
        return -EINVAL;
    inet->multicast_if = wanted.imr_ifindex;
    inet->multicast_source = wanted.imr_address;
    return 0;
}

int group_route(const struct inet_socket *inet, const ip_addr_t *to, ip_addr_t *from)
{
    s32 bound = READ_ONCE(inet->socket.bound_interface);
    s32 index = bound != 0 ? bound : inet->multicast_if;

    if (IP_IS_V6(to))
        return -ENETUNREACH;
    if (index == 0 && !ip_addr_isany(from) && inet_address_is_local(from))
        index = LOOPBACK_INDEX;
    if (index != LOOPBACK_INDEX || !loopback_is_up())
        return index == 0 || index == LOOPBACK_INDEX ? -ENETUNREACH : -ENODEV;
    if (ip_addr_isany(from) && inet->multicast_source != 0)
        ip_addr_set_ip4_u32(from, inet->multicast_source);
    return 0;
}

/* ---- groups ---- */

static struct group *group_find(const ip_addr_t *address)
{
    struct group *group;

    list_for_each_entry (group, &groups, link)
        if (ip_addr_cmp(&group->address, address))
            return group;
    return NULL;
}

/* The group @address, with one member more. NULL: no memory */
static struct group *group_get(const ip_addr_t *address)
{
    struct group *group = group_find(address);

    if (group == NULL) {
        group = kmalloc(sizeof(*group), 0);
        if (group == NULL)
            return NULL;
        *group = (struct group){.address = *address};
        list_add(&group->link, &groups);
    }
    group->nr_members++;
    return group;
}

static void group_put(struct group *group)
{
    if (--group->nr_members > 0)
        return;
    list_remove(&group->link);
    kfree(group);
}

const ip_addr_t *group_next(const ip_addr_t *address, bool v6, unsigned *users)
{
    struct list_head *at =
        address == NULL ? &groups : &container_of(address, struct group, address)->link;

    for (at = at->next; at != &groups; at = at->next) {
        struct group *group = list_entry(at, struct group, link);

        if (IP_IS_V6(&group->address) == v6) {
            *users = group->nr_members;
            return &group->address;
        }
    }
    return NULL;
}

/* ---- members ---- */

static struct group_member *member_find(const struct inet_socket *inet,
                                        const struct group_request *request)
{
    struct group_member *member;

    list_for_each_entry (member, &inet->groups, link)
        if (ip_addr_cmp(&member->group->address, &request->group) &&
            (request->join || request->index != 0 || request->address == 0 ||
             is_own_address(request->address) || request->address == member->address))
            return member;
    return NULL;
}

/* A socket may be in so many groups of IPv4, and in as many of IPv6 as its memory for such things
 * (net.core.optmem_max) has room for. */
static int check_number(const struct inet_socket *inet, bool v4)
{
    if (v4)
        return inet->nr_groups < IP_MEMBERSHIPS_MAX ? 0 : -ENOBUFS;
    return (s64)(inet->nr_groups6 + 1) * GROUP6_CHARGE < READ_ONCE(socket_limits.control_max)
               ? 0
               : -ENOMEM;
}

static int join(struct inet_socket *inet, const struct group_request *request)
{
    bool v4 = !IP_IS_V6(&request->group);
    struct group_member *member;
    struct group *group;
    int err;

    if (!ip_addr_ismulticast(&request->group))
        return -EINVAL;
    if (!v4 && member_find(inet, request) != NULL &&
        (request->index == 0 || request->index == LOOPBACK_INDEX))
        return -EADDRINUSE;
    if (!means_loopback(request))
        return -ENODEV;
    if (member_find(inet, request) != NULL)
        return -EADDRINUSE;
    err = check_number(inet, v4);
    if (err != 0)
        return err;
    member = kmalloc(sizeof(*member), 0);
    group = member == NULL ? NULL : group_get(&request->group);
    if (group == NULL) {
        kfree(member);
        return v4 ? -ENOBUFS : -ENOMEM;
    }
    *member = (struct group_member){.group = group, .address = request->address};
    list_add_tail(&member->link, &inet->groups);
    *(v4 ? &inet->nr_groups : &inet->nr_groups6) += 1;
    return 0;
}

static void leave(struct inet_socket *inet, struct group_member *member)
{
    *(IP_IS_V6(&member->group->address) ? &inet->nr_groups6 : &inet->nr_groups) -= 1;
    list_remove(&member->link);
    group_put(member->group);
    kfree(member);
}

static int leave_one(struct inet_socket *inet, const struct group_request *request)
{
    bool v4 = !IP_IS_V6(&request->group);
    struct group_member *member;

    if (!v4 && !ip_addr_ismulticast(&request->group))
        return -EINVAL;
    if (v4 && request->index == 0 && request->address == 0 && ip_addr_ismulticast(&request->group))
        return -ENODEV;
    member =
        request->index == 0 || request->index == LOOPBACK_INDEX ? member_find(inet, request) : NULL;
    if (member == NULL)
        return -EADDRNOTAVAIL;
    leave(inet, member);
    return 0;
}

int group_set_option(struct inet_socket *inet, int level, int name, const void *value, size_t len)
{
    bool is_stream = inet->socket.type == SOCK_STREAM;
    bool any = name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP;
    struct group_request request = {
        .join = name == MCAST_JOIN_GROUP ||
                name == (level == SOL_IP ? IP_ADD_MEMBERSHIP : IPV6_JOIN_GROUP)};
    int err;

    if (!any && level == SOL_IP && is_stream)
        return -EPROTO;
    err = any               ? read_any(level, value, len, &request)
          : level == SOL_IP ? read_v4(value, len, &request)
                            : read_v6(value, len, &request);
    if (err == 0 && !any && level == SOL_IPV6 && is_stream)
        err = -EPROTO;
    if (err != 0)
        return err;
    return request.join ? join(inet, &request) : leave_one(inet, &request);
}

void group_leave_all(struct inet_socket *inet)
{
    struct group_member *member, *next;

    list_for_each_entry_safe (member, next, &inet->groups, link)
        leave(inet, member);
}

/* ---- packets ---- */

/* The group that every machine is in: 224.0.0.1. */
static bool is_everybody(const ip_addr_t *group)
{
    return !IP_IS_V6(group) && ip_2_ip4(group)->addr == PP_HTONL(0xe0000001ul);
}

bool group_admits(const struct inet_socket *inet, const ip_addr_t *to)
{
    u32 wants_all = IP_IS_V6(to) ? INET6_MULTICAST_ALL : INET_MULTICAST_ALL;
    const struct group_member *member;

    list_for_each_entry (member, &inet->groups, link)
        if (ip_addr_cmp(&member->group->address, to))
            return true;
    return (inet->flags & wants_all) != 0 && (is_everybody(to) || group_find(to) != NULL);
}
