/*
 * Options of levels SOL_IP and SOL_IPV6 (ip(7), ipv6(7)), for sockets of all internet protocols.
 *
 * Most are a bit or a number and stand in the table below, with what Linux asks of their length and
 * value. Groups are in group.c. Refused, since nothing here could honour them: the error
 * queue (IP_RECVERR), options and extension headers in packets to send, flow labels, IPsec,
 * source-specific groups.
 *
 * Lock: inet_lock, held by the caller.
 */
#include "inet.h"

#include <abi/capability.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <lwip/opt.h>
#include <proc/credentials.h>

#define ECN_MASK  3
#define UNCHANGED INT32_MIN /* -1 is a value like others */

u8 inet_ttl(const struct inet_socket *inet, const ip_addr_t *to)
{
    bool multicast = ip_addr_ismulticast(to);

    if (!IP_IS_V6(to) || IP_IS_ANY_TYPE_VAL(*to))
        return (u8)(multicast ? inet->multicast_ttl : inet->ttl);
    if (multicast)
        return (u8)inet->multicast_hops;
    return inet->hop_limit < 0 ? IP_DEFAULT_TTL : (u8)inet->hop_limit;
}

u8 inet_tos(const struct inet_socket *inet, const ip_addr_t *to)
{
    return (u8)(IP_IS_V6(to) ? inet->class : inet->tos);
}

int inet_option_number(const void *value, size_t len, int *number)
{
    *number = 0;
    if (len >= sizeof(*number))
        memcpy(number, value, sizeof(*number));
    else if (len >= 1)
        *number = *(const u8 *)value;
    else
        return -EINVAL;
    return 0;
}

int inet_option_return(int number, void *value, size_t *len)
{
    u8 byte = (u8)number;

    if (*len < sizeof(number) && *len > 0 && number >= 0 && number <= 255) {
        *len = 1;
        memcpy(value, &byte, 1);
        return 0;
    }
    return inet_option_bytes(&number, sizeof(number), value, len);
}

int inet_option_bytes(const void *from, size_t size, void *value, size_t *len)
{
    *len = min(*len, size);
    memcpy(value, from, *len);
    return 0;
}

/* ---- options that are one bit or one number ---- */

