/*
 * AF_UNIX: connecting. A stream's connect makes the other end and leaves it with the listener; a
 * datagram's only says where to send and from whom to receive.
 */
#include "unix.h"

#include <abi/epoll.h>
#include <abi/fcntl.h>

int unix_listen(struct socket *socket, int backlog)
{
    struct unix_socket *self = unix_of(socket);
    int err = -EINVAL;

    if (load_acquire(&self->name) == NULL)
        return -EINVAL;
    spin_lock(&self->lock);
    if (self->state != UNIX_CONNECTED) {
        WRITE_ONCE(self->backlog, (u32)backlog);
        WRITE_ONCE(self->state, UNIX_LISTENS);
        socket_flag(socket, SOCKET_LISTENS, true);
        err = 0;
    }
    spin_unlock(&self->lock);
    if (err == 0) {
        socket_set_peer_current(socket);
        wake_all(&self->space);
    }
    return err;
}

/* Two ends know each other. => both locks held */
static void join_locked(struct unix_socket *one, struct unix_socket *other)
{
    one->peer = unix_get(other);
    other->peer = unix_get(one);
    WRITE_ONCE(one->state, UNIX_CONNECTED);
    WRITE_ONCE(other->state, UNIX_CONNECTED);
}

/* May @self connect to @listener now? => both locks held; -EAGAIN: its queue is full */
static int check_connect(const struct unix_socket *self, const struct unix_socket *listener)
{
    if (listener->dead)
        return LOOK_AGAIN;
    if (listener->state != UNIX_LISTENS || (listener->shut & UNIX_RECEIVE_SHUT))
        return -ECONNREFUSED;
    if (unix_is_full(listener))
        return -EAGAIN;
    if (self->state == UNIX_CONNECTED)
        return -EISCONN;
    return self->state == UNIX_LISTENS ? -EINVAL : 0;
}

/* Leave @embryo with @listener as @self's other end. Nobody else knows it yet. */
static int leave_embryo(struct unix_socket *self, struct unix_socket *listener,
                        struct unix_socket *embryo)
{
    int err;

    unix_lock_two(self, listener);
    err = check_connect(self, listener);
    if (err == 0) {
        unix_share_name(embryo, listener);
        join_locked(self, embryo);
        list_add_tail(&unix_get(embryo)->pending_link, &listener->pending);
        WRITE_ONCE(listener->nr_queued, listener->nr_queued + 1);
    }
    unix_unlock_two(self, listener);
    if (err == 0) {
        socket_copy_peer(&self->socket, &listener->socket);
        socket_wake(&listener->socket, READ_EVENTS);
        wake_all(&self->socket.wait);
    }
    return err;
}

static bool has_backlog_room(const struct unix_socket *listener)
{
    return !unix_is_full(listener) || READ_ONCE(listener->dead) ||
           (READ_ONCE(listener->shut) & UNIX_RECEIVE_SHUT);
}

static int connect_to(struct unix_socket *self, const struct socket_address *address,
                      struct unix_socket *embryo, u64 deadline)
{
    struct unix_socket *listener;
    int err;

    do {
        err = unix_find(address, self->socket.type, &listener);
        if (err != 0)
            return err;
        err = leave_embryo(self, listener, embryo);
        if (err == -EAGAIN) {
            err = socket_wait_event(&listener->space, has_backlog_room(listener), deadline);
            if (err == 0)
                err = LOOK_AGAIN;
        }
        unix_put(listener);
    } while (err == LOOK_AGAIN);
    return err;
}

int unix_connect(struct socket *socket, const struct socket_address *address, unsigned flags)
{
    struct unix_socket *self = unix_of(socket);
    struct unix_socket *embryo;
    int err = unix_check_address(address);

    if (err == 0 && socket_has(socket, SOCKET_PASS_CREDENTIALS))
        err = unix_bind_automatically(self);
    if (err != 0)
        return err;
    embryo = unix_create(socket->type);
    if (embryo == NULL)
        return -ENOMEM;
    socket_set_peer_current(&embryo->socket);
    err = connect_to(self, address, embryo, socket_send_deadline(socket, flags & O_NONBLOCK));
    unix_put(embryo);
    return err;
}

/* ---- accepting ---- */

static struct unix_socket *take_embryo(struct unix_socket *self)
{
    struct unix_socket *embryo;

    spin_lock(&self->lock);
    embryo = list_first_entry_or_null(&self->pending, struct unix_socket, pending_link);
    if (embryo != NULL) {
        list_remove(&embryo->pending_link);
        WRITE_ONCE(self->nr_queued, self->nr_queued - 1);
    }
    spin_unlock(&self->lock);
    return embryo;
}

static void inherit_flag(const struct unix_socket *listener, struct unix_socket *embryo, u32 flag)
{
    if (socket_has(&listener->socket, flag))
        socket_flag(&embryo->socket, flag, true);
}

static bool accept_stops_waiting(const struct unix_socket *self)
{
    return READ_ONCE(self->nr_queued) > 0 || (READ_ONCE(self->shut) & UNIX_RECEIVE_SHUT);
}

