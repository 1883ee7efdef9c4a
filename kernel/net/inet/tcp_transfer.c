/*
 * TCP sockets: send(2), recv(2).
 *
 * User memory is touched outside of inet_lock. So what is to be sent goes through a buffer of the
 * call, a piece at a time, and what is received is read from pbufs that only the reader takes off:
 * the socket's receive_mutex admits one at a time, and new pbufs are added behind those it looks
 * at.
 */
#include "tcp_socket.h"

#include <abi/fcntl.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <lwip/priv/tcp_priv.h>
#include <vfs/io_buffer.h>

#define PIECE_MAX    32768 /* bytes that are copied in at a time */
#define PIECE_SMALL  256   /* this many lie on the stack */
#define MEMORY_TRIES 4

/* ---- sending ---- */

/*
 * May something be sent?
 * => 0; -EAGAIN: not yet; -EPIPE; the error of the connection, which is thereby told
 */
static int send_state(struct tcp_socket *tcp)
{
    u32 phase = READ_ONCE(tcp->phase);
    int err = socket_take_error(&tcp->inet.socket);

    if (err != 0)
        return err;
    if (phase == TCP_CONNECTING)
        return -EAGAIN;
    if (phase != TCP_CONNECTED || (READ_ONCE(tcp->shutdown) & TCP_NO_SEND))
        return -EPIPE;
    return 0;
}

/* Something changed that a sender waits for. */
static bool send_may_go_on(const struct tcp_socket *tcp)
{
    u32 phase = READ_ONCE(tcp->phase);

    if (READ_ONCE(tcp->inet.socket.error) != 0 || (READ_ONCE(tcp->shutdown) & TCP_NO_SEND))
        return true;
    if (phase == TCP_CONNECTING)
        return false;
    return phase != TCP_CONNECTED || READ_ONCE(tcp->room) > 0;
}

/* With TCP_CORK or MSG_MORE, less than a segment waits for more. */
static bool holds_back(const struct tcp_socket *tcp, bool more)
{
    const struct tcp_seg *unsent = tcp->pcb->unsent;

    return (more || tcp->cork) && unsent != NULL && unsent->next == NULL &&
           unsent->len < tcp->pcb->mss;
}

/*
 * As much of a piece as there is room for.
 * => bytes; -EAGAIN: no room; -ENOBUFS: no memory; as send_state
 */
static ssize_t write_piece(struct tcp_socket *tcp, const void *bytes, size_t len, bool more)
{
    ssize_t err;

    inet_lock();
    err = send_state(tcp);
    if (err != 0)
        goto out;
    tcp_socket_update_room(tcp);
    len = min(len, tcp->room);
    err = -EAGAIN;
    if (len == 0)
        goto out;
    err = inet_errno(tcp_write(tcp->pcb, bytes, (u16_t)len,
                               TCP_WRITE_FLAG_COPY | (more ? TCP_WRITE_FLAG_MORE : 0)));
    if (err != 0)
        goto out;
    err = (ssize_t)len;
    if (!holds_back(tcp, more))
        tcp_output(tcp->pcb);
    tcp_socket_update_room(tcp);
out:
    inet_unlock();
    return err;
}

/* lwIP could not get memory without waiting. Whoever asks for some and waits makes some free. */
static bool make_memory(unsigned *tries)
{
    void *memory;

    if (++*tries > MEMORY_TRIES)
        return false;
    memory = kmalloc(PIECE_MAX, ALLOC_WAIT);
    kfree(memory);
    return memory != NULL;
}

/* All of @len bytes; fewer when it may not wait or the connection ends. */
static ssize_t write_all(struct tcp_socket *tcp, const char *bytes, size_t len, bool more,
                         u64 deadline)
{
    size_t done = 0;
    unsigned tries = 0;
    ssize_t result = 0;

    while (done < len) {
        result = write_piece(tcp, bytes + done, len - done, more);
        if (result > 0) {
            done += (size_t)result;
            continue;
        }
        if (result == -EAGAIN)
            result = socket_wait_event(&tcp->inet.socket.wait, send_may_go_on(tcp), deadline);
        else if (result == -ENOBUFS && make_memory(&tries))
            result = 0;
        if (result != 0)
            break;
    }
    return done > 0 ? (ssize_t)done : result;
}

