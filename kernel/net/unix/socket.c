/*
 * AF_UNIX: making sockets, closing them, and the operations of the three types.
 */
#include "unix.h"

#include <abi/poll.h>
#include <abi/epoll.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <net/families.h>
#include <fs/procfs.h>

static s32 queue_default = 10; /* (a) max_dgram_qlen */

u32 unix_queue_default(void)
{
    return (u32)READ_ONCE(queue_default);
}

static void unix_destroy(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);

    ASSERT(list_is_empty(&self->queue) && list_is_empty(&self->pending) && self->peer == NULL &&
           self->in_flight == 0);
    unix_delist(self);
    if (self->name != NULL)
        unix_name_put(self->name);
    path_put(&self->path);
    socket_fini(socket);
    kfree(self);
}

static int option_changes(struct socket *socket, int name, s64 value)
{
    (void)socket;
    return name == SO_REUSEPORT && value != 0 ? -EOPNOTSUPP : 0;
}

static const struct socket_operations stream_operations = {
    .release = unix_release,
    .destroy = unix_destroy,
    .bind = unix_bind,
    .pair = unix_pair,
    .get_name = unix_get_name,
    .shutdown = unix_shutdown,
    .option_changes = option_changes,
    .ioctl = unix_ioctl,
    .describe = unix_describe,
    .has_peek_offset = true,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_stream_send,
    .receive = unix_stream_receive,
    .poll = unix_poll,
    .is_stream = true,
};

static const struct socket_operations sequence_operations = {
    .release = unix_release,
    .destroy = unix_destroy,
    .bind = unix_bind,
    .pair = unix_pair,
    .get_name = unix_get_name,
    .shutdown = unix_shutdown,
    .option_changes = option_changes,
    .ioctl = unix_ioctl,
    .describe = unix_describe,
    .has_peek_offset = true,
    .connect = unix_connect,
    .listen = unix_listen,
    .accept = unix_accept,
    .send = unix_sequence_send,
    .receive = unix_sequence_receive,
    .poll = unix_poll_datagram,
};

static const struct socket_operations datagram_operations = {
    .release = unix_release,
    .destroy = unix_destroy,
    .bind = unix_bind,
    .pair = unix_pair,
    .get_name = unix_get_name,
    .shutdown = unix_shutdown,
    .option_changes = option_changes,
    .ioctl = unix_ioctl,
    .describe = unix_describe,
    .has_peek_offset = true,
    .connect = unix_connect_datagram,
    .send = unix_datagram_send,
    .receive = unix_datagram_receive,
    .poll = unix_poll_datagram,
};

static const struct socket_operations *operations_of(int type)
{
    switch (type) {
    case SOCK_STREAM:
        return &stream_operations;
    case SOCK_SEQPACKET:
        return &sequence_operations;
    default:
        return &datagram_operations;
    }
}

struct unix_socket *unix_create(int type)
{
    struct unix_socket *self = kzalloc(sizeof(*self), ALLOC_WAIT);

    if (self == NULL)
        return NULL;
    socket_init(&self->socket, operations_of(type), AF_UNIX, (u16)type, 0);
    spin_lock_init(&self->lock, LOCK_RANK_SOCKET);
    list_init(&self->clients);
    list_init(&self->client_link);
    list_init(&self->queue);
    list_init(&self->pending);
    list_init(&self->pending_link);
    list_init(&self->name_link);
    list_init(&self->all_link);
    list_init(&self->flight_link);
    list_init(&self->collect_link);
    wait_queue_init(&self->space);
    mutex_init(&self->read_lock);
    mutex_init(&self->name_lock);
    self->backlog = unix_queue_default();
    unix_enlist(self);
    return self;
}

