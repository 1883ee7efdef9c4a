/*
 * Raw sockets (raw(7)): packets of one protocol of IP, as ping sends and receives them.
 *
 * lwIP shows a packet to each raw pcb before its own protocols see it; the socket keeps a copy.
 * IPv4 packets come with their header, IPv6 packets without.
 *
 * Lock: inet_lock.
 */
#include "datagram.h"

#include <lib/string.h>
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/raw.h>
#include <vfs/io_buffer.h>

#define PACKET_MAX (65535 - 60)

/* A type that the program does not want (ICMP_FILTER, ICMP6_FILTER). @at: where ICMP begins. */
static bool is_filtered(const struct datagram_socket *dgram, const struct pbuf *packet, u16 at)
{
    u16 protocol = dgram->inet.socket.protocol;
    u8 type;

    if (protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6)
        return false;
    if (packet->tot_len <= at)
        return true;
    type = pbuf_get_at(packet, at);
    if (protocol == IPPROTO_ICMP)
        return type < 32 && (dgram->icmp_filter >> type & 1);
    return dgram->icmp6_filter[type / 32] >> (type % 32) & 1;
}

static u8_t arrived(void *argument, struct raw_pcb *pcb, struct pbuf *packet, const ip_addr_t *from)
{
    struct datagram_socket *dgram = argument;
    u16 header = ip_current_header_tot_len();
    struct pbuf *copy;

    (void)pcb;
    if (ip_current_is_v6() != inet_is_v6(&dgram->inet) || is_filtered(dgram, packet, header))
        return 0;
    copy = pbuf_clone(PBUF_RAW, PBUF_RAM, packet);
    if (copy == NULL) {
        datagram_dropped(dgram);
        return 0;
    }
    if (ip_current_is_v6())
        pbuf_remove_header(copy, header);
    datagram_arrived(dgram, copy, from, 0, 0);
    return 0;
}

/* ---- names ---- */

static int raw_socket_bind(struct socket *socket, const struct socket_address *address)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err = inet_socket_bind(&dgram->inet, address, 0);

    if (err != 0)
        return err;
    inet_lock();
    ip_addr_copy(dgram->raw->local_ip, dgram->inet.local);
    inet_unlock();
    return 0;
}

static int connect_inside(struct datagram_socket *dgram, const struct socket_address *address)
{
    struct inet_socket *inet = &dgram->inet;
    struct datagram_route route = {0};
    int err = inet_address_get(inet, address, &route.to, &route.port);

    if (err != 0)
        return err;
    inet_address_bound_source(inet, &route.from);
    err = datagram_route_complete(dgram, &route);
    if (err != 0)
        return err;
    if (!inet->has_bound_address) {
        ip_addr_copy(inet->local, route.from);
        ip_addr_copy(dgram->raw->local_ip, route.from);
    }
    ip_addr_copy(inet->remote, route.to);
    inet->remote_port = route.port != 0 ? route.port : 1; /* connected; shown as the user said */
    return inet_errno(raw_connect(dgram->raw, &route.to));
}

static int raw_socket_connect(struct socket *socket, const struct socket_address *address,
                              unsigned flags)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err = 0;

    (void)flags;
    if (address->len < sizeof(address->family))
        return -EINVAL;
    inet_lock();
    if (address->family == AF_UNSPEC) {
        raw_disconnect(dgram->raw);
        dgram->inet.remote_port = 0;
    } else {
        err = connect_inside(dgram, address);
    }
    inet_unlock();
    return err;
}

static int raw_socket_get_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct inet_socket *inet = inet_socket_of(socket);
    int err = 0;

    inet_lock();
    if (peer && inet->remote_port == 0)
        err = -ENOTCONN;
    else
        inet_address_put(inet, peer ? &inet->remote : &inet->local,
                         peer ? (inet->remote_port == 1 ? 0 : inet->remote_port)
                              : inet->socket.protocol,
                         address);
    inet_unlock();
    return err;
}

