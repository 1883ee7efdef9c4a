/*
 * Control messages of datagrams (cmsg(3)): what recvmsg(2) tells beside the data, and where one
 * sendmsg(2) goes and how, of which the socket's options say the rest. Which messages are looked at
 * depends on where the datagram goes, as on Linux: others of IP's levels are passed over.
 *
 * Lock: inet_lock for sending; to tell needs none, the datagram is the receiver's.
 */
#include "datagram.h"

#include <abi/capability.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <lwip/ip.h>
#include <proc/credentials.h>

/* ---- receiving ---- */

static void put_control_v4(struct datagram_socket *dgram, const struct datagram *datagram,
                           struct socket_message *message)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = lwip_htons(datagram->to_port)};
    struct in_pktinfo info = {.ipi_ifindex = LOOPBACK_INDEX};
    int ttl = datagram->ttl;

    if (dgram->inet.flags & INET_RECEIVE_PACKET_INFO) {
        info.ipi_spec_dst = info.ipi_addr = ip_2_ip4(&datagram->to)->addr;
        if (ip_addr_ismulticast(&datagram->to))
            info.ipi_spec_dst = PP_HTONL(IPADDR_LOOPBACK);
        socket_control_put(message, SOL_IP, IP_PKTINFO, &info, sizeof(info));
    }
    if (dgram->inet.flags & INET_RECEIVE_TTL)
        socket_control_put(message, SOL_IP, IP_TTL, &ttl, sizeof(ttl));
    if (dgram->inet.flags & INET_RECEIVE_TOS)
        socket_control_put(message, SOL_IP, IP_TOS, &datagram->tos, 1);
    if (dgram->inet.flags & INET_RECEIVE_DESTINATION) {
        in.sin_addr = ip_2_ip4(&datagram->to)->addr;
        socket_control_put(message, SOL_IP, IP_RECVORIGDSTADDR, &in, sizeof(in));
    }
}

