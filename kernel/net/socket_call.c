/*
 * The calls on a socket, below the copying of arguments: what is checked for every family, and the
 * family's operation.
 */
#include <net/families.h>
#include <net/socket.h>

#include <abi/fcntl.h>
#include <abi/signal.h>
#include <arch/user.h>
#include <lib/string.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/file.h>
#include <vfs/io.h>

#include "socket_internal.h"

int socket_pair(struct socket *one, struct socket *other)
{
    return one->ops->pair == NULL ? -EOPNOTSUPP : one->ops->pair(one, other);
}

int socket_bind(struct socket *socket, const struct socket_address *address)
{
    return socket->ops->bind == NULL ? -EOPNOTSUPP : socket->ops->bind(socket, address);
}

int socket_connect(struct socket *socket, const struct socket_address *address, unsigned flags)
{
    return socket->ops->connect(socket, address, flags);
}

int socket_listen(struct socket *socket, int backlog)
{
    int most = READ_ONCE(socket_limits.backlog_max);

    if (socket->ops->listen == NULL)
        return -EOPNOTSUPP;
    return socket->ops->listen(socket, (unsigned)backlog > (unsigned)most ? most : backlog);
}

int socket_accept(struct socket *socket, unsigned flags, struct socket_address *address,
                  struct socket **out)
{
    int err = socket->ops->accept == NULL ? -EOPNOTSUPP : socket->ops->accept(socket, flags, out);

    if (err != 0 || address == NULL)
        return err;
    if ((*out)->ops->get_name(*out, true, address) == 0)
        return 0;
    socket_abandon(*out);
    return -ECONNABORTED;
}

int socket_shutdown(struct socket *socket, int how)
{
    return socket->ops->shutdown == NULL ? -EOPNOTSUPP : socket->ops->shutdown(socket, how);
}

ssize_t socket_send(struct socket *socket, struct socket_message *message)
{
    ssize_t result = socket->ops->send(socket, message);
    struct abi_siginfo info;

    if (result == -EPIPE && socket->ops->is_stream && !(message->flags & MSG_NOSIGNAL)) {
        signal_info_user(&info, SIGPIPE, SI_USER);
        signal_send_task(current_task(), &info);
    }
    return result;
}

ssize_t socket_receive(struct socket *socket, struct socket_message *message)
{
    return socket->ops->receive(socket, message);
}

static long set_owner(struct file *file, const int __user *argument)
{
    int id;

    if (get_user(id, argument) != 0)
        return -EFAULT;
    return file_fcntl(vfs_current(), file, -1, F_SETOWN, (unsigned long)id);
}

long socket_file_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct socket *socket = file->private;
    long result = -ENOTTY;

    switch (request) {
    case FIOSETOWN:
    case SIOCSPGRP:
        return set_owner(file, (const int __user *)argument);
    case FIOGETOWN:
    case SIOCGPGRP:
        return put_user((int)file_fcntl(vfs_current(), file, -1, F_GETOWN, 0),
                        (int __user *)argument);
    default:
        if (socket->ops->ioctl != NULL)
            result = socket->ops->ioctl(socket, request, argument);
        return result == -ENOTTY ? inet_interface_ioctl(request, argument) : result;
    }
}
