/*
 * TCP sockets: life, bind(2), connect(2), shutdown(2), close(2), poll(2).
 *
 * connect sends its SYN, and inet_unlock delivers it, the answer and the acknowledgement: when the
 * lock is given back the connection is made or refused, unless the listener's queue is full or
 * memory is short. A nonblocking connect says EINPROGRESS all the same, as on Linux.
 */
#include "tcp_socket.h"

#include <abi/fcntl.h>
#include <abi/poll.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lwip/priv/tcp_priv.h>
#include <time/time.h>

static const struct socket_operations tcp_operations;

struct tcp_socket *tcp_socket_allocate(u16 domain)
{
    struct tcp_socket *tcp = kzalloc(sizeof(*tcp), inet_is_locked() ? 0 : ALLOC_WAIT);

    if (tcp == NULL)
        return NULL;
    inet_socket_init(&tcp->inet, &tcp_operations, domain, SOCK_STREAM, IPPROTO_TCP);
    tcp->inet.socket.send_buffer = 16384;
    tcp->inet.socket.receive_buffer = 131072;
    tcp->keep_idle = TCP_KEEPIDLE_DEFAULT;
    tcp->keep_interval = TCP_KEEPINTVL_DEFAULT;
    tcp->keep_count = TCP_KEEPCNT_DEFAULT;
    tcp->syn_count = 6;
    tcp->quick_ack = true;
    list_init(&tcp->queue_link);
    list_init(&tcp->half_open);
    list_init(&tcp->established);
    return tcp;
}

int tcp_socket_create(u16 domain, struct socket **out)
{
    struct tcp_socket *tcp = tcp_socket_allocate(domain);

    if (tcp == NULL)
        return -ENOBUFS;
    *out = &tcp->inet.socket;
    return 0;
}

static void tcp_socket_destroy(struct socket *socket)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);

    ASSERT(tcp->pcb == NULL && tcp->inet.binding == NULL && tcp->received_first == NULL);
    socket_fini(socket);
    kfree(tcp);
}

/* ---- room for sending ---- */

static size_t send_limit(const struct tcp_socket *tcp)
{
    return socket_has(&tcp->inet.socket, SOCKET_SEND_BUFFER_SET)
               ? min((size_t)READ_ONCE(tcp->inet.socket.send_buffer), (size_t)TCP_SND_BUF)
               : TCP_SND_BUF;
}

/* Those who wait for room are told when a third of it is free. */
static bool is_writable(const struct tcp_socket *tcp)
{
    return READ_ONCE(tcp->room) >= send_limit(tcp) / 3;
}

void tcp_socket_update_room(struct tcp_socket *tcp)
{
    bool was_writable = is_writable(tcp);
    size_t limit = send_limit(tcp);
    size_t used = tcp->pcb == NULL ? 0 : TCP_SND_BUF - tcp->pcb->snd_buf;

    if (tcp->pcb != NULL && tcp_sndqueuelen(tcp->pcb) >= TCP_SND_QUEUELEN - 64)
        used = limit; /* too many pieces */
    if (tcp->pcb != NULL && tcp->not_sent_low != 0 &&
        tcp->pcb->snd_lbb - tcp->pcb->snd_nxt >= tcp->not_sent_low)
        used = limit;
    WRITE_ONCE(tcp->room, used >= limit ? 0 : limit - used);
    if ((!was_writable && is_writable(tcp)) || (tcp->lingers && tcp->room >= limit))
        socket_wake(&tcp->inet.socket, POLLOUT | POLLWRNORM);
}

/* ---- bind, connect ---- */

static int tcp_socket_bind(struct socket *socket, const struct socket_address *address)
{
    return inet_socket_bind(inet_socket_of(socket), address, IPPROTO_TCP);
}

