/*
 * AF_NETLINK: addresses (port numbers), sending, receiving.
 *
 * A datagram to port 0 is for the kernel, which answers within the call: the answers are in the
 * sender's queue when send(2) returns. Locks: ports_lock (the list of sockets, port numbers), then
 * a socket's lock; both sleep.
 */
#include "netlink.h"

#include <abi/capability.h>
#include <abi/poll.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <net/families.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <vfs/io_buffer.h>

#define OVERHEAD 512 /* what one packet counts beside its bytes */

static struct mutex ports_lock = MUTEX_INIT(ports_lock);
static struct list_head sockets = LIST_INIT(sockets); /* (ports_lock) */
static u32 next_port = 0xfffff000;                    /* (ports_lock) where a process has several */

/* ---- packets ---- */

struct netlink_packet *netlink_packet_create(u32 room)
{
    struct netlink_packet *packet = kmalloc(sizeof(*packet) + room, ALLOC_WAIT);

    if (packet != NULL)
        *packet = (struct netlink_packet){.room = room};
    return packet;
}

/* @len more bytes, padded to 4 with zeros. */
static void *extend(struct netlink_packet *packet, u32 len)
{
    u32 padded = align_up(len, 4);
    u8 *place = packet->bytes + packet->len;

    ASSERT(padded <= packet->room - packet->len);
    memset(place, 0, padded);
    packet->len += padded;
    return place;
}

struct nlmsghdr *netlink_put_message(struct netlink_packet *packet, const struct nlmsghdr *request,
                                     u16 type, u16 flags, const void *fixed, u32 len)
{
    struct nlmsghdr *message = extend(packet, sizeof(*message));

    *message = (struct nlmsghdr){.len = (u32)sizeof(*message) + len,
                                 .type = type,
                                 .flags = flags,
                                 .sequence = request->sequence,
                                 .port = request->port};
    memcpy(extend(packet, len), fixed, len);
    return message;
}

void netlink_put_attribute(struct netlink_packet *packet, struct nlmsghdr *message, u16 type,
                           const void *value, u32 len)
{
    struct nlattr *attribute = extend(packet, (u32)sizeof(*attribute) + len);

    *attribute = (struct nlattr){.len = (u16)(sizeof(*attribute) + len), .type = type};
    memcpy(attribute + 1, value, len);
    message->len = (u32)(packet->bytes + packet->len - (u8 *)message);
}

int netlink_queue(struct netlink_socket *to, struct netlink_packet *packet)
{
    u32 charge = packet->len + OVERHEAD;
    bool fits;

    mutex_lock(&to->lock);
    fits = to->queued == 0 || to->charge + charge <= (u32)READ_ONCE(to->socket.receive_buffer);
    if (fits) {
        list_add_tail(&packet->link, &to->queue);
        to->charge += charge;
        WRITE_ONCE(to->queued, to->queued + 1);
    }
    mutex_unlock(&to->lock);
    if (!fits) {
        kfree(packet);
        socket_set_error(&to->socket, ENOBUFS);
    }
    socket_wake(&to->socket, fits ? POLLIN | POLLRDNORM : POLLERR);
    return fits ? 0 : -ENOBUFS;
}

/* ---- names ---- */

/* => ports_lock held */
static struct netlink_socket *find_port(u16 protocol, u32 port)
{
    struct netlink_socket *socket;

    list_for_each_entry (socket, &sockets, link) {
        if (socket->socket.protocol == protocol && socket->port == port)
            return socket;
    }
    return NULL;
}

/* Take @port, or if that is 0 the process's number, or any. => -EADDRINUSE, -EINVAL: has another */
static int take_port(struct netlink_socket *self, u32 port)
{
    int err = 0;

    mutex_lock(&ports_lock);
    if (self->port != 0) {
        err = port != 0 && port != self->port ? -EINVAL : 0;
    } else if (port != 0) {
        if (find_port(self->socket.protocol, port) != NULL)
            err = -EADDRINUSE;
        else
            self->port = port;
    } else {
        port = (u32)process_id(current_process());
        while (find_port(self->socket.protocol, port) != NULL)
            port = next_port--;
        self->port = port;
    }
    mutex_unlock(&ports_lock);
    return err;
}

