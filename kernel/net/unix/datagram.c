/*
 * AF_UNIX datagrams and sequenced packets: one send is one receive.
 */
#include "unix.h"

#include <abi/epoll.h>
#include <lib/string.h>
#include <vfs/io_buffer.h>

#define SIZE_RESERVE 32          /* of SO_SNDBUF, not for the bytes of one datagram */
#define LINEAR_MAX   16064       /* bytes of a packet that Linux keeps outside of pages */
#define PAGED_MOST   (17 * 4096) /* and most inside */
#define NOBODY_THERE 2

/* ---- sending ---- */

static size_t paged_part(size_t len)
{
    return len <= LINEAR_MAX ? 0 : align_up(min(len - LINEAR_MAX, (size_t)PAGED_MOST), PAGE_SIZE);
}

/* May @self send to @other, and now? => @other's lock held; -EAGAIN: its queue is full */
static int check_delivery(const struct unix_socket *self, const struct unix_socket *other)
{
    if (other->peer != NULL && other->peer != self)
        return -EPERM;
    if (other->dead)
        return NOBODY_THERE;
    if (other->shut & UNIX_RECEIVE_SHUT)
        return -EPIPE;
    /* Two that are connected to each other only have SO_SNDBUF as a limit. */
    return other != self && other->peer != self && unix_is_full(other) ? -EAGAIN : 0;
}

static int deliver(struct unix_socket *self, struct unix_socket *other, struct unix_packet *packet)
{
    int err;

    spin_lock(&other->lock);
    err = check_delivery(self, other);
    if (err == 0) {
        unix_packet_identify(packet, other);
        unix_enqueue_locked(other, packet);
    }
    spin_unlock(&other->lock);
    if (err == 0)
        socket_wake(&other->socket, READ_EVENTS);
    return err;
}

/* @other was @self's peer and is closed: it is none any more. => was it? */
static bool forget_dead_peer(struct unix_socket *self, struct unix_socket *other)
{
    bool mine;

    unix_lock_two(self, other);
    mine = self->peer == other;
    if (mine) {
        self->peer = NULL;
        list_remove(&self->client_link);
        WRITE_ONCE(self->state, UNIX_CLOSED);
    }
    unix_unlock_two(self, other);
    if (mine) {
        unix_leave_peer(self, other);
        unix_put(other);
    }
    return mine;
}

static bool has_queue_room(const struct unix_socket *self, const struct unix_socket *other)
{
    return !unix_is_full(other) || READ_ONCE(other->dead) || READ_ONCE(other->peer) == self ||
           (READ_ONCE(other->shut) & UNIX_RECEIVE_SHUT);
}

/* One try. => LOOK_AGAIN, or what send(2) says */
static int send_to(struct unix_socket *self, struct unix_socket *other, struct unix_packet *packet,
                   bool by_name, u64 deadline)
{
    int err = deliver(self, other, packet);

    if (err == -EAGAIN) {
        err = socket_wait_event(&other->space, has_queue_room(self, other), deadline);
        return err == 0 ? LOOK_AGAIN : err;
    }
    if (err != NOBODY_THERE)
        return err;
    if (self->socket.type == SOCK_SEQPACKET)
        return -EPIPE;
    if (forget_dead_peer(self, other))
        return -ECONNREFUSED;
    return by_name ? LOOK_AGAIN : -ECONNRESET;
}

static int find_receiver(struct unix_socket *self, const struct socket_address *name,
                         struct unix_socket **other)
{
    if (name->len != 0)
        return unix_find(name, self->socket.type, other);
    *other = unix_get_peer(self);
    return *other == NULL ? -ECONNRESET : 0;
}

static int send_packet(struct unix_socket *self, const struct socket_message *message,
                       struct unix_packet *packet)
{
    u64 deadline = socket_send_deadline(&self->socket, message->flags & MSG_DONTWAIT);
    struct unix_socket *other;
    int err;

    do {
        err = find_receiver(self, message->name, &other);
        if (err != 0)
            return err;
        err = send_to(self, other, packet, message->name->len != 0, deadline);
        unix_put(other);
    } while (err == LOOK_AGAIN);
    return err;
}

/* What is wrong with the call itself. */
static int check_send(struct unix_socket *self, const struct socket_message *message)
{
    int err = 0;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (message->name->len != 0)
        err = unix_check_address(message->name);
    else if (READ_ONCE(self->peer) == NULL)
        err = -ENOTCONN;
    if (err == 0 && socket_has(&self->socket, SOCKET_PASS_CREDENTIALS))
        err = unix_bind_automatically(self);
    if (err == 0 && message->data->remaining >
                        (size_t)max(READ_ONCE(self->socket.send_buffer) - SIZE_RESERVE, 0))
        err = -EMSGSIZE;
    return err;
}

static ssize_t send_with_control(struct unix_socket *self, struct socket_message *message,
                                 struct unix_control *control)
{
    size_t len = message->data->remaining;
    struct unix_packet *packet;
    int err = check_send(self, message);

    if (err == 0)
        err =
            unix_packet_create(self, len, paged_part(len), message->flags & MSG_DONTWAIT, &packet);
    if (err != 0)
        return err;
    packet->identity = control->identity;
    err = unix_rights_launch(control, packet);
    if (err == 0 && io_buffer_copy_from(message->data, packet->data, len) != len)
        err = -EFAULT;
    if (err == 0)
        err = send_packet(self, message, packet);
    if (err == 0)
        return (ssize_t)len;
    unix_packet_discard(packet);
    return err;
}