/* Both connections with these ends, if one is over: its TIME_WAIT is not waited for. */
static void end_time_wait_between(const ip_addr_t *local, u16 port, const ip_addr_t *remote,
                                  u16 remote_port)
{
    struct tcp_pcb *pcb = tcp_tw_pcbs;

    while (pcb != NULL) {
        if (pcb->local_port == remote_port && pcb->remote_port == port &&
            ip_addr_cmp(&pcb->local_ip, remote) && ip_addr_cmp(&pcb->remote_ip, local)) {
            tcp_abort(pcb);
            return;
        }
        pcb = pcb->next;
    }
}

/* A pcb with the socket's address, ready to connect or to listen. */
static int make_pcb(struct tcp_socket *tcp, const ip_addr_t *local)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(IP_GET_TYPE(local));

    if (pcb == NULL)
        return -ENOBUFS;
    ip_set_option(pcb, SOF_REUSEADDR);
    if (tcp_bind(pcb, local, tcp->inet.binding->port) != ERR_OK) {
        tcp_abort(pcb);
        return -EADDRINUSE;
    }
    /* Who may have the port is known; lwIP need not look again. */
    tcp_socket_attach(tcp, pcb);
    return 0;
}

static int take_port_for(struct tcp_socket *tcp, const ip_addr_t *local)
{
    struct inet_socket *inet = &tcp->inet;
    int err = inet_socket_need_binding(inet, IPPROTO_TCP);

    if (err == 0 && inet->binding->port == 0)
        err = binding_take(inet->binding, local, 0, true);
    return err;
}

/* The connection could not be begun. */
static void undo_begin(struct tcp_socket *tcp)
{
    if (tcp->pcb != NULL)
        tcp_abort(tcp_socket_detach(tcp));
    if (!tcp->inet.has_bound_port && tcp->inet.binding != NULL)
        binding_give_up(tcp->inet.binding);
}

static int begin_connection(struct tcp_socket *tcp, ip_addr_t *to, u16 port)
{
    struct inet_socket *inet = &tcp->inet;
    s32 interface = READ_ONCE(inet->socket.bound_interface);
    ip_addr_t from;
    int err = interface != 0 && interface != LOOPBACK_INDEX ? -ENODEV : inet_address_route(to);

    if (err != 0)
        return err;
    inet_address_bound_source(inet, &from);
    if (!inet->has_bound_address || ip_addr_isany(&from))
        inet_address_source(to, &from);
    if (IP_GET_TYPE(&from) != IP_GET_TYPE(to))
        return -ENETUNREACH;
    err = take_port_for(tcp, &from);
    /* Both ends at once: lwIP does not know how. */
    if (err == 0 && inet->binding->port == port && ip_addr_cmp(&from, to))
        err = -ECONNREFUSED;
    if (err == 0) {
        end_time_wait_between(&from, inet->binding->port, to, port);
        err = make_pcb(tcp, &from);
    }
    if (err == 0) {
        err = inet_errno(tcp_connect(tcp->pcb, to, port, tcp->pcb->connected));
        err = err == -EADDRINUSE ? -EADDRNOTAVAIL : err;
    }
    if (err != 0) {
        undo_begin(tcp);
        return err;
    }
    socket_set_error(&inet->socket, 0);
    inet->shown_port = inet->binding->port;
    ip_addr_copy(inet->binding->address, from);
    ip_addr_copy(inet->local, from);
    ip_addr_copy(inet->remote, *to);
    inet->remote_port = port;
    WRITE_ONCE(tcp->shutdown, 0);
    WRITE_ONCE(tcp->phase, TCP_CONNECTING);
    tcp->connect_begun = true;
    return 0;
}

/* connect(2) with AF_UNSPEC: back to a socket without a peer; the peer is told by a reset. */
static void disconnect(struct tcp_socket *tcp)
{
    struct inet_socket *inet = &tcp->inet;

    bool breaks = tcp->phase == TCP_CONNECTED || tcp->phase == TCP_CONNECTING;

    if (tcp->phase == TCP_LISTENING)
        tcp_socket_stop_listening(tcp);
    WRITE_ONCE(tcp->phase, TCP_IDLE);
    if (tcp->pcb != NULL)
        tcp_abort(tcp_socket_detach(tcp));
    tcp_socket_discard_received(tcp);
    tcp->connect_begun = false;
    WRITE_ONCE(tcp->shutdown, 0);
    inet->remote_port = 0;
    if (!inet->has_bound_address)
        inet_address_any(inet, &inet->local);
    if (!inet->has_bound_port && inet->binding != NULL)
        binding_give_up(inet->binding);
    socket_set_error(&inet->socket, breaks ? ECONNRESET : 0);
    socket_wake(&inet->socket, POLLIN | POLLOUT | POLLHUP);
}

