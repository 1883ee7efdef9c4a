/*
 * AF_UNIX: what holds now (poll, ioctl), and shutdown.
 */
#include "unix.h"

#include <abi/capability.h>
#include <abi/epoll.h>
#include <abi/fcntl.h>
#include <arch/user.h>
#include <lib/printf.h>
#include <proc/credentials.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>

/* ---- poll ---- */

static unsigned poll_common(const struct unix_socket *self)
{
    u32 shut = READ_ONCE(self->shut);
    unsigned events = 0;

    if (READ_ONCE(self->socket.error) != 0)
        events |= EPOLLERR;
    if (shut == UNIX_BOTH_SHUT)
        events |= EPOLLHUP;
    if (shut & UNIX_RECEIVE_SHUT)
        events |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
    if (READ_ONCE(self->nr_queued) > 0)
        events |= EPOLLIN | EPOLLRDNORM;
    if (unix_is_connected_kind(self) && READ_ONCE(self->state) == UNIX_CLOSED)
        events |= EPOLLHUP;
    return events;
}

unsigned unix_poll(struct socket *socket, struct file *file, struct poll_table *table)
{
    struct unix_socket *self = unix_of(socket);
    unsigned events = poll_common(self);

    (void)file;
    (void)table;
    if (READ_ONCE(self->urgent) != NULL)
        events |= EPOLLPRI;
    if (unix_is_writable(self))
        events |= WRITE_EVENTS;
    return events;
}

/* Would a datagram to the peer have to wait for it? */
static bool peer_is_full(struct unix_socket *self)
{
    struct unix_socket *peer = unix_get_peer(self);
    bool full;

    if (peer == NULL)
        return false;
    full = READ_ONCE(peer->peer) != self && unix_is_full(peer) && !READ_ONCE(peer->dead);
    unix_put(peer);
    return full;
}

unsigned unix_poll_datagram(struct socket *socket, struct file *file, struct poll_table *table)
{
    struct unix_socket *self = unix_of(socket);
    unsigned events = poll_common(self);

    (void)file;
    (void)table;
    if ((events & EPOLLERR) && socket_has(socket, SOCKET_SELECT_ERROR))
        events |= EPOLLPRI;
    if (unix_is_writable(self) && !peer_is_full(self))
        events |= WRITE_EVENTS;
    return events;
}

/* ---- ioctl ---- */

/* Bytes to be read: all of them, of a datagram socket those of the first. */
static int count_unread(struct unix_socket *self)
{
    struct unix_packet *packet;
    size_t sum = 0;

    if (READ_ONCE(self->state) == UNIX_LISTENS)
        return -EINVAL;
    spin_lock(&self->lock);
    list_for_each_entry (packet, &self->queue, link) {
        sum += packet->len - READ_ONCE(packet->start);
        if (!unix_is_connected_kind(self))
            break;
    }
    spin_unlock(&self->lock);
    return (int)sum;
}

static int is_at_mark(struct unix_socket *self)
{
    struct unix_packet *first;
    int result;

    spin_lock(&self->lock);
    first = list_first_entry_or_null(&self->queue, struct unix_packet, link);
    result = first != NULL && first == self->urgent;
    spin_unlock(&self->lock);
    return result;
}

/* A place-only descriptor of the node that the socket is bound to. */
static long open_node(struct unix_socket *self)
{
    struct vfs_context *context = vfs_current();
    struct file *file;
    struct path path;

    if (!capable(CAP_NET_ADMIN))
        return -EPERM;
    if (load_acquire(&self->name) == NULL || self->path.dentry == NULL)
        return -ENOENT;
    path = self->path;
    path_get(&path);
    file = file_open_path(&path, O_PATH, context->credentials);
    path_put(&path);
    return IS_ERR(file) ? PTR_ERR(file) : fd_add(context, file, O_CLOEXEC);
}

long unix_ioctl(struct socket *socket, unsigned request, unsigned long argument)
{
    struct unix_socket *self = unix_of(socket);
    int value;

    switch (request) {
    case SIOCOUTQ:
        return put_user((int)READ_ONCE(self->charged), (int __user *)argument);
    case SIOCINQ:
        value = count_unread(self);
        return value < 0 ? value : put_user(value, (int __user *)argument);
    case SIOCATMARK:
        return put_user(is_at_mark(self), (int __user *)argument);
    case SIOCUNIXFILE:
        return open_node(self);
    default:
        return -ENOTTY;
    }
}

size_t unix_describe(struct socket *socket, char *buffer, size_t size)
{
    struct unix_socket *self = unix_of(socket);
    struct unix_packet *packet;
    unsigned count = 0;

    unix_flight_lock();
    spin_lock(&self->lock);
    list_for_each_entry (packet, &self->queue, link)
        count += packet->rights == NULL ? 0 : packet->rights->count;
    spin_unlock(&self->lock);
    unix_flight_unlock();
    return (size_t)scnprintf(buffer, size, "scm_fds: %u\n", count);
}

/* ---- shutdown ---- */

/* Who waits for @peer looks again; its owner (O_ASYNC) only hears of an end of data. */
static void tell_peer(struct unix_socket *peer, u32 shut)
{
    if (shut == UNIX_BOTH_SHUT)
        socket_wake(&peer->socket, HANG_UP_EVENTS);
    else if (shut & UNIX_RECEIVE_SHUT)
        socket_wake(&peer->socket, READ_EVENTS | EPOLLRDHUP);
    else
        wake_all(&peer->socket.wait);
}

int unix_shutdown(struct socket *socket, int how)
{
    struct unix_socket *self = unix_of(socket), *peer;
    u32 mine = (u32)how + 1, theirs = 0;

    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    if (mine & UNIX_RECEIVE_SHUT)
        theirs |= UNIX_SEND_SHUT;
    if (mine & UNIX_SEND_SHUT)
        theirs |= UNIX_RECEIVE_SHUT;
    spin_lock(&self->lock);
    WRITE_ONCE(self->shut, self->shut | mine);
    spin_unlock(&self->lock);
    wake_all(&self->space);
    peer = unix_is_connected_kind(self) ? unix_get_peer(self) : NULL;
    if (peer != NULL) {
        spin_lock(&peer->lock);
        WRITE_ONCE(peer->shut, peer->shut | theirs);
        spin_unlock(&peer->lock);
        tell_peer(peer, theirs);
        unix_put(peer);
    }
    wake_all(&socket->wait);
    return 0;
}