static void put_control_v6(struct datagram_socket *dgram, const struct datagram *datagram,
                           struct socket_message *message)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = lwip_htons(datagram->to_port)};
    struct in6_pktinfo info = {.ipi6_ifindex = LOOPBACK_INDEX};
    int hops = datagram->ttl, class = datagram->tos;

    inet_address_bytes(&datagram->to, info.ipi6_addr);
    if (dgram->inet.flags & INET6_RECEIVE_PACKET_INFO)
        socket_control_put(message, SOL_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    if (dgram->inet.flags & INET6_RECEIVE_HOP_LIMIT)
        socket_control_put(message, SOL_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
    if (dgram->inet.flags & INET6_RECEIVE_CLASS)
        socket_control_put(message, SOL_IPV6, IPV6_TCLASS, &class, sizeof(class));
    if (dgram->inet.flags & INET6_OLD_PACKET_INFO)
        socket_control_put(message, SOL_IPV6, IPV6_2292PKTINFO, &info, sizeof(info));
    if (dgram->inet.flags & INET6_OLD_HOP_LIMIT)
        socket_control_put(message, SOL_IPV6, IPV6_2292HOPLIMIT, &hops, sizeof(hops));
    if (dgram->inet.flags & INET6_RECEIVE_DESTINATION) {
        inet_address_bytes(&datagram->to, in6.sin6_addr);
        socket_control_put(message, SOL_IPV6, IPV6_ORIGDSTADDR, &in6, sizeof(in6));
    }
}

void datagram_put_control(struct datagram_socket *dgram, const struct datagram *datagram,
                          struct socket_message *message)
{
    const struct socket *socket = &dgram->inet.socket;
    int segment = (int)datagram->segment;

    if (message->control_to == NULL)
        return;
    socket_control_put_time(socket, message, datagram->time);
    if (socket_has(socket, SOCKET_TELL_DROPS) && datagram->drops != 0)
        socket_control_put(message, SOL_SOCKET, SO_RXQ_OVFL, &datagram->drops, sizeof(u32));
    if (socket_has(socket, SOCKET_RECEIVE_MARK))
        socket_control_put(message, SOL_SOCKET, SO_MARK, &datagram->mark, sizeof(u32));
    if (datagram->segment != 0)
        socket_control_put(message, SOL_UDP, UDP_GRO, &segment, sizeof(segment));
    if (inet_is_v6(&dgram->inet))
        put_control_v6(dgram, datagram, message);
    if (!IP_IS_V6(&datagram->to))
        put_control_v4(dgram, datagram, message);
}

/* ---- sending ---- */

/* The number of a control message that has exactly that. -EINVAL */
static int control_number(const struct cmsghdr *header, int *number)
{
    if (header->cmsg_len != CMSG_LEN(sizeof(*number)))
        return -EINVAL;
    memcpy(number, header + 1, sizeof(*number));
    return 0;
}

static int one_control_v4(const struct cmsghdr *header, struct datagram_route *route)
{
    struct in_pktinfo info;
    int number, err;

    switch (header->cmsg_type) {
    case IP_PKTINFO:
        if (header->cmsg_len != CMSG_LEN(sizeof(info)))
            return -EINVAL;
        memcpy(&info, header + 1, sizeof(info));
        ip_addr_set_ip4_u32(&route->from, info.ipi_spec_dst);
        return info.ipi_ifindex == 0 || info.ipi_ifindex == LOOPBACK_INDEX ? 0 : -ENODEV;
    case IP_TTL:
        err = control_number(header, &number);
        if (err != 0 || number < 1 || number > 255)
            return -EINVAL;
        route->ttl = (u8)number;
        return 0;
    case IP_TOS:
        if (header->cmsg_len == CMSG_LEN(1))
            number = *(const u8 *)(header + 1);
        else if (control_number(header, &number) != 0 || number < 0 || number > 255)
            return -EINVAL;
        route->tos = (u8)number;
        return 0;
    default:
        return -EINVAL;
    }
}

/* Where from, for one packet (IPV6_PKTINFO). */
static int packet_info_v6(const struct cmsghdr *header, struct datagram_route *route)
{
    struct in6_pktinfo info;
    u32 words[4];

    if (header->cmsg_len < CMSG_LEN(sizeof(info)))
        return -EINVAL;
    memcpy(&info, header + 1, sizeof(info));
    memcpy(words, info.ipi6_addr, sizeof(words));
    IP_ADDR6(&route->from, words[0], words[1], words[2], words[3]);
    if (info.ipi6_ifindex != 0 && info.ipi6_ifindex != LOOPBACK_INDEX)
        return -ENODEV;
    return ip_addr_isany(&route->from) || inet_address_is_local(&route->from) ? 0 : -EINVAL;
}

static int one_control_v6(const struct cmsghdr *header, struct datagram_route *route)
{
    int number, err;

    if (header->cmsg_type == IPV6_PKTINFO || header->cmsg_type == IPV6_2292PKTINFO)
        return packet_info_v6(header, route);
    err = control_number(header, &number);
    if (err != 0 || number < -1 || number > 255)
        return -EINVAL;
    switch (header->cmsg_type) {
    case IPV6_HOPLIMIT:
    case IPV6_2292HOPLIMIT:
        route->ttl = number == -1 ? route->ttl : (u8)number;
        return 0;
    case IPV6_TCLASS:
        route->tos = number == -1 ? 0 : (u8)number;
        return 0;
    case IPV6_DONTFRAG:
        return number == 0 || number == 1 ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int one_control_socket(const struct cmsghdr *header, struct datagram_route *route)
{
    switch (header->cmsg_type) {
    case SO_MARK:
        if (!capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
            return -EPERM;
        if (header->cmsg_len != CMSG_LEN(sizeof(route->mark)))
            return -EINVAL;
        memcpy(&route->mark, header + 1, sizeof(route->mark));
        return 0;
    case SCM_RIGHTS: /* not looked at here */
    case SCM_CREDENTIALS:
        return 0;
    default:
        return -EINVAL;
    }
}

static int one_control(const struct datagram_socket *dgram, const struct cmsghdr *header,
                       struct datagram_route *route)
{
    u16 segment;

    if (header->cmsg_level == SOL_SOCKET)
        return one_control_socket(header, route);
    if (header->cmsg_level == SOL_UDP && dgram->udp != NULL) {
        if (header->cmsg_type != UDP_SEGMENT || header->cmsg_len != CMSG_LEN(sizeof(segment)))
            return -EINVAL;
        memcpy(&segment, header + 1, sizeof(segment));
        route->segment = segment;
        return 0;
    }
    if (IP_IS_V6(&route->to))
        return header->cmsg_level == SOL_IPV6 ? one_control_v6(header, route) : 0;
    return header->cmsg_level == SOL_IP ? one_control_v4(header, route) : 0;
}

int datagram_route_control(const struct datagram_socket *dgram,
                           const struct socket_message *message, struct datagram_route *route)
{
    const struct cmsghdr *header = socket_control_next(message, NULL);

    route->ttl = inet_ttl(&dgram->inet, &route->to);
    route->tos = inet_tos(&dgram->inet, &route->to);
    inet_address_bound_source(&dgram->inet, &route->from);
    route->mark = READ_ONCE(dgram->inet.socket.mark);
    route->segment = dgram->segment;
    while (header != NULL) {
        int err = IS_ERR(header) ? PTR_ERR(header) : one_control(dgram, header, route);

        if (err != 0)
            return err;
        header = socket_control_next(message, header);
    }
    return 0;
}