static int check_address(const struct socket_address *address, struct sockaddr_nl *name)
{
    if (address->len < sizeof(*name))
        return -EINVAL;
    memcpy(name, address->bytes, sizeof(*name));
    return name->family == AF_NETLINK ? 0 : -EINVAL;
}

static int netlink_bind(struct socket *socket, const struct socket_address *address)
{
    struct netlink_socket *self = netlink_of(socket);
    struct sockaddr_nl name;
    int err = check_address(address, &name);

    if (err == 0 && READ_ONCE(self->port) != 0 && name.port != self->port)
        err = -EINVAL;
    if (err == 0)
        err = take_port(self, name.port);
    if (err != 0)
        return err;
    mutex_lock(&self->lock);
    self->groups = (self->groups & ~0xffffffffull) | name.groups;
    mutex_unlock(&self->lock);
    return 0;
}

/* To whom a program may send: the unprivileged only to the kernel. */
static int check_destination(const struct sockaddr_nl *name)
{
    return (name->port != 0 || name->groups != 0) && !capable(CAP_NET_ADMIN) ? -EPERM : 0;
}

static int netlink_connect(struct socket *socket, const struct socket_address *address,
                           unsigned flags)
{
    struct netlink_socket *self = netlink_of(socket);
    struct sockaddr_nl name = {0};
    int err = 0;

    (void)flags;
    if (address->len < sizeof(address->family))
        return -EINVAL;
    if (address->family != AF_UNSPEC) {
        err = check_address(address, &name);
        if (err == 0)
            err = check_destination(&name);
        if (err == 0)
            err = take_port(self, 0);
    }
    if (err != 0)
        return err;
    mutex_lock(&self->lock);
    self->peer_port = name.port;
    self->peer_groups = name.groups;
    mutex_unlock(&self->lock);
    return 0;
}

static void put_name(struct socket_address *address, u32 port, u32 groups)
{
    struct sockaddr_nl name = {.family = AF_NETLINK, .port = port, .groups = groups};

    memcpy(address->bytes, &name, sizeof(name));
    address->len = sizeof(name);
}

static int netlink_get_name(struct socket *socket, bool peer, struct socket_address *address)
{
    struct netlink_socket *self = netlink_of(socket);

    if (peer)
        put_name(address, READ_ONCE(self->peer_port), READ_ONCE(self->peer_groups));
    else
        put_name(address, READ_ONCE(self->port), (u32)READ_ONCE(self->groups));
    return 0;
}

/* ---- sending ---- */

/* Acknowledge @request, or say what is wrong with it. */
static int acknowledge(struct netlink_socket *self, const struct nlmsghdr *request, int error)
{
    bool whole = error != 0 && !self->cap_ack;
    u32 len = whole ? request->len : (u32)sizeof(*request);
    struct netlink_packet *packet = netlink_packet_create(len + 64);
    struct nlmsghdr *message;

    if (packet == NULL)
        return -ENOBUFS;
    message = netlink_put_message(packet, request, NLMSG_ERROR, whole ? 0 : NLM_F_CAPPED, &error,
                                  sizeof(error));
    memcpy(extend(packet, len), request, len);
    message->len += len;
    return netlink_queue(self, packet);
}

/* The messages of one datagram to the kernel, one after the other. */
static void answer(struct netlink_socket *self, u8 *bytes, u32 len)
{
    while (len >= sizeof(struct nlmsghdr)) {
        struct nlmsghdr *request = (struct nlmsghdr *)bytes;
        bool answered = false;
        int error = 0;
        u32 step;

        if (request->len < sizeof(*request) || request->len > len)
            return;
        step = min(align_up(request->len, 4), len);
        request->port = self->port; /* to whom the answers go */
        if ((request->flags & NLM_F_REQUEST) && request->type >= NLMSG_MIN_TYPE)
            error = self->socket.protocol == NETLINK_ROUTE ? route_request(self, request, &answered)
                                                           : diag_request(request);
        if (!answered && (error != 0 || (request->flags & NLM_F_ACK)))
            (void)acknowledge(self, request, error);
        bytes += step;
        len -= step;
    }
}