/* MSG_FASTOPEN to a peer that one has no cookie of: connect(2), then send. */
static int connect_first(struct socket *socket, const struct socket_message *message)
{
    static const struct socket_address none;
    const struct socket_address *to = message->name == NULL ? &none : message->name;

    if (to->len >= sizeof(to->family) && to->family == AF_UNSPEC)
        return -EOPNOTSUPP;
    return socket_connect(socket, to, message->flags & MSG_DONTWAIT ? O_NONBLOCK : 0);
}

ssize_t tcp_socket_send(struct socket *socket, struct socket_message *message)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u64 deadline = socket_send_deadline(socket, message->flags & MSG_DONTWAIT);
    char small[PIECE_SMALL], *piece = small;
    size_t size, len, done = 0;
    ssize_t result = 0;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (message->flags & MSG_FASTOPEN)
        result = connect_first(socket, message);
    if (result != 0)
        return result;
    if (message->data->remaining == 0)
        return send_state(tcp);
    size = min(message->data->remaining, (size_t)PIECE_MAX);
    if (size > sizeof(small)) {
        piece = kmalloc(size, ALLOC_WAIT);
        if (piece == NULL)
            return -ENOBUFS;
    }
    while (message->data->remaining > 0) {
        struct io_buffer before = *message->data;
        bool more = message->data->remaining > size || (message->flags & MSG_MORE);

        /* A refused call does not look at the data. */
        result = done == 0 && READ_ONCE(tcp->phase) == TCP_IDLE ? send_state(tcp) : 0;
        if (result != 0)
            break;
        len = io_buffer_copy_from(message->data, piece, size);
        if (len == 0) {
            result = -EFAULT;
            break;
        }
        result = write_all(tcp, piece, len, more, deadline);
        if (result > 0)
            done += (size_t)result;
        if (result != (ssize_t)len) {
            *message->data = before;
            io_buffer_advance(message->data, result > 0 ? (size_t)result : 0);
            break;
        }
    }
    if (piece != small)
        kfree(piece);
    return done > 0 ? (ssize_t)done : result;
}

/* ---- receiving ---- */

static void drop_first(struct tcp_socket *tcp)
{
    struct pbuf *head = tcp->received_first;

    if (head == tcp->received_last)
        tcp->gather_room = 0;
    WRITE_ONCE(tcp->received_first, head->next);
    head->next = NULL;
    pbuf_free(head);
}

static void take_off(struct tcp_socket *tcp, size_t len)
{
    while (len > 0) {
        struct pbuf *head = tcp->received_first;
        u16 part = (u16)min(len, (size_t)head->len);

        if (part < head->len) {
            pbuf_remove_header(head, part);
        } else {
            drop_first(tcp);
        }
        WRITE_ONCE(tcp->received, tcp->received - part);
        len -= part;
    }
}

/* The reader has @len bytes: they are gone, and the window is so much wider. */
static void consume(struct tcp_socket *tcp, size_t len)
{
    inet_lock();
    take_off(tcp, len);
    while (tcp->pcb != NULL && len > 0) {
        u16 part = (u16)min(len, (size_t)0xffff);

        tcp_recved(tcp->pcb, part);
        len -= part;
    }
    inet_unlock();
}

void tcp_socket_discard_received(struct tcp_socket *tcp)
{
    take_off(tcp, tcp->received);
    while (tcp->received_first != NULL) /* an empty one at the end */
        drop_first(tcp);
}

/*
 * Copy up to @len of the bytes that are there, from @skip on.
 * => receive_mutex held; bytes; fewer than there are: a bad address
 */
static size_t copy_received(struct tcp_socket *tcp, struct io_buffer *to, size_t skip, size_t len)
{
    struct pbuf *pbuf = READ_ONCE(tcp->received_first);
    size_t done = 0;

    while (done < len) {
        size_t part, copied;

        u16 here = READ_ONCE(pbuf->len);

        if (skip >= here) {
            skip -= here;
            pbuf = READ_ONCE(pbuf->next);
            continue;
        }
        part = min(len - done, here - skip);
        copied = io_buffer_copy_to(to, (const char *)pbuf->payload + skip, part);
        done += copied;
        if (copied < part)
            break;
        skip += part;
    }
    return done;
}