/*
 * The connection under way is made or not: tell it once.
 * => -EISCONN, -EALREADY: not the result of this call
 */
static int connect_result(struct tcp_socket *tcp)
{
    int err;

    if (!tcp->connect_begun)
        return -EISCONN;
    if (tcp->phase == TCP_CONNECTING)
        return -EALREADY;
    tcp->connect_begun = false;
    if (tcp->phase == TCP_CONNECTED)
        return 0;
    err = socket_take_error(&tcp->inet.socket);
    WRITE_ONCE(tcp->shutdown, 0);
    tcp->inet.remote_port = 0;
    if (!tcp->inet.has_bound_address)
        inet_address_any(&tcp->inet, &tcp->inet.local);
    return err == 0 ? -ECONNABORTED : err;
}

static int connect_now(struct tcp_socket *tcp, const struct socket_address *address)
{
    ip_addr_t to;
    u16 port;
    int err;

    if (tcp->connect_begun)
        return connect_result(tcp);
    if (tcp->phase != TCP_IDLE || tcp->pcb != NULL)
        return -EISCONN;
    err = inet_address_get(&tcp->inet, address, &to, &port);
    if (err == 0 && inet_is_v6(&tcp->inet) && !IP_IS_V6(&to) && (tcp->inet.flags & INET6_ONLY))
        err = -ENETUNREACH;
    if (err == 0 && (ip_addr_ismulticast(&to) || inet_address_is_broadcast(&to)))
        err = -ENETUNREACH;
    return err == 0 ? begin_connection(tcp, &to, port) : err;
}

static int wait_for_connection(struct tcp_socket *tcp, u64 deadline, int not_yet)
{
    int err = socket_wait_event(&tcp->inet.socket.wait, READ_ONCE(tcp->phase) != TCP_CONNECTING,
                                deadline);

    if (err != 0)
        return err == -EAGAIN ? not_yet : err;
    inet_lock();
    err = connect_result(tcp);
    inet_unlock();
    return err;
}

static int tcp_socket_connect(struct socket *socket, const struct socket_address *address,
                              unsigned flags)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u64 deadline = socket_send_deadline(socket, flags & O_NONBLOCK);
    int err;

    if (address->len < sizeof(address->family))
        return -EINVAL;
    if (address->family == AF_UNSPEC) {
        mutex_lock(&tcp->inet.receive_mutex); /* no reader is looking at what is thrown away */
        inet_lock();
        disconnect(tcp);
        inet_unlock();
        mutex_unlock(&tcp->inet.receive_mutex);
        return 0;
    }
    inet_lock();
    err = connect_now(tcp, address);
    inet_unlock();
    if (err == 0 && READ_ONCE(tcp->connect_begun))
        err = deadline == 0 ? -EINPROGRESS : wait_for_connection(tcp, deadline, -EINPROGRESS);
    else if (err == -EALREADY && deadline != 0)
        err = wait_for_connection(tcp, deadline, -EALREADY);
    return err;
}

/* ---- listen: needs what connect needs ---- */