/* To another program's socket. */
static int forward(struct netlink_socket *self, u32 port, struct netlink_packet *packet)
{
    struct netlink_socket *to;
    int err = -ECONNREFUSED;

    mutex_lock(&ports_lock);
    to = find_port(self->socket.protocol, port);
    if (to != NULL && (to->peer_port == 0 || to->peer_port == self->port))
        socket_get(&to->socket);
    else
        to = NULL;
    mutex_unlock(&ports_lock);
    if (to == NULL) {
        kfree(packet);
        return err;
    }
    packet->from_port = self->port;
    err = netlink_queue(to, packet);
    socket_put(&to->socket);
    return err == -ENOBUFS ? -EAGAIN : err;
}

/* Where the message goes: its name, or what the socket is connected to. */
static int destination(struct netlink_socket *self, const struct socket_message *message,
                       struct sockaddr_nl *name)
{
    int err;

    *name = (struct sockaddr_nl){.port = READ_ONCE(self->peer_port),
                                 .groups = READ_ONCE(self->peer_groups)};
    if (message->name == NULL || message->name->len == 0)
        return 0;
    err = check_address(message->name, name);
    return err ? err : check_destination(name);
}

/* Who sends: the running process, or who it may say that it is. Files are not sent. */
static int read_control(const struct socket_message *message, struct ucred *from)
{
    const struct credentials *credentials = vfs_current()->credentials;
    const struct cmsghdr *header = socket_control_next(message, NULL);
    int err = 0;

    *from = (struct ucred){
        .pid = vfs_current()->process_id, .uid = credentials->uid, .gid = credentials->gid};
    for (; header != NULL && err == 0; header = socket_control_next(message, header)) {
        if (IS_ERR(header))
            return PTR_ERR(header);
        if (header->cmsg_level == SOL_SOCKET)
            err = header->cmsg_type == SCM_CREDENTIALS ? socket_control_read_identity(header, from)
                                                       : -EINVAL;
    }
    return err;
}

/* To another program, or to the kernel, which answers at once. @packet is taken over. */
static int deliver(struct netlink_socket *self, u32 port, struct netlink_packet *packet)
{
    if (port != 0)
        return forward(self, port, packet);
    answer(self, packet->bytes, packet->len);
    kfree(packet);
    return 0;
}

static ssize_t netlink_send(struct socket *socket, struct socket_message *message)
{
    struct netlink_socket *self = netlink_of(socket);
    size_t len = message->data->remaining;
    struct netlink_packet *packet;
    struct sockaddr_nl name;
    struct ucred from;
    int err;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    if (len == 0)
        return -ENODATA;
    err = read_control(message, &from);
    if (err == 0)
        err = destination(self, message, &name);
    if (err == 0)
        err = take_port(self, 0);
    if (err != 0)
        return err;
    if (len > (size_t)READ_ONCE(socket->send_buffer) - 32)
        return -EMSGSIZE;
    packet = netlink_packet_create((u32)len);
    if (packet == NULL)
        return -ENOBUFS;
    packet->len = (u32)len;
    packet->from = from;
    if (io_buffer_copy_from(message->data, packet->bytes, len) != len) {
        kfree(packet);
        return -EFAULT;
    }
    err = deliver(self, name.port, packet);
    return err ? err : (ssize_t)len;
}

/* ---- receiving ---- */

/* The first packet's bytes, and off the queue it goes but for a peek. => lock held; -EFAULT */
static ssize_t give(struct netlink_socket *self, struct netlink_packet *packet,
                    struct socket_message *message)
{
    size_t len = min((size_t)packet->len, message->data->remaining);

