/*
 * Sockets of datagrams: the queue of what came, recv(2), poll(2), and what a send needs.
 *
 * Lock: inet_lock for the queue. A datagram that recv(2) copies out is off the queue, or, with
 * MSG_PEEK, kept by receive_mutex: only receivers take datagrams off.
 */
#include "datagram.h"

#include <abi/capability.h>
#include <abi/poll.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <lwip/ip.h>
#include <proc/credentials.h>
#include <time/time.h>
#include <vfs/io_buffer.h>

#define OVERHEAD 512 /* what one datagram counts beside its bytes */

struct list_head datagram_sockets = LIST_INIT(datagram_sockets);
struct datagram_counts datagram_counts;

struct datagram_socket *datagram_socket_create(const struct socket_operations *ops, u16 domain,
                                               u16 type, u16 protocol)
{
    struct datagram_socket *dgram = kzalloc(sizeof(*dgram), ALLOC_WAIT);

    if (dgram == NULL)
        return NULL;
    inet_socket_init(&dgram->inet, ops, domain, type, protocol);
    list_init(&dgram->queue);
    inet_lock();
    list_add_tail(&dgram->all, &datagram_sockets);
    inet_unlock();
    return dgram;
}

void datagram_socket_destroy(struct socket *socket)
{
    socket_fini(socket);
    kfree(datagram_socket_of(socket));
}

static void datagram_free(struct datagram *datagram)
{
    pbuf_free(datagram->data);
    kfree(datagram);
}

static void take_off(struct datagram_socket *dgram, struct datagram *datagram)
{
    list_remove(&datagram->link);
    WRITE_ONCE(dgram->queued, dgram->queued - 1);
    dgram->charge -= (u32)datagram->charge;
}

void datagram_socket_close(struct datagram_socket *dgram)
{
    struct datagram *datagram, *next;

    list_for_each_entry_safe (datagram, next, &dgram->queue, link) {
        take_off(dgram, datagram);
        datagram_free(datagram);
    }
    if (dgram->pending != NULL)
        pbuf_free(dgram->pending);
    group_leave_all(&dgram->inet);
    list_remove(&dgram->all);
    inet_socket_drop_binding(&dgram->inet);
}

/* ---- arriving ---- */

static void describe_packet(struct datagram *datagram)
{
    const struct ip_hdr *header = ip4_current_header();

    ip_addr_copy(datagram->to, *ip_current_dest_addr());
    if (ip_current_is_v6()) {
        datagram->ttl = IP6H_HOPLIM(ip6_current_header());
        datagram->tos = (u8)IP6H_TC(ip6_current_header());
    } else {
        datagram->ttl = IPH_TTL(header);
        datagram->tos = IPH_TOS(header);
    }
}

void datagram_dropped(struct datagram_socket *dgram)
{
    dgram->drops++;
    if (dgram->udp != NULL)
        datagram_counts.dropped++;
}

/* Is it for the socket, whose port and address lwIP has compared? */
static bool is_wanted(const struct datagram_socket *dgram)
{
    const ip_addr_t *to = ip_current_dest_addr();
    s32 interface = READ_ONCE(dgram->inet.socket.bound_interface);

    if (interface != 0 && interface != LOOPBACK_INDEX)
        return false;
    return !ip_addr_ismulticast(to) || group_admits(&dgram->inet, to);
}