ssize_t unix_datagram_send(struct socket *socket, struct socket_message *message)
{
    struct unix_control control;
    ssize_t result = unix_control_read(message, &control);

    if (result != 0)
        return result;
    result = send_with_control(unix_of(socket), message, &control);
    unix_control_release(&control);
    return result;
}

ssize_t unix_sequence_send(struct socket *socket, struct socket_message *message)
{
    int err = socket_take_error(socket);

    if (err != 0)
        return err;
    if (READ_ONCE(unix_of(socket)->state) != UNIX_CONNECTED)
        return -ENOTCONN;
    message->name->len = 0;
    return unix_datagram_send(socket, message);
}

/* ---- receiving ---- */

struct datagram_read {
    struct unix_socket *self;
    struct socket_message *message;
    bool peek;
    struct unix_packet *packet; /* what it gets; of a peek it is still in the queue */
    size_t skip;                /* bytes of it to pass over (SO_PEEK_OFF) */
    u64 seen;                   /* nr_arrived when there was none */
    bool made_room;             /* the queue was full before */
};

/* => is there a packet? */
static bool take_packet(struct datagram_read *read)
{
    struct unix_socket *self = read->self;
    s32 offset = read->peek ? READ_ONCE(self->socket.peek_offset) : -1;
    struct unix_packet *each;

    read->skip = (size_t)max(offset, 0);
    spin_lock(&self->lock);
    read->seen = self->nr_arrived;
    list_for_each_entry (each, &self->queue, link) {
        if (offset < 0 || read->skip < each->len || (each->len == 0 && read->skip == 0)) {
            read->packet = each;
            break;
        }
        read->skip -= each->len;
    }
    if (read->packet != NULL && !read->peek) {
        list_remove(&read->packet->link);
        WRITE_ONCE(self->nr_queued, self->nr_queued - 1);
        read->made_room = self->nr_queued == self->backlog;
    }
    spin_unlock(&self->lock);
    return read->packet != NULL;
}

/* Nothing is there. => 0: look again; 1: the end */
static int wait_for_packet(const struct datagram_read *read, u64 deadline)
{
    struct unix_socket *self = read->self;
    bool is_shut = READ_ONCE(self->shut) & UNIX_RECEIVE_SHUT;

    if (deadline == 0)
        return is_shut && self->socket.type == SOCK_SEQPACKET ? 1 : -EAGAIN;
    if (READ_ONCE(self->nr_arrived) != read->seen)
        return 0;
    return is_shut
               ? 1
               : socket_wait_event(&self->socket.wait, unix_has_news(self, read->seen), deadline);
}

/* Wait for a packet; read_lock is held on success. => 1: the end */
static int await_packet_locked(struct datagram_read *read)
{
    struct unix_socket *self = read->self;
    u64 deadline = socket_receive_deadline(&self->socket, read->message->flags & MSG_DONTWAIT);
    int err;

    do {
        mutex_lock(&self->read_lock);
        err = socket_take_error(&self->socket);
        if (err == 0 && take_packet(read))
            return 0;
        mutex_unlock(&self->read_lock);
        if (err == 0)
            err = wait_for_packet(read, deadline);
    } while (err == 0);
    return err;
}

/* Copy out what the packet says. => bytes told to the caller */
static ssize_t read_packet(const struct datagram_read *read, struct unix_control *control)
{
    struct socket_message *message = read->message;
    struct socket *socket = &read->self->socket;
    struct unix_packet *packet = read->packet;
    size_t left = packet->len - read->skip;
    size_t len = min(left, message->data->remaining);

    if (message->name != NULL)
        unix_tell_name(packet->sender, message->name);
    if (len < left)
        message->result_flags |= MSG_TRUNC;
    if (io_buffer_copy_to(message->data, packet->data + read->skip, len) < len)
        return -EFAULT;
    socket_control_put_time(socket, message, packet->sent);
    control->identity = packet->identity;
    socket_move_peek_offset(socket, read->peek ? (ssize_t)len : -(ssize_t)packet->len);
    control->rights = read->peek ? unix_rights_copy(packet) : unix_rights_land(packet);
    return (ssize_t)(message->flags & MSG_TRUNC ? left : len);
}

ssize_t unix_datagram_receive(struct socket *socket, struct socket_message *message)
{
    struct unix_socket *self = unix_of(socket);
    struct datagram_read read = {
        .self = self, .message = message, .peek = message->flags & MSG_PEEK};
    struct unix_control control = {0};
    ssize_t result;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    result = await_packet_locked(&read);
    if (result != 0)
        return min(result, (ssize_t)0);
    result = read_packet(&read, &control);
    mutex_unlock(&self->read_lock);
    if (read.made_room)
        unix_wake_senders(self);
    if (!read.peek)
        unix_packet_discard(read.packet);
    if (result >= 0)
        unix_control_write(self, message, &control);
    else
        unix_control_release(&control);
    return result;
}

ssize_t unix_sequence_receive(struct socket *socket, struct socket_message *message)
{
    if (READ_ONCE(unix_of(socket)->state) != UNIX_CONNECTED)
        return -ENOTCONN;
    return unix_datagram_receive(socket, message);
}
