/*
 * Options of levels SOL_IP and SOL_IPV6 (ip(7), ipv6(7)), for sockets of all internet protocols.
 *
 * Groups (multicast) cannot be joined: the loopback has none. The error queue (IP_RECVERR) is not
 * kept, so that option is refused.
 *
 * Lock: inet_lock, held by the caller.
 */
#include "inet.h"

#include <abi/capability.h>
#include <lib/string.h>
#include <lwip/opt.h>
#include <proc/credentials.h>

#define ECN_MASK 3

u8 inet_ttl(const struct inet_socket *inet, const ip_addr_t *to)
{
    bool multicast = ip_addr_ismulticast(to);

    if (!IP_IS_V6(to) || IP_IS_ANY_TYPE_VAL(*to))
        return multicast ? inet->multicast_ttl : inet->ttl;
    if (multicast)
        return (u8)inet->multicast_hops;
    return inet->hop_limit < 0 ? IP_DEFAULT_TTL : (u8)inet->hop_limit;
}

u8 inet_tos(const struct inet_socket *inet, const ip_addr_t *to)
{
    return IP_IS_V6(to) ? inet->class : inet->tos;
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
    *len = min(*len, sizeof(number));
    memcpy(value, &number, *len);
    return 0;
}

static int set_flag(struct inet_socket *inet, u32 flag, int on)
{
    if (on)
        inet->flags |= flag;
    else
        inet->flags &= ~flag;
    return 0;
}

/* Options that are one bit. */
static const struct flag_option {
    int level, name;
    u32 flag;
} flag_options[] = {
    {SOL_IP, IP_PKTINFO, INET_RECEIVE_PACKET_INFO},
    {SOL_IP, IP_RECVTTL, INET_RECEIVE_TTL},
    {SOL_IP, IP_RECVTOS, INET_RECEIVE_TOS},
    {SOL_IP, IP_FREEBIND, INET_FREE_BIND},
    {SOL_IP, IP_MULTICAST_LOOP, INET_MULTICAST_LOOP},
    {SOL_IP, IP_MULTICAST_ALL, INET_MULTICAST_ALL},
    {SOL_IP, IP_BIND_ADDRESS_NO_PORT, INET_BIND_NO_PORT},
    {SOL_IPV6, IPV6_RECVPKTINFO, INET6_RECEIVE_PACKET_INFO},
    {SOL_IPV6, IPV6_RECVHOPLIMIT, INET6_RECEIVE_HOP_LIMIT},
    {SOL_IPV6, IPV6_RECVTCLASS, INET6_RECEIVE_CLASS},
    {SOL_IPV6, IPV6_MULTICAST_LOOP, INET6_MULTICAST_LOOP},
    {SOL_IPV6, IPV6_FREEBIND, INET_FREE_BIND},
};

static u32 flag_of_option(int level, int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(flag_options); i++)
        if (flag_options[i].level == level && flag_options[i].name == name)
            return flag_options[i].flag;
    return 0;
}

/* ---- SOL_IP ---- */

