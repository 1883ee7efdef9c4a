/*
 * Listeners: accept(2), and what becomes of connections that nobody accepts.
 *
 * Lock: inet_lock.
 */
#include "tcp_socket.h"

#include <abi/fcntl.h>

/* The connection that waits longest; 0: none. */
static int take_established(struct tcp_socket *tcp, struct socket **out)
{
    struct tcp_socket *child;

    if (tcp->phase != TCP_LISTENING)
        return -EINVAL;
    if (list_is_empty(&tcp->established))
        return -EAGAIN;
    child = list_first_entry(&tcp->established, struct tcp_socket, queue_link);
    list_remove(&child->queue_link);
    child->listener = NULL;
    WRITE_ONCE(tcp->queued, tcp->queued - 1);
    *out = &child->inet.socket;
    return 0;
}

static bool may_accept(const struct tcp_socket *tcp)
{
    return READ_ONCE(tcp->queued) > 0 || READ_ONCE(tcp->phase) != TCP_LISTENING;
}

int tcp_socket_accept(struct socket *socket, unsigned flags, struct socket **out)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u64 deadline = socket_receive_deadline(socket, flags & O_NONBLOCK);
    int err;

    for (;;) {
        inet_lock();
        err = take_established(tcp, out);
        inet_unlock();
        if (err != -EAGAIN)
            return err;
        err = socket_wait_event(&socket->wait, may_accept(tcp), deadline);
        if (err != 0)
            return err;
    }
}

/* A connection that was not accepted: the peer gets a reset. */
static void drop(struct tcp_socket *child)
{
    list_remove(&child->queue_link);
    child->listener = NULL;
    WRITE_ONCE(child->phase, TCP_IDLE);
    if (child->pcb != NULL)
        tcp_abort(tcp_socket_detach(child));
    tcp_socket_discard_received(child);
    inet_socket_drop_binding(&child->inet);
    socket_put(&child->inet.socket);
}

void tcp_socket_stop_listening(struct tcp_socket *tcp)
{
    while (!list_is_empty(&tcp->half_open))
        drop(list_first_entry(&tcp->half_open, struct tcp_socket, queue_link));
    while (!list_is_empty(&tcp->established))
        drop(list_first_entry(&tcp->established, struct tcp_socket, queue_link));
    tcp->nr_half_open = 0;
    WRITE_ONCE(tcp->queued, 0);
    tcp->inet.binding->listens = false;
    tcp_close(tcp_socket_detach(tcp));
    WRITE_ONCE(tcp->phase, TCP_IDLE);
    socket_flag(&tcp->inet.socket, SOCKET_LISTENS, false);
}
