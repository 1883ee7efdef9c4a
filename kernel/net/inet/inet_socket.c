/*
 * What sockets of all internet protocols have in common: their addresses, bind(2), getsockname(2),
 * the family's socket(2).
 *
 * Lock: inet_lock.
 */
#include "inet.h"

#include <abi/capability.h>
#include <lwip/netif.h>
#include <proc/credentials.h>

#include "../socket_internal.h"

void inet_socket_init(struct inet_socket *inet, const struct socket_operations *ops, u16 domain,
                      u16 type, u16 protocol)
{
    socket_init(&inet->socket, ops, domain, type, protocol);
    mutex_init(&inet->receive_mutex);
    inet->ttl = IP_DEFAULT_TTL;
    inet->hop_limit = -1;
    inet->multicast_ttl = 1;
    inet->multicast_hops = 1;
    inet->mtu_discover = inet->mtu_discover6 = IP_PMTUDISC_WANT;
    inet->flags = INET_MULTICAST_LOOP | INET6_MULTICAST_LOOP | INET6_MULTICAST_ALL |
                  (domain == AF_INET ? INET_MULTICAST_ALL : 0);
    list_init(&inet->groups);
    socket_flag(&inet->socket, SOCKET_HASH_AGAIN, true);
    inet_address_any(inet, &inet->local);
    inet_address_any(inet, &inet->remote);
}

void inet_socket_inherit(struct inet_socket *child, const struct inet_socket *listener)
{
    socket_inherit(&child->socket, &listener->socket);
    child->flags = listener->flags;
    child->ttl = listener->ttl;
    child->tos = listener->tos;
    child->hop_limit = listener->hop_limit;
    child->class = listener->class;
    child->min_ttl = listener->min_ttl;
    child->min_hops = listener->min_hops;
    child->mtu_discover = listener->mtu_discover;
    child->mtu_discover6 = listener->mtu_discover6;
    child->unicast_if = listener->unicast_if;
    child->unicast_if6 = listener->unicast_if6;
    child->port_range = listener->port_range;
}

int inet_socket_need_binding(struct inet_socket *inet, u8 protocol)
{
    if (inet->binding == NULL)
        inet->binding = binding_create(inet, protocol);
    return inet->binding == NULL ? -ENOBUFS : 0;
}

void inet_socket_drop_binding(struct inet_socket *inet)
{
    if (inet->binding != NULL)
        binding_orphan(inet->binding);
    binding_put(inet->binding);
    inet->binding = NULL;
}

/* ---- names ---- */

static int check_bind_address(const struct inet_socket *inet, const ip_addr_t *ip, bool is_stream)
{
    if (inet_is_v6(inet) && IP_IS_V6(ip) && ip_addr_ismulticast(ip) && is_stream)
        return -EINVAL;
    return 0;
}

static int check_bind_place(const struct inet_socket *inet, const ip_addr_t *ip)
{
    if (inet_is_v6(inet) && !IP_IS_V6(ip) && (inet->flags & INET6_ONLY))
        return -EINVAL;
    if (ip_addr_isany(ip) || inet_address_is_local(ip) || ip_addr_ismulticast(ip) ||
        (inet->flags & (INET_FREE_BIND | INET_TRANSPARENT)))
        return 0;
    return -EADDRNOTAVAIL;
}

static int bind_inside(struct inet_socket *inet, ip_addr_t *ip, u16 port, u8 protocol)
{
    bool is_mapped = inet_is_v6(inet) && !IP_IS_V6(ip);
    int err = inet_is_v6(inet) ? 0 : check_bind_place(inet, ip);

    if (err != 0)
        return err;
    if (port != 0 && protocol != 0 && port < (u32)READ_ONCE(inet_first_unprivileged_port) &&
        !capable(CAP_NET_BIND_SERVICE))
        return -EACCES;
    if (inet->has_bound_port || inet->has_bound_address ||
        (inet->binding != NULL && inet->binding->port != 0))
        return -EINVAL;
    err = inet_is_v6(inet) ? check_bind_place(inet, ip) : 0;
    if (err != 0)
        return err;
    if (ip_addr_isany(ip) && !is_mapped)
        inet_address_any(inet, ip);
    if (protocol != 0 && !(port == 0 && (inet->flags & INET_BIND_NO_PORT))) {
        err = inet_socket_need_binding(inet, protocol);
        if (err == 0)
            err = binding_take(inet->binding, ip, port, false);
        if (err != 0)
            return err;
        inet->has_bound_port = port != 0;
    }
    ip_addr_copy(inet->local, *ip);
    inet->has_bound_address = !ip_addr_isany(ip);
    return 0;
}

int inet_socket_bind(struct inet_socket *inet, const struct socket_address *address, u8 protocol)
{
    ip_addr_t ip;
    u16 port;
    int err = inet_address_get(inet, address, &ip, &port);

    if (err == 0)
        err = check_bind_address(inet, &ip, inet->socket.type == SOCK_STREAM);
    if (err != 0)
        return err;
    inet_lock();
    err = bind_inside(inet, &ip, port, protocol);
    inet_unlock();
    return err;
}

int inet_socket_get_name(struct inet_socket *inet, bool peer, struct socket_address *address)
{
    int err = 0;

    inet_lock();
    if (inet->binding != NULL && inet->binding->port != 0)
        inet->shown_port = inet->binding->port;
    if (!peer)
        inet_address_put(inet, &inet->local, inet->shown_port, address);
    else if (inet->remote_port != 0)
        inet_address_put(inet, &inet->remote, inet->remote_port, address);
    else
        err = -ENOTCONN;
    inet_unlock();
    return err;
}

/* ---- socket(2) ---- */

static bool is_protocol(int protocol, int wanted)
{
    return protocol == IPPROTO_IP || protocol == wanted;
}

static int create(u16 domain, int type, int protocol, struct socket **out)
{
    if (protocol < 0 || protocol >= IPPROTO_MAX)
        return -EINVAL;
    switch (type) {
    case SOCK_STREAM:
        return is_protocol(protocol, IPPROTO_TCP) ? tcp_socket_create(domain, out)
                                                  : -EPROTONOSUPPORT;
    case SOCK_DGRAM:
        if (is_protocol(protocol, IPPROTO_UDP))
            return udp_socket_create(domain, out);
        /* "Ping" sockets are for the groups of ping_group_range, which is empty. */
        return protocol == (domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6) ? -EACCES
                                                                               : -EPROTONOSUPPORT;
    case SOCK_RAW:
        if (protocol == IPPROTO_IP)
            return -EPROTONOSUPPORT;
        return capable(CAP_NET_RAW) ? raw_socket_create(domain, (u16)protocol, out) : -EPERM;
    default:
        return -ESOCKTNOSUPPORT;
    }
}

static int create_v4(int type, int protocol, struct socket **out)
{
    return create(AF_INET, type, protocol, out);
}

static int create_v6(int type, int protocol, struct socket **out)
{
    return create(AF_INET6, type, protocol, out);
}

static const struct socket_family family_v4 = {.domain = AF_INET, .create = create_v4};
static const struct socket_family family_v6 = {.domain = AF_INET6, .create = create_v6};

void inet_init(void)
{
    binding_init();
    inet_stack_init();
    icmp_error_init();
    tcp_event_init();
    inet_settings_init();
    inet_proc_init();
    socket_register_family(&family_v4);
    socket_register_family(&family_v6);
}