static int set_v4(struct inet_socket *inet, int name, int value, size_t len)
{
    bool is_stream = inet->socket.type == SOCK_STREAM;

    switch (name) {
    case IP_TOS:
        inet->tos = (u8)(is_stream ? (value & ~ECN_MASK) | (inet->tos & ECN_MASK) : value);
        return 0;
    case IP_TTL:
        if (len < 1 || (value != -1 && (value < 1 || value > 255)))
            return -EINVAL;
        inet->ttl = value == -1 ? IP_DEFAULT_TTL : (u8)value;
        return 0;
    case IP_HDRINCL:
        return inet->socket.type == SOCK_RAW ? set_flag(inet, INET_HEADER_INCLUDED, value)
                                             : -ENOPROTOOPT;
    case IP_MTU_DISCOVER:
        if (value < 0 || value > IP_PMTUDISC_OMIT)
            return -EINVAL;
        inet->mtu_discover = value;
        return 0;
    case IP_MULTICAST_TTL:
        if (is_stream || len < 1 || value < -1 || value > 255)
            return -EINVAL;
        inet->multicast_ttl = value == -1 ? 1 : (u8)value;
        return 0;
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP:
        return is_stream ? -EPROTO : len < 8 ? -EINVAL : -ENODEV;
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
    case IP_TTL:
        *value = inet->ttl;
        return 0;
    case IP_HDRINCL:
        *value = (inet->flags & INET_HEADER_INCLUDED) != 0;
        return 0;
    case IP_MTU_DISCOVER:
        *value = inet->mtu_discover;
        return 0;
    case IP_MTU:
        *value = LOOPBACK_MTU;
        return inet->remote_port != 0 ? 0 : -ENOTCONN;
    case IP_MULTICAST_TTL:
        *value = inet->multicast_ttl;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

/* ---- SOL_IPV6 ---- */

static int set_v6_only(struct inet_socket *inet, int value)
{
    if (inet->has_bound_address || (inet->binding != NULL && inet->binding->port != 0))
        return -EINVAL;
    set_flag(inet, INET6_ONLY, value);
    inet_address_any(inet, &inet->local);
    return 0;
}

static int set_v6(struct inet_socket *inet, int name, int value, size_t len)
{
    bool is_stream = inet->socket.type == SOCK_STREAM;

    if (len < sizeof(value))
        return -EINVAL;
    switch (name) {
    case IPV6_V6ONLY:
        return set_v6_only(inet, value);
    case IPV6_UNICAST_HOPS:
        if (value < -1 || value > 255)
            return -EINVAL;
        inet->hop_limit = (s16)value;
        return 0;
    case IPV6_MULTICAST_HOPS:
        if (is_stream)
            return -ENOPROTOOPT;
        if (value < -1 || value > 255)
            return -EINVAL;
        inet->multicast_hops = value == -1 ? 1 : (s16)value;
        return 0;
    case IPV6_TCLASS:
        if (value < -1 || value > 255)
            return -EINVAL;
        value = value == -1 ? 0 : value;
        inet->class = (u8)(is_stream ? (value & ~ECN_MASK) | (inet->class & ECN_MASK) : value);
        return 0;
    case IPV6_MTU_DISCOVER:
        if (value < 0 || value > IP_PMTUDISC_OMIT)
            return -EINVAL;
        inet->mtu_discover6 = value;
        return 0;
    case IPV6_JOIN_GROUP:
    case IPV6_LEAVE_GROUP:
        return is_stream ? -EPROTO : len < 20 ? -EINVAL : -ENODEV;
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
    case IPV6_UNICAST_HOPS:
        *value = inet->hop_limit < 0 ? IP_DEFAULT_TTL : inet->hop_limit;
        return 0;
    case IPV6_MULTICAST_HOPS:
        *value = inet->multicast_hops;
        return 0;
    case IPV6_TCLASS:
        *value = inet->class;
        return 0;
    case IPV6_MTU_DISCOVER:
        *value = inet->mtu_discover6;
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
    u32 flag = flag_of_option(level, name);
    int number, err;

    if (!has_level(inet, level))
        return -ENOPROTOOPT;
    err = inet_option_number(value, len, &number);
    if (err != 0)
        number = 0;
    if (flag != 0)
        return err != 0 || (level == SOL_IPV6 && len < sizeof(number))
                   ? -EINVAL
                   : set_flag(inet, flag, number);
    return level == SOL_IP ? set_v4(inet, name, number, len) : set_v6(inet, name, number, len);
}

int inet_get_option(struct inet_socket *inet, int level, int name, void *value, size_t *len)
{
    u32 flag = flag_of_option(level, name);
    int number = 0, err = 0;

    if (!has_level(inet, level))
        return inet_is_v6(inet) ? -ENOPROTOOPT : -EOPNOTSUPP;
    if (flag != 0)
        number = (inet->flags & flag) != 0;
    else
        err = level == SOL_IP ? get_v4(inet, name, &number) : get_v6(inet, name, &number);
    if (err != 0)
        return err;
    if (level == SOL_IP)
        return inet_option_return(number, value, len);
    *len = min(*len, sizeof(number));
    memcpy(value, &number, *len);
    return 0;
}
