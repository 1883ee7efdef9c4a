/*
 * Sockets: families, the life of a socket, and the open file that it is (net/socket.h).
 *
 * Lock: socket.spin guards socket->file against a wake from the other end while the file is being
 * closed. It is taken inside the families' locks, and outside file.spin.
 */
#include <net/socket.h>

#include <abi/fcntl.h>
#include <abi/poll.h>
#include <kern/panic.h>
#include <lib/string.h>
#include <proc/task.h>
#include <time/time.h>
#include <vfs/cred.h>
#include <vfs/file.h>
#include <vfs/io.h>
#include <vfs/poll.h>

#include "socket_internal.h"

static const struct socket_family *families[AF_MAX]; /* (I) after boot */

void socket_register_family(const struct socket_family *family)
{
    ASSERT(family->domain < AF_MAX && families[family->domain] == NULL);
    families[family->domain] = family;
}

int socket_create(int domain, int type, int protocol, struct socket **out)
{
    if (domain < 0 || domain >= AF_MAX)
        return -EAFNOSUPPORT;
    if (type < 0 || type >= SOCK_MAX)
        return -EINVAL;
    if (domain == AF_INET && type == SOCK_PACKET)
        domain = AF_PACKET;
    if (families[domain] == NULL)
        return -EAFNOSUPPORT;
    return families[domain]->create(type, protocol, out);
}

/* ---- references ---- */

void socket_init(struct socket *socket, const struct socket_operations *ops, u16 domain, u16 type,
                 u16 protocol)
{
    *socket = (struct socket){
        .ops = ops,
        .domain = domain,
        .type = type,
        .protocol = protocol,
        .send_buffer = READ_ONCE(socket_limits.send_default),
        .receive_buffer = READ_ONCE(socket_limits.receive_default),
        .receive_low_water = 1,
        .peek_offset = -1,
        .receive_timeout = WAIT_FOREVER,
        .send_timeout = WAIT_FOREVER,
    };
    refcount_init(&socket->references, 1);
    wait_queue_init(&socket->wait);
    spin_lock_init(&socket->spin, LOCK_RANK_SOCKET_INNER);
}

void socket_inherit(struct socket *child, const struct socket *listener)
{
    child->flags = listener->flags & ~SOCKET_LISTENS;
    child->linger_seconds = listener->linger_seconds;
    child->send_buffer = listener->send_buffer;
    child->receive_buffer = listener->receive_buffer;
    child->receive_low_water = listener->receive_low_water;
    child->receive_timeout = listener->receive_timeout;
    child->send_timeout = listener->send_timeout;
    child->mark = listener->mark;
    child->bound_interface = listener->bound_interface;
    child->busy_poll = listener->busy_poll;
    child->busy_poll_budget = listener->busy_poll_budget;
}

void socket_fini(struct socket *socket)
{
    ASSERT(socket->file == NULL && list_is_empty(&socket->wait.waiters));
    if (socket->peer_credentials != NULL)
        credentials_put(socket->peer_credentials);
}

struct socket *socket_get(struct socket *socket)
{
    refcount_get(&socket->references);
    return socket;
}

void socket_put(struct socket *socket)
{
    if (socket != NULL && refcount_put_and_test(&socket->references))
        socket->ops->destroy(socket);
}

void socket_flag(struct socket *socket, u32 flag, bool on)
{
    if (on)
        fetch_or(&socket->flags, flag);
    else
        fetch_and(&socket->flags, ~flag);
}

void socket_set_peer_current(struct socket *socket)
{
    const struct credentials *credentials = credentials_get(vfs_current()->credentials);
    const struct credentials *old;

    spin_lock(&socket->spin);
    old = socket->peer_credentials;
    socket->peer_credentials = credentials;
    socket->peer_pid = vfs_current()->process_id;
    spin_unlock(&socket->spin);
    if (old != NULL)
        credentials_put(old);
}

void socket_copy_peer(struct socket *socket, struct socket *from)
{
    const struct credentials *credentials, *old;
    s32 pid;

    spin_lock(&from->spin);
    pid = from->peer_pid;
    credentials = from->peer_credentials;
    if (credentials != NULL)
        credentials_get(credentials);
    spin_unlock(&from->spin);
    spin_lock(&socket->spin);
    old = socket->peer_credentials;
    socket->peer_credentials = credentials;
    socket->peer_pid = pid;
    spin_unlock(&socket->spin);
    if (old != NULL)
        credentials_put(old);
}

