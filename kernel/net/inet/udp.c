/*
 * UDP sockets.
 *
 * The pcb exists as long as the socket. Its port and addresses follow those of the socket; lwIP is
 * given packets with their source chosen (udp_sendto_if_src), because it would send from the
 * interface's first address only.
 *
 * Lock: inet_lock.
 */
#include "datagram.h"

#include <abi/fcntl.h>
#include <lib/string.h>
#include <lwip/ip.h>
#include <lwip/udp.h>
#include <vfs/io_buffer.h>

#define SEGMENTS_MAX   128
#define PAYLOAD_MAX_V4 (65535 - 20 - 8)
#define PAYLOAD_MAX_V6 (65535 - 40 - 8)

/* What was sent as one (UDP_SEGMENT) are several. */
static void arrived_in_segments(struct datagram_socket *dgram, struct pbuf *data,
                                const ip_addr_t *from, u16_t port)
{
    u32 segment = loopback_incoming.segment;

    for (u32 at = 0; at < data->tot_len; at += segment) {
        u16 len = (u16)min(segment, data->tot_len - at);
        struct pbuf *part = pbuf_alloc(PBUF_RAW, len, PBUF_RAM);

        if (part == NULL) {
            datagram_dropped(dgram);
            continue;
        }
        pbuf_copy_partial(data, part->payload, len, (u16)at);
        datagram_arrived(dgram, part, from, port, 0);
    }
    pbuf_free(data);
}

static void arrived_for(struct datagram_socket *dgram, struct pbuf *data, const ip_addr_t *from,
                        u16_t port)
{
    u32 segment = loopback_incoming.segment;

    if (segment == 0 || dgram->joins_segments)
        datagram_arrived(dgram, data, from, port, segment);
    else
        arrived_in_segments(dgram, data, from, port);
}

static struct datagram_socket *socket_of(struct inet_binding *binding)
{
    return container_of(binding->socket, struct datagram_socket, inet);
}

/* To all who get a broadcast. */
static void arrived_for_all(const struct inet_arrival *arrival, struct pbuf *data)
{
    struct inet_binding *next = NULL;

    while ((next = binding_next_receiver(arrival, next)) != NULL) {
        struct pbuf *copy = pbuf_clone(PBUF_RAW, PBUF_RAM, data);

        if (copy == NULL)
            datagram_dropped(socket_of(next));
        else
            arrived_for(socket_of(next), copy, arrival->from, arrival->from_port);
    }
    pbuf_free(data);
}

/* lwIP has found a socket with the port, which need not be the one that Linux would choose. A
 * group's packets it offers to each, whoever that is connected to. */
static void arrived(void *argument, struct udp_pcb *pcb, struct pbuf *data, const ip_addr_t *from,
                    u16_t port)
{
    struct inet_arrival arrival = {
        .from = from, .to = ip_current_dest_addr(), .from_port = port, .to_port = pcb->local_port};
    struct inet_binding *chosen;

    if (ip_addr_ismulticast(arrival.to)) {
        if (binding_takes(((struct datagram_socket *)argument)->inet.binding, &arrival))
            arrived_for(argument, data, from, port);
        else
            pbuf_free(data);
    } else if (inet_address_is_broadcast(arrival.to)) {
        arrived_for_all(&arrival, data);
    } else {
        chosen = binding_choose_receiver(&arrival);
        arrived_for(chosen == NULL ? argument : socket_of(chosen), data, from, port);
    }
}

/* The pcb has the socket's address and port. */
static void follow(struct datagram_socket *dgram)
{
    struct udp_pcb *pcb = dgram->udp;
    u16 port = dgram->inet.binding == NULL ? 0 : dgram->inet.binding->port;

    ip_addr_copy(pcb->local_ip, dgram->inet.local);
    pcb->local_port = port;
    if (port != 0)
        udp_bind(pcb, &dgram->inet.local, port);
}

static int udp_socket_bind(struct socket *socket, const struct socket_address *address)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err = inet_socket_bind(&dgram->inet, address, IPPROTO_UDP);

    if (err != 0)
        return err;
    inet_lock();
    follow(dgram);
    inet_unlock();
    return 0;
}

/* A port, if it has none. */
static int need_port(struct datagram_socket *dgram)
{
    int err = inet_socket_need_binding(&dgram->inet, IPPROTO_UDP);

    if (err != 0 || dgram->inet.binding->port != 0)
        return err;
    err = binding_take(dgram->inet.binding, &dgram->inet.local, 0, false);
    if (err != 0)
        return -EAGAIN;
    follow(dgram);
    return 0;
}

/* ---- connect ---- */

static void disconnect(struct datagram_socket *dgram)
{
    struct inet_socket *inet = &dgram->inet;

    udp_disconnect(dgram->udp);
    inet->remote_port = 0;
    if (!inet->has_bound_address)
        inet_address_any(inet, &inet->local);
    if (!inet->has_bound_port && inet->binding != NULL)
        binding_give_up(inet->binding);
    inet->shown_port = 0;
    if (inet->binding != NULL)
        ip_addr_copy(inet->binding->address, inet->local);
    inet_address_any(inet, &inet->remote);
    follow(dgram);
}