/*
 * What is there now.
 * => bytes; 0: nothing; -EFAULT
 */
static ssize_t receive_some(struct tcp_socket *tcp, struct socket_message *message, size_t peeked)
{
    bool peek = message->flags & MSG_PEEK;
    size_t there, len;
    ssize_t result = 0;

    mutex_lock(&tcp->inet.receive_mutex);
    there = __atomic_load_n(&tcp->received, __ATOMIC_ACQUIRE);
    there = there > peeked ? there - peeked : 0;
    len = min(there, message->data->remaining);
    if (len == 0)
        goto out;
    if (message->flags & MSG_TRUNC)
        io_buffer_advance(message->data, len);
    else
        result = (ssize_t)copy_received(tcp, message->data, peeked, len);
    result = message->flags & MSG_TRUNC ? (ssize_t)len : result == 0 ? -EFAULT : result;
    if (result > 0 && !peek)
        consume(tcp, (size_t)result);
out:
    mutex_unlock(&tcp->inet.receive_mutex);
    return result;
}

/* Nothing is there: is that final? 0: the end of the stream; -EAGAIN: something may come. */
static int receive_state(struct tcp_socket *tcp)
{
    u32 phase = READ_ONCE(tcp->phase);
    int err = socket_take_error(&tcp->inet.socket);

    if (err != 0)
        return err;
    if (READ_ONCE(tcp->shutdown) & TCP_NO_RECEIVE)
        return 0;
    return phase == TCP_IDLE || phase == TCP_LISTENING ? -ENOTCONN : -EAGAIN;
}

static bool receive_may_go_on(const struct tcp_socket *tcp, size_t wanted)
{
    return READ_ONCE(tcp->received) >= wanted || READ_ONCE(tcp->inet.socket.error) != 0 ||
           (READ_ONCE(tcp->shutdown) & TCP_NO_RECEIVE) || READ_ONCE(tcp->phase) == TCP_IDLE;
}

/* TCP_INQ: how much is left; 1 for the end of the stream alone. */
static void put_queue_length(const struct tcp_socket *tcp, struct socket_message *message)
{
    int left = (int)READ_ONCE(tcp->received);

    if (left == 0 && (READ_ONCE(tcp->shutdown) & TCP_FIN_CAME))
        left = 1;
    if (message->control_to != NULL)
        socket_control_put(message, SOL_TCP, TCP_CM_INQ, &left, sizeof(left));
}

ssize_t tcp_socket_receive(struct socket *socket, struct socket_message *message)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    u64 deadline = socket_receive_deadline(socket, message->flags & MSG_DONTWAIT);
    size_t len = message->data->remaining;
    size_t target = min(
        message->flags & MSG_WAITALL ? len : (size_t)max(READ_ONCE(socket->receive_low_water), 1),
        len);
    bool peek = message->flags & MSG_PEEK;
    size_t done = 0;
    ssize_t result;

    if (message->flags & MSG_ERRQUEUE)
        return -EAGAIN;
    if (READ_ONCE(tcp->phase) == TCP_LISTENING)
        return -ENOTCONN;
    if (message->flags & MSG_OOB)
        return -EINVAL;
    for (;;) {
        result = receive_some(tcp, message, peek ? done : 0);
        if (result < 0)
            break;
        done += (size_t)result;
        if (len == 0 ? READ_ONCE(tcp->received) > 0
                     : message->data->remaining == 0 || (done >= target && done > 0))
            break;
        if (result > 0)
            continue;
        result = done > 0 && READ_ONCE(socket->error) != 0 ? 0 : receive_state(tcp);
        if (result != -EAGAIN)
            break;
        result = socket_wait_event(&socket->wait, receive_may_go_on(tcp, (peek ? done : 0) + 1),
                                   deadline);
        if (result != 0)
            break;
    }
    if (tcp->tells_queue && (done > 0 || result == 0))
        put_queue_length(tcp, message);
    return done > 0 ? (ssize_t)done : result;
}