void datagram_arrived(struct datagram_socket *dgram, struct pbuf *data, const ip_addr_t *from,
                      u16 port, u32 segment)
{
    size_t charge = data->tot_len + OVERHEAD;
    struct datagram *datagram = NULL;

    if (!is_wanted(dgram)) {
        pbuf_free(data);
        return;
    }
    if (dgram->charge == 0 ||
        dgram->charge + charge <= (u32)READ_ONCE(dgram->inet.socket.receive_buffer))
        datagram = kmalloc(sizeof(*datagram), 0);
    if (datagram == NULL) {
        datagram_dropped(dgram);
        pbuf_free(data);
        return;
    }
    *datagram = (struct datagram){
        .data = data,
        .from_port = port,
        .to_port = dgram->inet.binding == NULL ? 0 : dgram->inet.binding->port,
        .mark = loopback_incoming.mark,
        .segment = segment,
        .drops = (u32)dgram->drops,
        .time = time_realtime_ns(),
        .charge = charge,
    };
    ip_addr_copy(datagram->from, *from);
    describe_packet(datagram);
    list_add_tail(&datagram->link, &dgram->queue);
    WRITE_ONCE(dgram->queued, dgram->queued + 1);
    WRITE_ONCE(dgram->arrivals, dgram->arrivals + 1);
    dgram->charge += (u32)charge;
    socket_wake(&dgram->inet.socket, POLLIN | POLLRDNORM);
}

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
    if (dgram->inet.flags & INET6_RECEIVE_PACKET_INFO) {
        socket_control_put(message, SOL_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    }
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

static void put_control(struct datagram_socket *dgram, const struct datagram *datagram,
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

/* @len bytes of a chain of pbufs, from @skip on, into the message. False: a bad address. */
static bool copy_out(const struct pbuf *pbuf, struct io_buffer *to, size_t skip, size_t len)
{
    while (len > 0) {
        size_t part = skip < pbuf->len ? min(len, pbuf->len - skip) : 0;

        if (part > 0 && io_buffer_copy_to(to, (const char *)pbuf->payload + skip, part) != part)
            return false;
        skip -= min(skip, (size_t)pbuf->len);
        len -= part;
        pbuf = pbuf->next;
    }
    return true;
}

static ssize_t give(struct datagram_socket *dgram, struct datagram *datagram,
                    struct socket_message *message, size_t skip)
{
    size_t size = datagram->data->tot_len;
    size_t len = min(size - skip, message->data->remaining);

    if (!copy_out(datagram->data, message->data, skip, len))
        return -EFAULT;
    if (skip + len < size)
        message->result_flags |= MSG_TRUNC;
    socket_move_peek_offset(&dgram->inet.socket,
                            message->flags & MSG_PEEK ? (ssize_t)len : -(ssize_t)size);
    if (message->name != NULL)
        inet_address_put(&dgram->inet, &datagram->from, datagram->from_port, message->name);
    put_control(dgram, datagram, message);
    return (ssize_t)(message->flags & MSG_TRUNC ? size : len);
}

/* The datagram that SO_PEEK_OFF points into, and where in it. NULL: none */
static struct datagram *peeked_datagram(struct datagram_socket *dgram, size_t *skip)
{
    struct datagram *datagram;

    *skip = (size_t)max(READ_ONCE(dgram->inet.socket.peek_offset), 0);
    list_for_each_entry (datagram, &dgram->queue, link) {
        if (*skip < datagram->data->tot_len || (*skip == 0 && !datagram->peeked))
            return datagram;
        *skip -= datagram->data->tot_len;
    }
    return NULL;
}

/* The first datagram, off the queue unless it is only looked at; NULL: none. */
static struct datagram *first_datagram(struct datagram_socket *dgram, bool peek, size_t *skip)
{
    bool has_offset = peek && READ_ONCE(dgram->inet.socket.peek_offset) >= 0;
    struct datagram *datagram;

    *skip = 0;
    inet_lock();
    datagram = has_offset ? peeked_datagram(dgram, skip)
                          : list_first_entry_or_null(&dgram->queue, struct datagram, link);
    if (datagram != NULL && !peek) {
        take_off(dgram, datagram);
        datagram_counts.received += dgram->udp != NULL;
    } else if (datagram != NULL) {
        datagram->peeked = true;
    }
    inet_unlock();
    return datagram;
}

/* @seen: the arrivals that a peek has looked at. */
static bool receive_may_go_on(const struct datagram_socket *dgram, bool peek, u32 seen)
{
    bool there = READ_ONCE(dgram->queued) > 0 && (!peek || READ_ONCE(dgram->arrivals) != seen);

    return there || READ_ONCE(dgram->inet.socket.error) != 0 ||
           (READ_ONCE(dgram->shutdown) & DATAGRAM_NO_RECEIVE);
}

ssize_t datagram_socket_receive(struct socket *socket, struct socket_message *message)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    u64 deadline = socket_receive_deadline(socket, message->flags & MSG_DONTWAIT);
    bool peek = message->flags & MSG_PEEK;
    struct datagram *datagram;
    size_t skip;
    u32 seen;
    ssize_t result;

    if (message->flags & MSG_ERRQUEUE)
        return -EAGAIN;
    if ((message->flags & MSG_OOB) && dgram->raw != NULL)
        return -EOPNOTSUPP;
    for (;;) {
        result = socket_take_error(socket);
        if (result != 0)
            return result;
        seen = READ_ONCE(dgram->arrivals);
        mutex_lock(&dgram->inet.receive_mutex);
        datagram = first_datagram(dgram, peek, &skip);
        if (datagram != NULL)
            result = give(dgram, datagram, message, skip);
        mutex_unlock(&dgram->inet.receive_mutex);
        if (datagram != NULL)
            break;
        /* Who does not wait is not told the end: as Linux. */
        if (READ_ONCE(dgram->shutdown) & DATAGRAM_NO_RECEIVE)
            return deadline == 0 ? -EAGAIN : 0;
        result = socket_wait_event(&socket->wait, receive_may_go_on(dgram, peek, seen), deadline);
        if (result != 0)
            return result;
    }
    if (!peek)
        datagram_free(datagram);
    return result;
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

int datagram_route_complete(const struct datagram_socket *dgram, struct datagram_route *route)
{
    s32 interface = READ_ONCE(dgram->inet.socket.bound_interface);
    int err;

    if (interface != 0 && interface != LOOPBACK_INDEX)
        return -ENODEV;
    if (ip_addr_ismulticast(&route->to))
        err = group_route(&dgram->inet, &route->to, &route->from);
    else
        err = inet_address_route(&route->to);
    if (err != 0)
        return err;
    if (inet_is_v6(&dgram->inet) && !IP_IS_V6(&route->to) && (dgram->inet.flags & INET6_ONLY))
        return -ENETUNREACH;
    if (ip_addr_isany(&route->from))
        inet_address_source(&route->to, &route->from);
    else if (IP_IS_V6(&route->from) != IP_IS_V6(&route->to))
        return -ENETUNREACH;
    err = inet_address_check_source(&route->from, dgram->inet.flags & INET_TRANSPARENT);
    if (err == 0 && inet_address_is_broadcast(&route->to) &&
        !socket_has(&dgram->inet.socket, SOCKET_BROADCAST))
        err = -EACCES;
    return err;
}

struct pbuf *datagram_copy_in(struct socket_message *message, size_t len)
{
    struct pbuf *data = pbuf_alloc(PBUF_TRANSPORT, (u16)len, PBUF_RAM);

    if (data == NULL)
        return ERR_PTR(-ENOBUFS);
    if (io_buffer_copy_from(message->data, data->payload, len) != len) {
        pbuf_free(data);
        return ERR_PTR(-EFAULT);
    }
    return data;
}

/* ---- the rest ---- */

unsigned datagram_socket_poll(struct socket *socket, struct file *file, struct poll_table *table)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    u32 shutdown = READ_ONCE(dgram->shutdown);
    unsigned events = POLLOUT | POLLWRNORM | POLLWRBAND;

    (void)file;
    (void)table;
    if (READ_ONCE(socket->error) != 0)
        events |= POLLERR;
    if (shutdown & DATAGRAM_NO_RECEIVE)
        events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (shutdown == (DATAGRAM_NO_RECEIVE | DATAGRAM_NO_SEND))
        events |= POLLHUP;
    if (READ_ONCE(dgram->queued) > 0)
        events |= POLLIN | POLLRDNORM;
    return events;
}

int datagram_socket_shutdown(struct socket *socket, int how)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    int err = 0;

    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    inet_lock();
    if (dgram->inet.remote_port == 0)
        err = -ENOTCONN;
    WRITE_ONCE(dgram->shutdown, dgram->shutdown | (u32)(how + 1));
    inet_unlock();
    socket_wake(socket, POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLHUP);
    return err;
}

long datagram_socket_ioctl(struct socket *socket, unsigned request, unsigned long argument)
{
    struct datagram_socket *dgram = datagram_socket_of(socket);
    struct datagram *datagram;
    int len = 0;

    if (request == SIOCOUTQ)
        return inet_ioctl_return(0, argument);
    if (request != SIOCINQ)
        return interface_ioctl(request, argument);
    inet_lock();
    datagram = list_first_entry_or_null(&dgram->queue, struct datagram, link);
    if (datagram != NULL)
        len = datagram->data->tot_len;
    inet_unlock();
    return inet_ioctl_return(len, argument);
}