static int connect_inside(struct datagram_socket *dgram, const struct socket_address *address)
{
    struct inet_socket *inet = &dgram->inet;
    struct datagram_route route = {0};
    int err = need_port(dgram);

    if (err == 0)
        err = inet_address_get(inet, address, &route.to, &route.port);
    if (err != 0)
        return err;
    if (inet->has_bound_address)
        inet_address_bound_source(inet, &route.from);
    else
        inet_address_any(inet, &route.from);
    err = datagram_route_complete(dgram, &route);
    if (err != 0)
        return err;
    if (!inet->has_bound_address) {
        ip_addr_copy(inet->local, route.from);
        ip_addr_copy(inet->binding->address, route.from);
    }
    ip_addr_copy(inet->remote, route.to);
    inet->remote_port = route.port;
    follow(dgram);
    return inet_errno(udp_connect(dgram->udp, &route.to, route.port));
}

static int udp_socket_connect(struct socket *socket, const struct socket_address *address,
                              unsigned flags)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err = 0;

    (void)flags;
    if (address->len < sizeof(address->family))
        return -EINVAL;
    inet_lock();
    if (address->family == AF_UNSPEC)
        disconnect(dgram);
    else
        err = connect_inside(dgram, address);
    inet_unlock();
    return err;
}

/* ---- sending ---- */

static int find_route(struct datagram_socket *dgram, const struct socket_message *message,
                      struct datagram_route *route)
{
    struct inet_socket *inet = &dgram->inet;
    int err;

    if (message->name != NULL && message->name->len != 0) {
        err = inet_address_get(inet, message->name, &route->to, &route->port);
        if (err == 0 && route->port == 0)
            err = -EINVAL;
        if (err != 0)
            return err;
    } else {
        if (inet->remote_port == 0)
            return -EDESTADDRREQ;
        ip_addr_copy(route->to, inet->remote);
        route->port = inet->remote_port;
    }
    err = datagram_route_control(dgram, message, route);
    return err == 0 ? datagram_route_complete(dgram, route) : err;
}

static size_t payload_max(const struct datagram_route *route)
{
    return IP_IS_V6(&route->to) ? PAYLOAD_MAX_V6 : PAYLOAD_MAX_V4;
}

/* UDP_SEGMENT: so many bytes are so many datagrams. */
static int check_segments(const struct datagram_route *route, size_t len)
{
    return route->segment != 0 &&
                   (route->segment > payload_max(route) || len > route->segment * SEGMENTS_MAX)
               ? -EINVAL
               : 0;
}

/* @data, which stays the caller's, is sent. */
static int send_now(struct datagram_socket *dgram, struct pbuf *data,
                    const struct datagram_route *route)
{
    struct udp_pcb *pcb = dgram->udp;
    int err = check_segments(route, data->tot_len);

    if (err != 0)
        return err;
    pcb->ttl = route->ttl;
    pcb->tos = route->tos;
    loopback_outgoing.mark = route->mark;
    loopback_outgoing.segment = route->segment < data->tot_len ? route->segment : 0;
    /* The source may be another than the socket's (IP_PKTINFO). */
    err = inet_errno(
        udp_sendto_if_src(pcb, data, &route->to, route->port, &loopback_netif, &route->from));
    loopback_outgoing = (struct packet_note){0};
    return err;
}

/* Send what is held back (UDP_CORK, MSG_MORE), if anything is. */
static int push(struct datagram_socket *dgram)
{
    struct pbuf *data = dgram->pending;
    int err = 0;

    dgram->pending = NULL;
    if (data != NULL) {
        err = send_now(dgram, data, &dgram->pending_route);
        pbuf_free(data);
    }
    return err;
}

/* @data is taken over. The first part says where all of it goes. */
static int hold_back(struct datagram_socket *dgram, struct pbuf *data,
                     const struct datagram_route *route)
{
    if (dgram->pending == NULL) {
        dgram->pending = data;
        dgram->pending_route = *route;
        return 0;
    }
    if (data->tot_len == 0) { /* else nothing would bound the chain */
        pbuf_free(data);
        return 0;
    }
    if (dgram->pending->tot_len + (size_t)data->tot_len > payload_max(&dgram->pending_route)) {
        pbuf_free(data);
        pbuf_free(dgram->pending);
        dgram->pending = NULL;
        return -EMSGSIZE;
    }
    pbuf_cat(dgram->pending, data);
    return 0;
}

/* @data is taken over. */
static int send_inside(struct datagram_socket *dgram, struct pbuf *data,
                       const struct datagram_route *route, bool more)
{
    int err = socket_take_error(&dgram->inet.socket);

    if (err == 0 && (dgram->shutdown & DATAGRAM_NO_SEND))
        err = -EPIPE;
    if (err == 0 && (more || dgram->cork || dgram->pending != NULL)) {
        err = hold_back(dgram, data, route);
        return err == 0 && !more && !dgram->cork ? push(dgram) : err;
    }
    if (err == 0)
        err = send_now(dgram, data, route);
    pbuf_free(data);
    return err;
}