int tcp_socket_listen(struct socket *socket, int backlog)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    struct inet_socket *inet = &tcp->inet;
    int err = 0;

    inet_lock();
    if (tcp->phase == TCP_LISTENING) {
        tcp->backlog = (u32)backlog;
        goto out;
    }
    err = -EINVAL;
    if (tcp->phase != TCP_IDLE || tcp->pcb != NULL || tcp->connect_begun)
        goto out;
    err = inet_socket_need_binding(inet, IPPROTO_TCP);
    if (err == 0 && inet->binding->port == 0)
        err = binding_take(inet->binding, &inet->local, 0, false);
    if (err != 0)
        goto out;
    err = -EADDRINUSE;
    if (!binding_may_listen(inet->binding))
        goto out;
    err = make_pcb(tcp, &inet->local);
    if (err == 0) {
        ip_reset_option(tcp->pcb, SOF_REUSEADDR);
        err = tcp_socket_start_listening(tcp);
    }
    if (err != 0) {
        inet->binding->listens = false;
        undo_begin(tcp);
        goto out;
    }
    tcp->backlog = (u32)backlog;
    WRITE_ONCE(tcp->shutdown, 0);
    WRITE_ONCE(tcp->phase, TCP_LISTENING);
    socket_flag(socket, SOCKET_LISTENS, true);
out:
    inet_unlock();
    return err;
}

/* ---- the end ---- */

/* Both ends have said and heard that it is the end; lwIP only waits for stragglers. */
static bool is_over(const struct tcp_socket *tcp)
{
    return tcp->pcb != NULL && tcp->pcb->state == TIME_WAIT;
}

static int tcp_socket_shutdown(struct socket *socket, int how)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u32 stop = how == SHUT_RD   ? TCP_NO_RECEIVE
               : how == SHUT_WR ? TCP_NO_SEND
                                : TCP_NO_RECEIVE | TCP_NO_SEND;
    int err = 0;

    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    mutex_lock(&tcp->inet.receive_mutex); /* no reader is looking at what is thrown away */
    inet_lock();
    if (tcp->phase == TCP_CONNECTING || (tcp->phase == TCP_LISTENING && (stop & TCP_NO_RECEIVE))) {
        disconnect(tcp);
        goto out;
    }
    if (tcp->phase == TCP_LISTENING)
        goto out;
    if (tcp->phase == TCP_IDLE || is_over(tcp))
        err = -ENOTCONN;
    if ((stop & TCP_NO_SEND) && !(tcp->shutdown & TCP_NO_SEND) && tcp->pcb != NULL)
        tcp_shutdown(tcp->pcb, 0, 1);
    WRITE_ONCE(tcp->shutdown, tcp->shutdown | stop);
    socket_wake(socket, POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLWRNORM | POLLHUP);
out:
    inet_unlock();
    mutex_unlock(&tcp->inet.receive_mutex);
    return err;
}

/* SO_LINGER: wait until the peer has everything, or the time is over. */
static void linger(struct tcp_socket *tcp)
{
    struct socket *socket = &tcp->inet.socket;
    u64 deadline = time_monotonic_ns() + (u64)max(socket->linger_seconds, 0) * NS_PER_SECOND;
    bool done = false;

    inet_lock();
    tcp->lingers = true;
    if (tcp->pcb != NULL && tcp->phase == TCP_CONNECTED) {
        if (!(tcp->shutdown & TCP_NO_SEND))
            tcp_shutdown(tcp->pcb, 0, 1);
        WRITE_ONCE(tcp->shutdown, tcp->shutdown | TCP_NO_SEND);
    } else {
        done = true;
    }
    tcp_socket_update_room(tcp);
    inet_unlock();
    if (!done)
        (void)wait_event_interruptible_timeout(&socket->wait,
                                               READ_ONCE(tcp->room) >= send_limit(tcp) ||
                                                   READ_ONCE(tcp->phase) != TCP_CONNECTED,
                                               deadline);
}

static bool wants_reset(const struct tcp_socket *tcp)
{
    const struct socket *socket = &tcp->inet.socket;

    return tcp->received != 0 || (socket_has(socket, SOCKET_LINGER) && socket->linger_seconds == 0);
}