int unix_accept(struct socket *socket, unsigned flags, struct socket **out)
{
    struct unix_socket *self = unix_of(socket);
    u64 deadline = socket_receive_deadline(socket, flags & O_NONBLOCK);
    struct unix_socket *embryo;
    int err;

    if (READ_ONCE(self->state) != UNIX_LISTENS)
        return -EINVAL;
    for (;;) {
        err = socket_take_error(socket);
        if (err != 0)
            return err;
        embryo = take_embryo(self);
        if (embryo != NULL)
            break;
        if (deadline == 0)
            return -EAGAIN;
        if (READ_ONCE(self->shut) & UNIX_RECEIVE_SHUT)
            return -EINVAL;
        err = socket_wait_event(&socket->wait, accept_stops_waiting(self), deadline);
        if (err != 0)
            return err;
    }
    wake_all(&self->space);
    inherit_flag(self, embryo, SOCKET_PASS_CREDENTIALS);
    inherit_flag(self, embryo, SOCKET_PASS_SECURITY);
    *out = &embryo->socket;
    return 0;
}

/* ---- pairs and datagrams ---- */

/* @self's datagrams go to @peer from now on. => both locks held */
static void set_datagram_peer(struct unix_socket *self, struct unix_socket *peer)
{
    self->peer = unix_get(peer);
    list_add_tail(&self->client_link, &peer->clients);
}

int unix_pair(struct socket *one, struct socket *other)
{
    struct unix_socket *first = unix_of(one), *second = unix_of(other);

    unix_lock_two(first, second);
    join_locked(first, second);
    if (!unix_is_connected_kind(first)) {
        list_add_tail(&first->client_link, &second->clients);
        list_add_tail(&second->client_link, &first->clients);
    }
    unix_unlock_two(first, second);
    socket_set_peer_current(one);
    socket_set_peer_current(other);
    return 0;
}

void unix_leave_peer(struct unix_socket *self, struct unix_socket *peer)
{
    struct list_head packets = LIST_INIT(packets);
    bool lost, tell;

    mutex_lock(&self->read_lock);
    unix_lock_two(self, peer);
    lost = !list_is_empty(&self->queue);
    list_splice_tail(&self->queue, &packets);
    WRITE_ONCE(self->nr_queued, 0);
    tell = lost && !peer->dead && peer->peer == self;
    if (tell)
        socket_set_error(&peer->socket, ECONNRESET);
    WRITE_ONCE(peer->state, UNIX_CLOSED);
    unix_unlock_two(self, peer);
    mutex_unlock(&self->read_lock);
    if (lost)
        unix_wake_senders(self);
    if (tell)
        socket_wake(&peer->socket, EPOLLERR);
    unix_packets_discard(&packets);
}

/* Take @self off its peer, which is returned with its reference; NULL: it had none. */
static struct unix_socket *detach_peer(struct unix_socket *self)
{
    struct unix_socket *peer = unix_get_peer(self);
    bool mine = false;

    if (peer == NULL)
        return NULL;
    unix_lock_two(self, peer);
    if (self->peer == peer) {
        self->peer = NULL;
        list_remove(&self->client_link);
        mine = true;
    }
    unix_unlock_two(self, peer);
    unix_put(peer);
    return mine ? peer : NULL;
}

static int disconnect(struct unix_socket *self)
{
    struct unix_socket *peer = detach_peer(self);

    spin_lock(&self->lock);
    WRITE_ONCE(self->state, UNIX_CLOSED);
    spin_unlock(&self->lock);
    if (peer != NULL) {
        unix_leave_peer(self, peer);
        unix_put(peer);
    }
    return 0;
}

/* => -EPERM: @other is connected to somebody else */
static int reconnect(struct unix_socket *self, struct unix_socket *other)
{
    struct unix_socket *old = NULL;
    int err = -EPERM;

    unix_lock_two(self, other);
    if (other->dead) {
        err = LOOK_AGAIN;
    } else if (other->peer == NULL || other->peer == self) {
        WRITE_ONCE(self->state, UNIX_CONNECTED);
        WRITE_ONCE(other->state, UNIX_CONNECTED);
        err = 0;
    }
    unix_unlock_two(self, other);
    if (err != 0)
        return err;
    old = detach_peer(self);
    unix_lock_two(self, other);
    if (self->peer == NULL)
        set_datagram_peer(self, other);
    unix_unlock_two(self, other);
    if (old != NULL && old != other)
        unix_leave_peer(self, old);
    unix_put(old);
    return 0;
}

int unix_connect_datagram(struct socket *socket, const struct socket_address *address,
                          unsigned flags)
{
    struct unix_socket *self = unix_of(socket);
    struct unix_socket *other;
    int err;

    (void)flags;
    if (address->len < sizeof(address->family))
        return -EINVAL;
    if (address->family == AF_UNSPEC)
        return disconnect(self);
    err = unix_check_address(address);
    if (err == 0 && socket_has(socket, SOCKET_PASS_CREDENTIALS))
        err = unix_bind_automatically(self);
    if (err != 0)
        return err;
    do {
        err = unix_find(address, socket->type, &other);
        if (err != 0)
            return err;
        err = reconnect(self, other);
        unix_put(other);
    } while (err == LOOK_AGAIN);
    return err;
}
