/*
 * AF_UNIX streams: bytes in packets whose borders do not matter, except where descriptors, the
 * sender's identity or an urgent byte (MSG_OOB) stand between them.
 */
#include "unix.h"

#include <abi/epoll.h>
#include <lib/string.h>
#include <vfs/io_buffer.h>

#define LINEAR_MAX 3776  /* bytes of a packet that Linux keeps outside of pages */
#define PACKET_MAX 36544 /* most bytes in one packet */

/* ---- sending ---- */

static size_t packet_size(const struct unix_socket *self, size_t left)
{
    size_t share = (size_t)(READ_ONCE(self->socket.send_buffer) >> 1) - 64;

    return min(min(left, share), (size_t)PACKET_MAX);
}

static size_t paged_part(size_t size)
{
    return size <= LINEAR_MAX ? 0 : min(size, align_up(size - LINEAR_MAX, PAGE_SIZE));
}

static bool accepts_locked(const struct unix_socket *peer)
{
    return !peer->dead && !(peer->shut & UNIX_RECEIVE_SHUT);
}

/* Hand @packet over. => -EPIPE: nobody will read it */
static int deliver(struct unix_socket *peer, struct unix_packet *packet, bool urgent)
{
    bool accepted;

    spin_lock(&peer->lock);
    accepted = accepts_locked(peer);
    if (accepted) {
        unix_packet_identify(packet, peer);
        unix_enqueue_locked(peer, packet);
        if (urgent)
            peer->urgent = packet;
    }
    spin_unlock(&peer->lock);
    if (!accepted)
        return -EPIPE;
    if (urgent)
        socket_wake_urgent(&peer->socket);
    socket_wake(&peer->socket, READ_EVENTS);
    return 0;
}

/* One packet of @size bytes to @peer. */
static int send_packet(struct unix_socket *self, struct unix_socket *peer,
                       struct socket_message *message, size_t size, struct unix_control *control,
                       bool urgent)
{
    struct unix_packet *packet;
    int err =
        unix_packet_create(self, size, paged_part(size), message->flags & MSG_DONTWAIT, &packet);

    if (err != 0)
        return err;
    packet->identity = control->identity;
    err = unix_rights_launch(control, packet);
    if (err == 0 && io_buffer_copy_from(message->data, packet->data, size) != size)
        err = -EFAULT;
    if (err == 0)
        err = deliver(peer, packet, urgent);
    if (err != 0)
        unix_packet_discard(packet);
    return err;
}

static ssize_t send_all(struct unix_socket *self, struct unix_socket *peer,
                        struct socket_message *message, struct unix_control *control)
{
    size_t urgent = message->flags & MSG_OOB ? 1 : 0;
    size_t left = message->data->remaining - urgent;
    ssize_t sent = 0;
    int err = READ_ONCE(self->shut) & UNIX_SEND_SHUT ? -EPIPE : 0;

    while (left > 0 && err == 0) {
        size_t size = packet_size(self, left);

        err = send_packet(self, peer, message, size, control, false);
        if (err == 0) {
            sent += (ssize_t)size;
            left -= size;
        }
    }
    if (urgent && err == 0) {
        err = send_packet(self, peer, message, 1, control, true);
        if (err == 0)
            sent++;
    }
    return sent > 0 ? sent : err;
}

/* => the peer, referenced, or why there is nobody to send to */
static int stream_peer(struct unix_socket *self, const struct socket_message *message,
                       struct unix_socket **peer)
{
    if ((message->flags & MSG_OOB) && message->data->remaining == 0)
        return -EOPNOTSUPP;
    if (message->name->len != 0)
        return READ_ONCE(self->state) == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    *peer = unix_get_peer(self);
    return *peer == NULL ? -ENOTCONN : 0;
}

ssize_t unix_stream_send(struct socket *socket, struct socket_message *message)
{
    struct unix_socket *self = unix_of(socket), *peer;
    struct unix_control control;
    ssize_t result = unix_control_read(message, &control);

    if (result != 0)
        return result;
    result = stream_peer(self, message, &peer);
    if (result == 0) {
        result = send_all(self, peer, message, &control);
        unix_put(peer);
    }
    unix_control_release(&control);
    return result;
}

/* ---- receiving ---- */