/* close(2) of the socket's connection; lwIP goes on with it. */
static void end_connection(struct tcp_socket *tcp)
{
    bool reset = wants_reset(tcp) && tcp->phase == TCP_CONNECTED;
    struct tcp_pcb *pcb = tcp_socket_detach(tcp);

    WRITE_ONCE(tcp->phase, TCP_IDLE);
    tcp->inet.binding->fin_wait = tcp_fin_wait(tcp);
    inet_socket_drop_binding(&tcp->inet);
    if (reset)
        tcp_abort(pcb);
    else
        tcp_close(pcb);
}

static void tcp_socket_release(struct socket *socket)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);

    if (socket_has(socket, SOCKET_LINGER) && socket->linger_seconds != 0 && tcp->received == 0)
        linger(tcp);
    inet_lock();
    if (tcp->phase == TCP_LISTENING)
        tcp_socket_stop_listening(tcp);
    if (tcp->pcb != NULL)
        end_connection(tcp);
    tcp_socket_discard_received(tcp);
    group_leave_all(&tcp->inet);
    inet_socket_drop_binding(&tcp->inet);
    inet_unlock();
}

/* ---- poll, names, the table ---- */

unsigned tcp_socket_poll(struct socket *socket, struct file *file, struct poll_table *table)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u32 shutdown = READ_ONCE(tcp->shutdown);
    u32 phase = READ_ONCE(tcp->phase);
    unsigned events = 0;

    (void)file;
    (void)table;
    if (phase == TCP_LISTENING)
        return READ_ONCE(tcp->queued) > 0 ? POLLIN | POLLRDNORM : 0;
    if (phase == TCP_IDLE ||
        (shutdown & (TCP_NO_RECEIVE | TCP_NO_SEND)) == (TCP_NO_RECEIVE | TCP_NO_SEND))
        events |= POLLHUP;
    if (shutdown & TCP_NO_RECEIVE)
        events |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (READ_ONCE(socket->error) != 0)
        events |= POLLERR;
    if (phase == TCP_CONNECTING)
        return events;
    if (READ_ONCE(tcp->received) >= (size_t)max(READ_ONCE(socket->receive_low_water), 1))
        events |= POLLIN | POLLRDNORM;
    if (phase == TCP_IDLE || (shutdown & TCP_NO_SEND) || is_writable(tcp))
        events |= POLLOUT | POLLWRNORM;
    return events;
}

static int tcp_socket_get_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    bool over;

    inet_lock();
    over = tcp->phase != TCP_CONNECTED || is_over(tcp);
    inet_unlock();
    if (peer && over)
        return -ENOTCONN;
    return inet_socket_get_name(&tcp->inet, peer, address);
}

static long tcp_socket_ioctl(struct socket *socket, unsigned request, unsigned long argument)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    bool listens = READ_ONCE(tcp->phase) == TCP_LISTENING;
    int value;

    switch (request) {
    case SIOCINQ:
        value = (int)READ_ONCE(tcp->received);
        return listens ? -EINVAL : inet_ioctl_return(value, argument);
    case SIOCOUTQ:
        inet_lock();
        tcp_socket_update_room(tcp);
        value = tcp->pcb == NULL || listens ? 0 : (int)(TCP_SND_BUF - tcp->pcb->snd_buf);
        inet_unlock();
        return listens ? -EINVAL : inet_ioctl_return(value, argument);
    case SIOCATMARK:
        return inet_ioctl_return(0, argument);
    default:
        return interface_ioctl(request, argument);
    }
}

static const struct socket_operations tcp_operations = {
    .release = tcp_socket_release,
    .destroy = tcp_socket_destroy,
    .bind = tcp_socket_bind,
    .connect = tcp_socket_connect,
    .listen = tcp_socket_listen,
    .accept = tcp_socket_accept,
    .get_name = tcp_socket_get_name,
    .send = tcp_socket_send,
    .receive = tcp_socket_receive,
    .shutdown = tcp_socket_shutdown,
    .poll = tcp_socket_poll,
    .set_option = tcp_socket_set_option,
    .get_option = tcp_socket_get_option,
    .option_changes = tcp_socket_option_changes,
    .ioctl = tcp_socket_ioctl,
    .is_stream = true,
};