static int family_create(int type, int protocol, struct socket **out)
{
    struct unix_socket *self;

    if (protocol != 0 && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    if (type == SOCK_RAW)
        type = SOCK_DGRAM; /* as Linux, for BSD's sake */
    if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
        return -ESOCKTNOSUPPORT;
    self = unix_create(type);
    if (self == NULL)
        return -ENOMEM;
    *out = &self->socket;
    return 0;
}

/* ---- between two sockets ---- */

void unix_lock_two(struct unix_socket *one, struct unix_socket *other)
{
    struct unix_socket *first = one < other ? one : other;
    struct unix_socket *second = one < other ? other : one;

    spin_lock(&first->lock);
    if (second != first)
        spin_lock_nested(&second->lock);
}

void unix_unlock_two(struct unix_socket *one, struct unix_socket *other)
{
    spin_unlock(&one->lock);
    if (other != one)
        spin_unlock(&other->lock);
}

struct unix_socket *unix_get_peer(struct unix_socket *self)
{
    struct unix_socket *peer;

    spin_lock(&self->lock);
    peer = self->peer;
    if (peer != NULL)
        unix_get(peer);
    spin_unlock(&self->lock);
    return peer;
}

bool unix_has_news(const struct unix_socket *self, u64 seen)
{
    return READ_ONCE(self->nr_arrived) != seen || READ_ONCE(self->socket.error) != 0 ||
           (READ_ONCE(self->shut) & UNIX_RECEIVE_SHUT);
}

bool unix_is_writable(const struct unix_socket *self)
{
    return READ_ONCE(self->state) != UNIX_LISTENS &&
           (s64)READ_ONCE(self->charged) * 4 <= READ_ONCE(self->socket.send_buffer);
}

void unix_wake_senders(struct unix_socket *self)
{
    struct unix_socket *client;

    wake_all(&self->space);
    if (unix_is_connected_kind(self))
        return;
    spin_lock(&self->lock);
    list_for_each_entry (client, &self->clients, client_link)
        socket_wake(&client->socket, WRITE_EVENTS);
    spin_unlock(&self->lock);
}

/* ---- closing ---- */

/* The other end of a connection is gone; @unread: with data that it had not read. */
static void hang_up(struct unix_socket *peer, bool unread)
{
    spin_lock(&peer->lock);
    peer->shut = UNIX_BOTH_SHUT;
    if (unread)
        socket_set_error(&peer->socket, ECONNRESET);
    spin_unlock(&peer->lock);
    socket_wake(&peer->socket, HANG_UP_EVENTS);
}

/* Take everything out of a socket that is dead. What it had to receive goes to the lists. */
static struct unix_socket *take_apart(struct unix_socket *self, struct list_head *packets,
                                      struct list_head *embryos)
{
    struct unix_socket *peer;

    spin_lock(&self->lock);
    self->dead = true;
    self->shut = UNIX_BOTH_SHUT;
    self->state = UNIX_CLOSED;
    peer = self->peer;
    self->peer = NULL;
    self->urgent = NULL;
    self->nr_queued = 0;
    list_splice_tail(&self->queue, packets);
    list_splice_tail(&self->pending, embryos);
    spin_unlock(&self->lock);
    return peer;
}

static void leave_clients(struct unix_socket *self, struct unix_socket *peer)
{
    spin_lock(&peer->lock);
    list_remove(&self->client_link);
    spin_unlock(&peer->lock);
}

static void release(struct unix_socket *self, struct list_head *embryos, bool is_embryo)
{
    struct list_head packets = LIST_INIT(packets);
    struct unix_socket *peer;

    unix_forget_name(self);
    peer = take_apart(self, &packets, embryos);
    unix_wake_senders(self);
    if (peer != NULL) {
        if (unix_is_connected_kind(self))
            hang_up(peer, is_embryo || !list_is_empty(&packets));
        else
            leave_clients(self, peer);
        unix_put(peer);
    }
    unix_packets_discard(&packets);
}

void unix_release(struct socket *socket)
{
    struct list_head embryos = LIST_INIT(embryos), none = LIST_INIT(none);

    release(unix_of(socket), &embryos, false);
    while (!list_is_empty(&embryos)) {
        struct unix_socket *embryo = list_first_entry(&embryos, struct unix_socket, pending_link);

        list_remove(&embryo->pending_link);
        release(embryo, &none, true);
        unix_put(embryo);
    }
    unix_collect();
}

/* ---- boot ---- */

static int show_unix(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    return unix_show_all(text);
}

static const struct socket_family family = {.domain = AF_UNIX, .create = family_create};
static struct proc_addition proc_unix = {.entry = PROC_FILE("unix", show_unix)};

static const struct sysctl settings[] = {
    {.name = "max_dgram_qlen", .value = &queue_default},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("net/unix", settings);

void unix_init(void)
{
    socket_register_family(&family);
    sysctl_register(&table);
    proc_register(PROC_PLACE_NET, &proc_unix);
}