static const struct plain_option {
    int level, name;
    u32 flag;   /* in inet_socket.flags; 0: it is a number */
    u16 offset; /* of that, an s32 in struct inet_socket */
    u8 least_len;
    bool privileged; /* to set it takes CAP_NET_RAW or CAP_NET_ADMIN */
    s32 least, most;
    s32 minus_one;  /* what -1 means */
    s16 for_stream; /* the error of a stream; 0: none */
} plain_options[] = {
#define FLAG(level_, name_, flag_, least_len_, ...)                                                \
    {                                                                                              \
        .level = level_, .name = name_, .flag = flag_, .least_len = least_len_,                    \
        .least = INT32_MIN, .most = INT32_MAX, .minus_one = UNCHANGED, __VA_ARGS__                 \
    }
/* 0 or 1, no other value. */
#define STRICT(level_, name_, flag_, least_len_)                                                   \
    {                                                                                              \
        .level = level_, .name = name_, .flag = flag_, .least_len = least_len_, .least = 0,        \
        .most = 1, .minus_one = UNCHANGED                                                          \
    }
#define NUMBER(level_, name_, field_, least_len_, least_, most_, minus_one_, for_stream_)          \
    {                                                                                              \
        .level = level_, .name = name_, .offset = offsetof(struct inet_socket, field_),            \
        .least_len = least_len_, .least = least_, .most = most_, .minus_one = minus_one_,          \
        .for_stream = for_stream_                                                                  \
    }
    FLAG(SOL_IP, IP_PKTINFO, INET_RECEIVE_PACKET_INFO, 0),
    FLAG(SOL_IP, IP_RECVTTL, INET_RECEIVE_TTL, 0),
    FLAG(SOL_IP, IP_RECVTOS, INET_RECEIVE_TOS, 0),
    FLAG(SOL_IP, IP_FREEBIND, INET_FREE_BIND, 1),
    FLAG(SOL_IP, IP_PASSSEC, INET_RECEIVE_SECURITY, 0),
    FLAG(SOL_IP, IP_TRANSPARENT, INET_TRANSPARENT, 1, .privileged = true),
    FLAG(SOL_IP, IP_RECVORIGDSTADDR, INET_RECEIVE_DESTINATION, 0),
    FLAG(SOL_IP, IP_CHECKSUM, INET_RECEIVE_CHECKSUM, 0),
    FLAG(SOL_IP, IP_BIND_ADDRESS_NO_PORT, INET_BIND_NO_PORT, 0),
    FLAG(SOL_IP, IP_RECVFRAGSIZE, INET_RECEIVE_FRAGMENT, 0, .for_stream = -EINVAL),
    FLAG(SOL_IP, IP_MULTICAST_LOOP, INET_MULTICAST_LOOP, 1),
    STRICT(SOL_IP, IP_MULTICAST_ALL, INET_MULTICAST_ALL, 1),
    FLAG(SOL_IPV6, IPV6_2292PKTINFO, INET6_OLD_PACKET_INFO, 4),
    FLAG(SOL_IPV6, IPV6_2292HOPLIMIT, INET6_OLD_HOP_LIMIT, 4),
    STRICT(SOL_IPV6, IPV6_MULTICAST_LOOP, INET6_MULTICAST_LOOP, 4),
    FLAG(SOL_IPV6, IPV6_MULTICAST_ALL, INET6_MULTICAST_ALL, 4),
    FLAG(SOL_IPV6, IPV6_RECVPKTINFO, INET6_RECEIVE_PACKET_INFO, 4),
    FLAG(SOL_IPV6, IPV6_RECVHOPLIMIT, INET6_RECEIVE_HOP_LIMIT, 4),
    FLAG(SOL_IPV6, IPV6_DONTFRAG, INET6_DONT_FRAGMENT, 0),
    FLAG(SOL_IPV6, IPV6_RECVTCLASS, INET6_RECEIVE_CLASS, 4),
    FLAG(SOL_IPV6, IPV6_ORIGDSTADDR, INET6_RECEIVE_DESTINATION, 4),
    FLAG(SOL_IPV6, IPV6_TRANSPARENT, INET_TRANSPARENT, 4, .privileged = true),
    FLAG(SOL_IPV6, IPV6_RECVFRAGSIZE, INET6_RECEIVE_FRAGMENT, 0),
    FLAG(SOL_IPV6, IPV6_FREEBIND, INET_FREE_BIND, 4),
    NUMBER(SOL_IP, IP_TTL, ttl, 1, 1, 255, IP_DEFAULT_TTL, 0),
    NUMBER(SOL_IP, IP_MTU_DISCOVER, mtu_discover, 0, 0, IP_PMTUDISC_OMIT, UNCHANGED, 0),
    NUMBER(SOL_IP, IP_MINTTL, min_ttl, 1, 0, 255, UNCHANGED, 0),
    NUMBER(SOL_IP, IP_MULTICAST_TTL, multicast_ttl, 1, 0, 255, 1, -EINVAL),
    NUMBER(SOL_IPV6, IPV6_UNICAST_HOPS, hop_limit, 4, 0, 255, -1, 0),
    NUMBER(SOL_IPV6, IPV6_MULTICAST_HOPS, multicast_hops, 4, 0, 255, 1, -ENOPROTOOPT),
    NUMBER(SOL_IPV6, IPV6_MTU_DISCOVER, mtu_discover6, 4, 0, IP_PMTUDISC_OMIT, UNCHANGED, 0),
    NUMBER(SOL_IPV6, IPV6_MINHOPCOUNT, min_hops, 4, 0, 255, UNCHANGED, 0),
#undef FLAG
#undef STRICT
#undef NUMBER
};

static const struct plain_option *plain_option_find(int level, int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(plain_options); i++)
        if (plain_options[i].level == level && plain_options[i].name == name)
            return &plain_options[i];
    return NULL;
}

static void set_flag(struct inet_socket *inet, u32 flag, bool on)
{
    inet->flags = on ? inet->flags | flag : inet->flags & ~flag;
}