/* ---- sending ---- */

static int find_route(struct datagram_socket *dgram, const struct socket_message *message,
                      struct datagram_route *route)
{
    int err = 0;

    if (message->name != NULL && message->name->len != 0)
        err = inet_address_get(&dgram->inet, message->name, &route->to, &route->port);
    else if (dgram->inet.remote_port == 0)
        err = -EDESTADDRREQ;
    else
        ip_addr_copy(route->to, dgram->inet.remote);
    if (err == 0)
        err = datagram_route_control(dgram, message, route);
    return err == 0 ? datagram_route_complete(dgram, route) : err;
}

/* A header that the program wrote (IP_HDRINCL): these fields are filled in. */
static int complete_header(struct pbuf *packet, const struct datagram_route *route)
{
    struct ip_hdr *header = packet->payload;
    u16 header_len;

    if (packet->len < IP_HLEN)
        return -EINVAL;
    header_len = IPH_HL_BYTES(header);
    if (header_len < IP_HLEN || header_len > packet->len || IPH_V(header) != 4)
        return -EINVAL;
    IPH_LEN_SET(header, lwip_htons(packet->tot_len));
    if (header->src.addr == 0)
        header->src.addr = ip_2_ip4(&route->from)->addr;
    IPH_CHKSUM_SET(header, 0);
    IPH_CHKSUM_SET(header, inet_chksum(header, header_len));
    return 0;
}

static int send_inside(struct datagram_socket *dgram, struct pbuf *data,
                       const struct datagram_route *route)
{
    struct raw_pcb *pcb = dgram->raw;
    bool has_header = !inet_is_v6(&dgram->inet) && (dgram->inet.flags & INET_HEADER_INCLUDED);
    int err = socket_take_error(&dgram->inet.socket);

    if (err == 0 && (dgram->shutdown & DATAGRAM_NO_SEND))
        err = -EPIPE;
    if (err == 0 && has_header)
        err = complete_header(data, route);
    if (err != 0)
        return err;
    pcb->flags =
        (u8)(has_header ? pcb->flags | RAW_FLAGS_HDRINCL : pcb->flags & ~RAW_FLAGS_HDRINCL);
    pcb->ttl = route->ttl;
    pcb->tos = route->tos;
    loopback_outgoing.mark = route->mark;
    err = inet_errno(raw_sendto_if_src(pcb, data, &route->to, &loopback_netif, &route->from));
    loopback_outgoing = (struct packet_note){0};
    return err;
}

static ssize_t raw_socket_send(struct socket *socket, struct socket_message *message)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    size_t len = message->data->remaining;
    struct datagram_route route = {0};
    struct pbuf *data;
    int err;

    if (len > PACKET_MAX)
        return -EMSGSIZE;
    if (message->flags & (MSG_OOB | MSG_MORE))
        return -EOPNOTSUPP;
    inet_lock();
    err = find_route(dgram, message, &route);
    inet_unlock();
    if (err != 0)
        return err;
    data = datagram_copy_in(message, len);
    if (IS_ERR(data))
        return PTR_ERR(data);
    inet_lock();
    err = send_inside(dgram, data, &route);
    inet_unlock();
    pbuf_free(data);
    return err == 0 ? (ssize_t)len : err;
}

/* ---- options ---- */

static bool is_filter(const struct socket *socket, int level, int name)
{
    return (socket->protocol == IPPROTO_ICMP && level == SOL_RAW && name == ICMP_FILTER) ||
           (socket->protocol == IPPROTO_ICMPV6 && level == SOL_ICMPV6 && name == ICMP6_FILTER);
}

static void *filter_of(struct datagram_socket *dgram, size_t *size)
{
    bool v6 = dgram->inet.socket.protocol == IPPROTO_ICMPV6;

    *size = v6 ? sizeof(dgram->icmp6_filter) : sizeof(dgram->icmp_filter);
    return v6 ? (void *)dgram->icmp6_filter : &dgram->icmp_filter;
}

