/*
 * Sockets of datagrams: the queue of what came, recv(2), poll(2), and what a send needs. Control
 * messages are in datagram_control.c.
 *
 * Lock: inet_lock for the queue. A datagram that recv(2) copies out is off the queue, or, with
 * MSG_PEEK, kept by receive_mutex: only receivers take datagrams off.
 */
#include "datagram.h"

#include <abi/poll.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <lwip/ip.h>
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
    datagram_put_control(dgram, datagram, message);
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