/* The checks in Linux's order: which error comes first can be seen. */
static int set_plain(struct inet_socket *inet, const struct plain_option *option, int value,
                     size_t len)
{
    if (option->for_stream != 0 && inet->socket.type == SOCK_STREAM)
        return option->for_stream;
    if (option->privileged && value != 0 && !capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
        return -EPERM;
    if (len < option->least_len)
        return -EINVAL;
    if (value == -1 && option->minus_one != UNCHANGED)
        value = option->minus_one;
    else if (value < option->least || value > option->most)
        return -EINVAL;
    if (option->flag != 0)
        set_flag(inet, option->flag, value != 0);
    else
        *(s32 *)((char *)inet + option->offset) = value;
    return 0;
}

static int get_plain(const struct inet_socket *inet, const struct plain_option *option)
{
    s32 value;

    if (option->flag != 0)
        return (inet->flags & option->flag) != 0;
    value = *(const s32 *)((const char *)inet + option->offset);
    return value == -1 ? IP_DEFAULT_TTL : value;
}

/* ---- the others: SOL_IP ---- */

/* The service that a packet asks for; the bits that TCP uses for congestion are not the program's.
 */
static void set_service(const struct inet_socket *inet, s32 *field, int value)
{
    if (inet->socket.type == SOCK_STREAM)
        value = (value & ~ECN_MASK) | (*field & ECN_MASK);
    *field = (u8)value;
}

/* IP_TOS: the type of service is the priority, too (socket(7), SO_PRIORITY). */
static void set_service_v4(struct inet_socket *inet, int value)
{
    static const s32 priorities[] = {0, 2, 6, 4}; /* no wish, throughput, delay, both */
    s32 old = inet->tos;

    set_service(inet, &inet->tos, value);
    if (inet->tos != old)
        WRITE_ONCE(inet->socket.priority, priorities[inet->tos >> 3 & 3]);
}

/* IP_UNICAST_IF, IPV6_UNICAST_IF: an index in network order. */
static int set_unicast_interface(const struct inet_socket *inet, s32 *field, int value, size_t len)
{
    s32 index = (s32)lwip_ntohl((u32)value);

    if (len != sizeof(value))
        return -EINVAL;
    if (index != 0 && index != LOOPBACK_INDEX)
        return -EADDRNOTAVAIL;
    if (index != 0 && READ_ONCE(inet->socket.bound_interface) != 0)
        return -EINVAL;
    *field = index;
    return 0;
}

static int set_port_range(struct inet_socket *inet, u32 value, size_t len)
{
    u32 first = value & 0xffff, last = value >> 16;

    if (len != sizeof(value) || (first != 0 && last != 0 && first > last))
        return -EINVAL;
    inet->port_range = value;
    return 0;
}

static int set_v4(struct inet_socket *inet, int name, const void *value, int number, size_t len)
{
    bool is_raw = inet->socket.type == SOCK_RAW;

    switch (name) {
    case IP_TOS:
        set_service_v4(inet, number);
        return 0;
    case IP_HDRINCL:
        if (!is_raw)
            return -ENOPROTOOPT;
        set_flag(inet, INET_HEADER_INCLUDED, number != 0);
        return 0;
    case IP_ROUTER_ALERT:
        return is_raw ? -ENOPROTOOPT : -EINVAL; /* nothing is routed */
    case IP_MULTICAST_IF:
        return group_set_interface(inet, value, len);
    case IP_UNICAST_IF:
        return set_unicast_interface(inet, &inet->unicast_if, number, len);
    case IP_LOCAL_PORT_RANGE:
        return set_port_range(inet, (u32)number, len);
    default:
        return -ENOPROTOOPT;
    }
}

static int get_v4(const struct inet_socket *inet, int name, int *value)
{
    switch (name) {
    case IP_TOS:
        *value = inet->tos;
        return 0;
    case IP_HDRINCL:
        *value = (inet->flags & INET_HEADER_INCLUDED) != 0;
        return 0;
    case IP_NODEFRAG:
        *value = 0;
        return 0;
    case IP_MTU:
        *value = LOOPBACK_MTU;
        return inet->remote_port != 0 ? 0 : -ENOTCONN;
    case IP_UNICAST_IF:
        *value = (int)lwip_htonl((u32)inet->unicast_if);
        return 0;
    case IP_LOCAL_PORT_RANGE:
        *value = (int)inet->port_range;
        return 0;
    case IP_PROTOCOL:
        *value = inet->socket.type == SOCK_RAW ? inet->socket.protocol
                 : inet->binding != NULL       ? inet->binding->port
                                               : 0;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

/* ---- the others: SOL_IPV6 ---- */

static int set_v6_only(struct inet_socket *inet, int value)
{
    if (inet->has_bound_address || (inet->binding != NULL && inet->binding->port != 0))
        return -EINVAL;
    set_flag(inet, INET6_ONLY, value != 0);
    inet_address_any(inet, &inet->local);
    return 0;
}

static int set_class(struct inet_socket *inet, int value)
{
    if (value < -1 || value > 255)
        return -EINVAL;
    set_service(inet, &inet->class, value == -1 ? 0 : value);
    return 0;
}

static int set_multicast_interface6(struct inet_socket *inet, int value, size_t len)
{
    if (inet->socket.type == SOCK_STREAM)
        return -ENOPROTOOPT;
    if (len < sizeof(value))
        return -EINVAL;
    if (value != 0 && value != LOOPBACK_INDEX)
        return -ENODEV;
    if (inet_is_bound_elsewhere(inet, value))
        return -EINVAL;
    inet->multicast_if6 = value;
    return 0;
}

static int set_v6(struct inet_socket *inet, int name, int value, size_t len)
{
    switch (name) {
    case IPV6_V6ONLY:
        return len < sizeof(value) ? -EINVAL : set_v6_only(inet, value);
    case IPV6_TCLASS:
        return len < sizeof(value) ? -EINVAL : set_class(inet, value);
    case IPV6_MULTICAST_IF:
        return set_multicast_interface6(inet, value, len);
    case IPV6_UNICAST_IF:
        return set_unicast_interface(inet, &inet->unicast_if6, value, len);
    default:
        return -ENOPROTOOPT;
    }
}

static int get_v6(const struct inet_socket *inet, int name, int *value)
{
    switch (name) {
    case IPV6_V6ONLY:
        *value = (inet->flags & INET6_ONLY) != 0;
        return 0;
    case IPV6_TCLASS:
        *value = inet->class;
        return 0;
    case IPV6_MULTICAST_IF:
        *value = inet->multicast_if6;
        return 0;
    case IPV6_UNICAST_IF:
        *value = (int)lwip_htonl((u32)inet->unicast_if6);
        return 0;
    case IPV6_MTU:
        *value = LOOPBACK_MTU;
        return inet->remote_port != 0 ? 0 : -ENOTCONN;
    default:
        return -ENOPROTOOPT;
    }
}

/* ---- both ---- */

static bool has_level(const struct inet_socket *inet, int level)
{
    return level == SOL_IP || (level == SOL_IPV6 && inet_is_v6(inet));
}

int inet_set_option(struct inet_socket *inet, int level, int name, const void *value, size_t len)
{
    const struct plain_option *option = plain_option_find(level, name);
    int first;

    if (!has_level(inet, level))
        return -ENOPROTOOPT;
    if (group_is_option(level, name))
        return group_set_option(inet, level, name, value, len);
    if (inet_option_number(value, len, &first) != 0)
        first = 0;
    if (option != NULL)
        return set_plain(inet, option, first, len);
    return level == SOL_IP ? set_v4(inet, name, value, first, len) : set_v6(inet, name, first, len);
}

int inet_get_option(struct inet_socket *inet, int level, int name, void *value, size_t *len)
{
    const struct plain_option *option = plain_option_find(level, name);
    int number = 0, err = 0;

    if (!has_level(inet, level))
        return inet_is_v6(inet) ? -ENOPROTOOPT : -EOPNOTSUPP;
    if (level == SOL_IP && name == IP_MULTICAST_IF)
        return inet_option_bytes(&inet->multicast_source, sizeof(u32), value, len);
    if (option != NULL)
        number = get_plain(inet, option);
    else
        err = level == SOL_IP ? get_v4(inet, name, &number) : get_v6(inet, name, &number);
    if (err != 0)
        return err;
    return level == SOL_IP ? inet_option_return(number, value, len)
                           : inet_option_bytes(&number, sizeof(number), value, len);
}
