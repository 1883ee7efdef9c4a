/*
 * Addresses: between the structures of the user and lwIP's, and where they lead.
 *
 * There is only the loopback. Its addresses are 127.0.0.0/8 and ::1; nothing else can be bound to
 * or reached.
 */
#include "inet.h"

#include <lib/string.h>
#include <lwip/def.h>

static const u8 mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static int get_v4(const struct socket_address *address, ip_addr_t *ip, u16 *port)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)address->bytes;

    if (address->len < sizeof(*in))
        return -EINVAL;
    if (in->sin_family != AF_INET && (in->sin_family != AF_UNSPEC || in->sin_addr != 0))
        return -EAFNOSUPPORT;
    ip_addr_set_ip4_u32(ip, in->sin_addr);
    *port = lwip_ntohs(in->sin_port);
    return 0;
}

static int get_v6(const struct socket_address *address, ip_addr_t *ip, u16 *port)
{
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address->bytes;
    u32 words[4];

    if (address->len < SOCKADDR_IN6_LEN_MIN)
        return -EINVAL;
    if (in->sin6_family != AF_INET6)
        return -EAFNOSUPPORT;
    memcpy(words, in->sin6_addr, sizeof(words));
    *port = lwip_ntohs(in->sin6_port);
    if (memcmp(in->sin6_addr, mapped_prefix, sizeof(mapped_prefix)) == 0)
        ip_addr_set_ip4_u32(ip, words[3]);
    else
        IP_ADDR6(ip, words[0], words[1], words[2], words[3]);
    return 0;
}

int inet_address_get(const struct inet_socket *inet, const struct socket_address *address,
                     ip_addr_t *ip, u16 *port)
{
    return inet_is_v6(inet) ? get_v6(address, ip, port) : get_v4(address, ip, port);
}

void inet_address_bytes(const ip_addr_t *ip, u8 bytes[16])
{
    memset(bytes, 0, 16);
    if (IP_IS_ANY_TYPE_VAL(*ip))
        return;
    if (IP_IS_V6(ip)) {
        memcpy(bytes, ip_2_ip6(ip)->addr, 16);
        return;
    }
    memcpy(bytes, mapped_prefix, sizeof(mapped_prefix));
    memcpy(bytes + sizeof(mapped_prefix), &ip_2_ip4(ip)->addr, 4);
}

void inet_address_put(const struct inet_socket *inet, const ip_addr_t *ip, u16 port,
                      struct socket_address *address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)address->bytes;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address->bytes;

    if (inet_is_v6(inet)) {
        *in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = lwip_htons(port)};
        inet_address_bytes(ip, in6->sin6_addr);
        address->len = sizeof(*in6);
    } else {
        *in = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = lwip_htons(port), .sin_addr = ip_2_ip4(ip)->addr};
        address->len = sizeof(*in);
    }
}

void inet_address_any(const struct inet_socket *inet, ip_addr_t *ip)
{
    if (!inet_is_v6(inet))
        ip_addr_copy(*ip, *IP4_ADDR_ANY);
    else if (inet->flags & INET6_ONLY)
        ip_addr_copy(*ip, *IP6_ADDR_ANY);
    else
        ip_addr_copy(*ip, *IP_ANY_TYPE);
}

bool inet_address_is_local(const ip_addr_t *ip)
{
    return ip_addr_isloopback(ip);
}

bool inet_address_is_broadcast(const ip_addr_t *ip)
{
    return !IP_IS_V6(ip) && ip_2_ip4(ip)->addr == PP_HTONL(0x7ffffffful);
}

/* A group, 255.255.255.255, 0.0.0.0/8: no machine has it. */
static bool is_nobodys(const ip_addr_t *ip)
{
    u32 address = ip_2_ip4(ip)->addr;

    return ip_addr_ismulticast(ip) || address == IPADDR_NONE ||
           (address & PP_HTONL(0xff000000ul)) == 0;
}

int inet_address_check_source(const ip_addr_t *ip, bool strange)
{
    if (!IP_IS_V6(ip) && is_nobodys(ip))
        return -EINVAL;
    if (strange || (inet_address_is_local(ip) && !inet_address_is_broadcast(ip)))
        return 0;
    return IP_IS_V6(ip) ? -EINVAL : -ENETUNREACH;
}

void inet_address_bound_source(const struct inet_socket *inet, ip_addr_t *from)
{
    ip_addr_copy(*from, inet->local);
    if (ip_addr_ismulticast(from) || inet_address_is_broadcast(from))
        inet_address_any(inet, from);
}

int inet_address_route(ip_addr_t *to)
{
    if (ip_addr_isany(to))
        inet_address_source(to, to);
    return loopback_is_up() && inet_address_is_local(to) ? 0 : -ENETUNREACH;
}

void inet_address_source(const ip_addr_t *to, ip_addr_t *from)
{
    if (IP_IS_V6(to) && !IP_IS_ANY_TYPE_VAL(*to))
        IP_ADDR6_HOST(from, 0, 0, 0, 1);
    else
        IP_ADDR4(from, 127, 0, 0, 1);
}