static ssize_t udp_socket_send(struct socket *socket, struct socket_message *message)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    size_t len = message->data->remaining;
    struct datagram_route route = {0};
    struct pbuf *data;
    int err;

    if (len > 0xffff)
        return -EMSGSIZE;
    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    inet_lock();
    err = need_port(dgram);
    if (err == 0 && dgram->pending != NULL)
        route = dgram->pending_route;
    else if (err == 0)
        err = find_route(dgram, message, &route);
    inet_unlock();
    if (err == 0 && len > payload_max(&route))
        err = -EMSGSIZE;
    if (err != 0)
        return err;
    data = datagram_copy_in(message, len);
    if (IS_ERR(data))
        return PTR_ERR(data);
    inet_lock();
    err = send_inside(dgram, data, &route, message->flags & MSG_MORE);
    inet_unlock();
    return err == 0 ? (ssize_t)len : err;
}

/* ---- options ---- */

static int set_option(struct datagram_socket *dgram, int name, const void *value, size_t len)
{
    int number;

    if (len < sizeof(number))
        return -EINVAL;
    memcpy(&number, value, sizeof(number));
    switch (name) {
    case UDP_CORK:
        dgram->cork = number != 0;
        if (!dgram->cork)
            (void)push(dgram); /* an error of the network is nobody's, as on Linux */
        return 0;
    case UDP_NO_CHECK6_TX:
    case UDP_NO_CHECK6_RX:
        dgram->no_checksum6[name - UDP_NO_CHECK6_TX] = number != 0;
        return 0;
    case UDP_SEGMENT:
        if (number < 0 || number > UINT16_MAX)
            return -EINVAL;
        dgram->segment = (u32)number;
        return 0;
    case UDP_GRO:
        dgram->joins_segments = number != 0;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static int get_option(const struct datagram_socket *dgram, int name, void *value, size_t *len)
{
    int number;

    switch (name) {
    case UDP_CORK:
        number = dgram->cork;
        break;
    case UDPLITE_SEND_CSCOV:
    case UDPLITE_RECV_CSCOV:
        number = 0;
        break;
    case UDP_NO_CHECK6_TX:
    case UDP_NO_CHECK6_RX:
        number = dgram->no_checksum6[name - UDP_NO_CHECK6_TX];
        break;
    case UDP_SEGMENT:
        number = (int)dgram->segment;
        break;
    case UDP_GRO:
        number = dgram->joins_segments;
        break;
    default:
        return -ENOPROTOOPT;
    }
    return inet_option_bytes(&number, sizeof(number), value, len);
}

static int udp_socket_set_option(struct socket *socket, int level, int name, const void *value,
                                 size_t len)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err;

    inet_lock();
    if (level == SOL_UDP)
        err = set_option(dgram, name, value, len);
    else
        err = inet_set_option(&dgram->inet, level, name, value, len);
    follow(dgram);
    inet_unlock();
    return err;
}

static int udp_socket_get_option(struct socket *socket, int level, int name, void *value,
                                 size_t *len)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err;

    inet_lock();
    err = level == SOL_UDP ? get_option(dgram, name, value, len)
                           : inet_get_option(&dgram->inet, level, name, value, len);
    inet_unlock();
    return err;
}

/* ---- life ---- */

static int udp_socket_get_name(struct socket *socket, bool peer, struct socket_address *address)
{
    return inet_socket_get_name(inet_socket_of(socket), peer, address);
}

static void udp_socket_release(struct socket *socket)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);

    inet_lock();
    udp_remove(dgram->udp);
    dgram->udp = NULL;
    datagram_socket_close(dgram);
    inet_unlock();
}

static const struct socket_operations udp_operations = {
    .release = udp_socket_release,
    .destroy = datagram_socket_destroy,
    .bind = udp_socket_bind,
    .connect = udp_socket_connect,
    .get_name = udp_socket_get_name,
    .send = udp_socket_send,
    .receive = datagram_socket_receive,
    .shutdown = datagram_socket_shutdown,
    .poll = datagram_socket_poll,
    .set_option = udp_socket_set_option,
    .get_option = udp_socket_get_option,
    .ioctl = datagram_socket_ioctl,
    .has_peek_offset = true,
};

int udp_socket_create(u16 domain, struct socket **out)
{
    struct datagram_socket *dgram =
        datagram_socket_create(&udp_operations, domain, SOCK_DGRAM, IPPROTO_UDP);

    if (dgram == NULL)
        return -ENOBUFS;
    inet_lock();
    dgram->udp = udp_new_ip_type(domain == AF_INET ? IPADDR_TYPE_V4 : IPADDR_TYPE_ANY);
    if (dgram->udp != NULL) {
        ip_set_option(dgram->udp, SOF_REUSEADDR);
        udp_recv(dgram->udp, arrived, dgram);
    } else {
        list_remove(&dgram->all);
    }
    inet_unlock();
    if (dgram->udp == NULL) {
        socket_put(&dgram->inet.socket);
        return -ENOBUFS;
    }
    *out = &dgram->inet.socket;
    return 0;
}