struct stream_read {
    struct unix_socket *self;
    struct socket_message *message;
    bool peek;
    size_t offset; /* of a peek, SO_PEEK_OFF */
    size_t skip;   /* bytes to pass over first */
    size_t target; /* wait until so many have come */
    ssize_t copied;
    u64 seen;                  /* nr_arrived when the queue was found empty */
    struct unix_packet *after; /* a peek goes on behind this one */
    bool identified;           /* identity is known, other senders' bytes must not follow */
    bool ends;                 /* what comes next must not be in the same answer */
    struct unix_control control;
};

static size_t unread(const struct unix_packet *packet)
{
    return packet->len - packet->start;
}

static void dequeue_locked(struct unix_socket *self, struct unix_packet *packet)
{
    if (packet == self->urgent)
        self->urgent = NULL;
    list_remove(&packet->link);
    WRITE_ONCE(self->nr_queued, self->nr_queued - 1);
}

static struct unix_packet *following_locked(const struct stream_read *read)
{
    struct list_head *queue = &read->self->queue;
    struct list_head *link = read->after == NULL ? queue->next : read->after->link.next;

    return link == queue ? NULL : list_entry(link, struct unix_packet, link);
}

/*
 * An urgent byte at the front: it is a border; with nothing read before it, it is passed over, or
 * part of the data (SO_OOBINLINE). => the packet to read; NULL and read->ends; NULL and *spent
 */
static struct unix_packet *at_urgent_locked(struct stream_read *read, struct unix_packet *packet,
                                            struct unix_packet **spent)
{
    struct unix_socket *self = read->self;

    if (unread(packet) == 0 && !read->peek) {
        *spent = packet;
        dequeue_locked(self, packet);
        return NULL;
    }
    if (packet != self->urgent)
        return packet;
    if (read->copied > 0) {
        read->ends = true;
        return NULL;
    }
    if (read->peek)
        return packet;
    if (socket_has(&self->socket, SOCKET_OOB_INLINE)) {
        self->urgent = NULL;
        return packet;
    }
    *spent = packet;
    dequeue_locked(self, packet);
    return NULL;
}

/* A peek begins behind @packet. */
static bool pass_over(struct stream_read *read, struct unix_packet *packet)
{
    if (packet == NULL || !read->peek || read->skip < unread(packet))
        return false;
    read->skip -= unread(packet);
    read->after = packet;
    return true;
}

/* The packet to read from. NULL: read->ends, or there is none: read->seen. */
static struct unix_packet *stream_next(struct stream_read *read)
{
    struct unix_packet *packet, *spent;

    do {
        spent = NULL;
        spin_lock(&read->self->lock);
        packet = following_locked(read);
        read->seen = read->self->nr_arrived;
        if (packet != NULL)
            packet = at_urgent_locked(read, packet, &spent);
        spin_unlock(&read->self->lock);
        if (spent != NULL)
            unix_packet_discard(spent);
    } while (spent != NULL || pass_over(read, packet));
    return packet;
}

static bool is_same_identity(const struct unix_identity *one, const struct unix_identity *other)
{
    return one->pid == other->pid && one->uid == other->uid && one->gid == other->gid;
}

/* Bytes of different senders are not glued together when the receiver wants to know whose they are.
 */
static bool may_follow(struct stream_read *read, const struct unix_packet *packet)
{
    if (read->identified)
        return is_same_identity(&read->control.identity, &packet->identity);
    if (socket_has(&read->self->socket, SOCKET_PASS_CREDENTIALS)) {
        read->control.identity = packet->identity;
        read->identified = true;
    }
    return true;
}

/* After a peek at @chunk bytes: what is read next, if anything. */
static void peeked(struct stream_read *read, struct unix_packet *packet, size_t chunk)
{
    struct unix_rights *rights = unix_rights_copy(packet);

    socket_move_peek_offset(&read->self->socket, (ssize_t)chunk);
    if (rights != NULL) {
        unix_control_release(&read->control);
        read->control.rights = rights;
        read->ends = true;
    }
    read->skip = 0;
    read->after = packet;
}

static void consumed(struct stream_read *read, struct unix_packet *packet, size_t chunk)
{
    bool has_rights = packet->rights != NULL;

    packet->start += chunk;
    socket_move_peek_offset(&read->self->socket, -(ssize_t)chunk);
    if (has_rights)
        read->control.rights = unix_rights_land(packet);
    read->ends = has_rights || unread(packet) > 0;
    if (unread(packet) > 0)
        return;
    spin_lock(&read->self->lock);
    dequeue_locked(read->self, packet);
    spin_unlock(&read->self->lock);
    unix_packet_discard(packet);
}