void socket_move_peek_offset(struct socket *socket, ssize_t distance)
{
    s32 offset = READ_ONCE(socket->peek_offset);

    if (offset >= 0)
        WRITE_ONCE(socket->peek_offset, max(offset + (s32)distance, 0));
}

/* ---- waiting ---- */

static void notify_owner(struct socket *socket, unsigned events)
{
    spin_lock(&socket->spin);
    if (socket->file != NULL)
        file_notify_owner(socket->file, events);
    spin_unlock(&socket->spin);
}

void socket_wake(struct socket *socket, unsigned events)
{
    wake_key(&socket->wait, events);
    if (socket_has(socket, SOCKET_ASYNC))
        notify_owner(socket, events);
}

void socket_wake_urgent(struct socket *socket)
{
    notify_owner(socket, FILE_URGENT);
}

static u64 deadline_of(u64 timeout, bool nonblocking)
{
    u64 deadline;

    if (nonblocking || timeout == 0)
        return 0;
    if (timeout == WAIT_FOREVER || add_overflow(time_monotonic_ns(), timeout, &deadline))
        return WAIT_FOREVER;
    return deadline;
}

u64 socket_receive_deadline(const struct socket *socket, bool nonblocking)
{
    return deadline_of(READ_ONCE(socket->receive_timeout), nonblocking);
}

u64 socket_send_deadline(const struct socket *socket, bool nonblocking)
{
    return deadline_of(READ_ONCE(socket->send_timeout), nonblocking);
}

int socket_wait_result(int result, u64 deadline)
{
    if (result == -ETIMEDOUT)
        return -EAGAIN;
    if (result == -ERESTARTSYS && deadline != WAIT_FOREVER)
        return -EINTR;
    return result;
}

/* ---- the open file ---- */

static struct socket *socket_of(const struct file *file)
{
    return file->private;
}

static unsigned message_flags(const struct file *file, const struct io_buffer *buffer)
{
    return file_is_nonblocking(file, buffer) ? MSG_DONTWAIT : 0;
}

static ssize_t socket_file_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct socket_message message = {.data = buffer, .flags = message_flags(file, buffer)};

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    return socket_receive(socket_of(file), &message);
}

static ssize_t socket_file_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct socket_address nowhere = {0};
    struct socket_message message = {
        .data = buffer, .name = &nowhere, .flags = message_flags(file, buffer)};

    (void)position;
    return socket_send(socket_of(file), &message);
}

static unsigned socket_file_poll(struct file *file, struct poll_table *table)
{
    struct socket *socket = socket_of(file);

    poll_wait(file, &socket->wait, table);
    return socket->ops->poll(socket, file, table);
}

static int socket_file_set_async(struct file *file, bool on)
{
    socket_flag(socket_of(file), SOCKET_ASYNC, on);
    return 0;
}

void socket_abandon(struct socket *socket)
{
    if (socket->ops->release != NULL)
        socket->ops->release(socket);
    socket_put(socket);
}

static void socket_file_release(struct file *file)
{
    struct socket *socket = socket_of(file);

    spin_lock(&socket->spin);
    socket->file = NULL;
    spin_unlock(&socket->spin);
    socket_abandon(socket);
}

static size_t socket_file_describe(struct file *file, char *buffer, size_t size)
{
    struct socket *socket = socket_of(file);

    return socket->ops->describe == NULL ? 0 : socket->ops->describe(socket, buffer, size);
}

static const struct file_ops socket_file_ops = {
    .read = socket_file_read,
    .write = socket_file_write,
    .poll = socket_file_poll,
    .ioctl = socket_file_ioctl,
    .set_async = socket_file_set_async,
    .release = socket_file_release,
    .describe = socket_file_describe,
};

struct socket *socket_of_file(const struct file *file)
{
    return file->ops == &socket_file_ops ? socket_of(file) : NULL;
}

struct file *socket_open_file(struct socket *socket, u32 flags)
{
    struct file *file = file_create_pseudo("socket", S_IFSOCK | 0777, &socket_file_ops, socket,
                                           O_RDWR | (flags & O_NONBLOCK));

    if (IS_ERR(file)) {
        socket_abandon(socket);
        return file;
    }
    spin_lock(&socket->spin);
    socket->file = file;
    spin_unlock(&socket->spin);
    return file;
}