    if (io_buffer_copy_to(message->data, packet->bytes, len) != len)
        return -EFAULT;
    if (len < packet->len)
        message->result_flags |= MSG_TRUNC;
    if (message->name != NULL)
        put_name(message->name, packet->from_port, 0);
    if (socket_has(&self->socket, SOCKET_PASS_CREDENTIALS))
        socket_control_put_identity(message, &packet->from);
    if (message->flags & MSG_TRUNC)
        len = packet->len;
    if (!(message->flags & MSG_PEEK)) {
        list_remove(&packet->link);
        self->charge -= packet->len + OVERHEAD;
        WRITE_ONCE(self->queued, self->queued - 1);
        kfree(packet);
    }
    return (ssize_t)len;
}

static ssize_t netlink_receive(struct socket *socket, struct socket_message *message)
{
    struct netlink_socket *self = netlink_of(socket);
    u64 deadline = socket_receive_deadline(socket, message->flags & MSG_DONTWAIT);
    ssize_t result;

    if (message->flags & MSG_OOB)
        return -EOPNOTSUPP;
    for (;;) {
        bool found;

        result = socket_take_error(socket);
        if (result != 0)
            return result;
        mutex_lock(&self->lock);
        found = !list_is_empty(&self->queue);
        if (found)
            result =
                give(self, list_first_entry(&self->queue, struct netlink_packet, link), message);
        mutex_unlock(&self->lock);
        if (found)
            return result;
        result = socket_wait_event(
            &socket->wait, READ_ONCE(self->queued) > 0 || READ_ONCE(socket->error) != 0, deadline);
        if (result != 0)
            return result;
    }
}

static unsigned netlink_poll(struct socket *socket, struct file *file, struct poll_table *table)
{
    unsigned events = POLLOUT | POLLWRNORM | POLLWRBAND;

    (void)file;
    (void)table;
    if (READ_ONCE(netlink_of(socket)->queued) > 0)
        events |= POLLIN | POLLRDNORM;
    if (READ_ONCE(socket->error) != 0)
        events |= POLLERR;
    return events;
}

/* ---- life ---- */

static void netlink_release(struct socket *socket)
{
    mutex_lock(&ports_lock);
    list_remove(&netlink_of(socket)->link);
    mutex_unlock(&ports_lock);
}

static void netlink_destroy(struct socket *socket)
{
    struct netlink_socket *self = netlink_of(socket);

    while (!list_is_empty(&self->queue)) {
        struct netlink_packet *packet = list_first_entry(&self->queue, struct netlink_packet, link);

        list_remove(&packet->link);
        kfree(packet);
    }
    socket_fini(socket);
    kfree(self);
}

static const struct socket_operations operations = {
    .release = netlink_release,
    .destroy = netlink_destroy,
    .bind = netlink_bind,
    .connect = netlink_connect,
    .get_name = netlink_get_name,
    .send = netlink_send,
    .receive = netlink_receive,
    .poll = netlink_poll,
    .set_option = netlink_set_option,
    .get_option = netlink_get_option,
};

static int family_create(int type, int protocol, struct socket **out)
{
    struct netlink_socket *self;

    if (type != SOCK_RAW && type != SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    if (protocol != NETLINK_ROUTE && protocol != NETLINK_SOCK_DIAG)
        return -EPROTONOSUPPORT;
    self = kzalloc(sizeof(*self), ALLOC_WAIT);
    if (self == NULL)
        return -ENOMEM;
    socket_init(&self->socket, &operations, AF_NETLINK, (u16)type, (u16)protocol);
    mutex_init(&self->lock);
    list_init(&self->queue);
    mutex_lock(&ports_lock);
    list_add_tail(&self->link, &sockets);
    mutex_unlock(&ports_lock);
    *out = &self->socket;
    return 0;
}

static const struct socket_family family = {.domain = AF_NETLINK, .create = family_create};

void netlink_init(void)
{
    socket_register_family(&family);
}