/* => 0, -EFAULT */
static int read_packet(struct stream_read *read, struct unix_packet *packet)
{
    struct socket_message *message = read->message;
    size_t chunk = min(unread(packet) - read->skip, message->data->remaining);

    if (!may_follow(read, packet)) {
        read->ends = true;
        return 0;
    }
    if (message->name != NULL && message->name->len == 0)
        unix_tell_name(packet->sender, message->name);
    if (io_buffer_copy_to(message->data, packet->data + packet->start + read->skip, chunk) < chunk)
        return -EFAULT;
    read->copied += (ssize_t)chunk;
    if (read->peek)
        peeked(read, packet, chunk);
    else
        consumed(read, packet, chunk);
    return 0;
}

/* The queue is empty. => 0: look again; 1: the end, not an error */
static int wait_for_more(struct stream_read *read, u64 deadline)
{
    struct unix_socket *self = read->self;
    int err;

    if (read->copied >= (ssize_t)read->target || (read->peek && read->copied > 0))
        return 1;
    err = socket_take_error(&self->socket);
    if (err != 0)
        return err;
    if (READ_ONCE(self->shut) & UNIX_RECEIVE_SHUT)
        return READ_ONCE(self->nr_arrived) == read->seen ? 1 : 0;
    if (deadline == 0)
        return -EAGAIN;
    mutex_unlock(&self->read_lock);
    err = socket_wait_event(&self->socket.wait, unix_has_news(self, read->seen), deadline);
    mutex_lock(&self->read_lock);
    read->after = NULL;
    read->skip = read->offset;
    return err;
}

static ssize_t read_stream(struct stream_read *read)
{
    struct socket_message *message = read->message;
    u64 deadline = socket_receive_deadline(&read->self->socket, message->flags & MSG_DONTWAIT);
    struct unix_packet *packet;
    int err = 0;

    do {
        packet = stream_next(read);
        if (packet != NULL)
            err = read_packet(read, packet);
        else if (!read->ends)
            err = wait_for_more(read, deadline);
    } while (err == 0 && !read->ends && (packet == NULL || message->data->remaining > 0));
    return read->copied > 0 ? read->copied : min(err, 0);
}

/* recv(2) with MSG_OOB: the urgent byte alone. */
static ssize_t read_urgent(struct unix_socket *self, struct socket_message *message)
{
    bool peek = message->flags & MSG_PEEK;
    struct unix_packet *packet;
    ssize_t result = 1;

    mutex_lock(&self->read_lock);
    spin_lock(&self->lock);
    packet = socket_has(&self->socket, SOCKET_OOB_INLINE) ? NULL : self->urgent;
    if (packet != NULL && !peek)
        self->urgent = NULL;
    spin_unlock(&self->lock);
    if (packet == NULL)
        result = -EINVAL;
    else if (io_buffer_copy_to(message->data, packet->data, 1) < 1)
        result = -EFAULT;
    else
        message->result_flags |= MSG_OOB;
    if (packet != NULL && !peek)
        packet->start = packet->len;
    mutex_unlock(&self->read_lock);
    return result;
}

ssize_t unix_stream_receive(struct socket *socket, struct socket_message *message)
{
    struct unix_socket *self = unix_of(socket);
    size_t wanted = message->data->remaining;
    struct stream_read read = {.self = self, .message = message, .peek = message->flags & MSG_PEEK};
    ssize_t result;

    if (READ_ONCE(self->state) != UNIX_CONNECTED)
        return -EINVAL;
    if (message->flags & MSG_OOB)
        return read_urgent(self, message);
    read.target = message->flags & MSG_WAITALL
                      ? wanted
                      : min(wanted, (size_t)READ_ONCE(socket->receive_low_water));
    read.target = max(read.target, (size_t)1);
    mutex_lock(&self->read_lock);
    if (read.peek)
        read.offset = (size_t)max(READ_ONCE(socket->peek_offset), 0);
    read.skip = read.offset;
    result = read_stream(&read);
    mutex_unlock(&self->read_lock);
    if (result >= 0)
        unix_control_write(self, message, &read.control);
    else
        unix_control_release(&read.control);
    return result;
}