/* IPV6_CHECKSUM: where in the packet lwIP puts it; -1: nowhere. ICMPv6's is fixed. */
static int set_checksum(struct datagram_socket *dgram, const void *value, size_t len)
{
    int offset;

    if (len < sizeof(offset))
        return -EINVAL;
    memcpy(&offset, value, sizeof(offset));
    if (dgram->inet.socket.protocol == IPPROTO_ICMPV6)
        return -EINVAL;
    if (offset > 0 && (offset & 1))
        return -EINVAL;
    dgram->raw->chksum_reqd = offset >= 0;
    dgram->raw->chksum_offset = offset >= 0 ? (u16)offset : 0;
    return 0;
}

static int raw_socket_set_option(struct socket *socket, int level, int name, const void *value,
                                 size_t len)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    size_t size;
    void *filter;
    int err = 0;

    inet_lock();
    if (is_filter(socket, level, name)) {
        filter = filter_of(dgram, &size);
        memcpy(filter, value, min(len, size));
    } else if (inet_is_v6(&dgram->inet) && name == IPV6_CHECKSUM &&
               (level == SOL_IPV6 || level == SOL_RAW)) {
        err = set_checksum(dgram, value, len);
    } else {
        err = inet_set_option(&dgram->inet, level, name, value, len);
    }
    inet_unlock();
    return err;
}

static int raw_socket_get_option(struct socket *socket, int level, int name, void *value,
                                 size_t *len)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    size_t size;
    void *filter;
    int err = 0;

    inet_lock();
    if (is_filter(socket, level, name)) {
        filter = filter_of(dgram, &size);
        *len = min(*len, size);
        memcpy(value, filter, *len);
    } else {
        err = inet_get_option(&dgram->inet, level, name, value, len);
    }
    inet_unlock();
    return err;
}

/* ---- life ---- */

static void raw_socket_release(struct socket *socket)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);

    inet_lock();
    raw_remove(dgram->raw);
    dgram->raw = NULL;
    datagram_socket_close(dgram);
    inet_unlock();
}

static const struct socket_operations raw_operations = {
    .release = raw_socket_release,
    .destroy = datagram_socket_destroy,
    .bind = raw_socket_bind,
    .connect = raw_socket_connect,
    .get_name = raw_socket_get_name,
    .send = raw_socket_send,
    .receive = datagram_socket_receive,
    .shutdown = datagram_socket_shutdown,
    .poll = datagram_socket_poll,
    .set_option = raw_socket_set_option,
    .get_option = raw_socket_get_option,
    .ioctl = datagram_socket_ioctl,
};

int raw_socket_create(u16 domain, u16 protocol, struct socket **out)
{
    struct datagram_socket *dgram =
        datagram_socket_create(&raw_operations, domain, SOCK_RAW, protocol);

    if (dgram == NULL)
        return -ENOBUFS;
    inet_lock();
    dgram->raw = raw_new_ip_type(domain == AF_INET ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6, (u8)protocol);
    if (dgram->raw != NULL) {
        raw_recv(dgram->raw, arrived, dgram);
        dgram->raw->chksum_reqd = protocol == IPPROTO_ICMPV6;
        dgram->raw->chksum_offset = 2;
        if (protocol == IPPROTO_RAW)
            dgram->inet.flags |= INET_HEADER_INCLUDED;
        if (domain == AF_INET6)
            dgram->inet.flags |= INET6_ONLY;
        inet_address_any(&dgram->inet, &dgram->inet.local);
        ip_addr_copy(dgram->raw->local_ip, dgram->inet.local);
    } else {
        list_remove(&dgram->all);
    }
    inet_unlock();
    if (dgram->raw == NULL) {
        socket_put(&dgram->inet.socket);
        return -ENOBUFS;
    }
    *out = &dgram->inet.socket;
    return 0;
}
