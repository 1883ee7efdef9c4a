/*
 * Making, naming and connecting sockets (socket(2) and those that take an address), and their
 * options. Messages: sys_socket_message.c.
 */
#include <abi/fcntl.h>
#include <net/socket.h>

#include "sys.h"
#include "sys_socket.h"

#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

/* The value of @expression with @variable the socket that descriptor @fd is. -EBADF, -ENOTSOCK */
#define WITH_SOCKET(fd, variable, expression)                                                      \
    WITH_FILE(fd, with_file_, ({                                                                   \
                  struct socket *variable = socket_of_file(with_file_);                            \
                  variable == NULL ? -ENOTSOCK : (long)(expression);                               \
              }))

int sys_read_address(struct socket_address *address, const void __user *user, int len)
{
    address->len = 0;
    if (len < 0 || len > SOCKET_ADDRESS_MAX)
        return -EINVAL;
    if (len == 0)
        return 0;
    address->len = (u32)len;
    return copy_from_user(address->bytes, user, (size_t)len);
}

int sys_write_address(const struct socket_address *address, void __user *user, int __user *user_len)
{
    int len;

    if (get_user(len, user_len) != 0)
        return -EFAULT;
    len = min(len, (int)address->len);
    if (len < 0)
        return -EINVAL;
    if (len > 0 && copy_to_user(user, address->bytes, (size_t)len) != 0)
        return -EFAULT;
    return put_user((int)address->len, user_len);
}

long sys_socket(int domain, int type, int protocol)
{
    int flags = type & ~SOCK_TYPE_MASK;
    struct socket *socket;
    long error;

    if (flags & ~TYPE_FLAGS)
        return -EINVAL;
    error = socket_create(domain, type & SOCK_TYPE_MASK, protocol, &socket);
    if (error)
        return error;
    return sys_install(socket_open_file(socket, (u32)flags), flags);
}

/* Both ends of a pair, open. */
static int open_pair(int domain, int type, int protocol, u32 flags, struct file *files[2])
{
    struct socket *sockets[2];
    int error = socket_create(domain, type, protocol, &sockets[0]);

    if (error)
        return error;
    error = socket_create(domain, type, protocol, &sockets[1]);
    if (error)
        goto put_first;
    error = socket_pair(sockets[0], sockets[1]);
    if (error)
        goto put_second;
    files[0] = socket_open_file(sockets[0], flags);
    if (IS_ERR(files[0])) {
        socket_abandon(sockets[1]);
        return PTR_ERR(files[0]);
    }
    files[1] = socket_open_file(sockets[1], flags);
    if (!IS_ERR(files[1]))
        return 0;
    file_put(files[0]);
    return PTR_ERR(files[1]);

put_second:
    socket_abandon(sockets[1]);
put_first:
    socket_abandon(sockets[0]);
    return error;
}

static int reserve_pair(struct vfs_context *context, int flags, int fds[2])
{
    fds[0] = fd_reserve(context->files, 0, context->nr_files_limit, flags & SOCK_CLOEXEC);
    if (fds[0] < 0)
        return fds[0];
    fds[1] = fd_reserve(context->files, 0, context->nr_files_limit, flags & SOCK_CLOEXEC);
    if (fds[1] >= 0)
        return 0;
    fd_unreserve(context->files, fds[0]);
    return fds[1];
}

long sys_socketpair(int domain, int type, int protocol, void __user *user)
{
    struct vfs_context *context = vfs_current();
    int flags = type & ~SOCK_TYPE_MASK;
    struct file *files[2] = {0};
    int fds[2];
    int error;

    if (flags & ~TYPE_FLAGS)
        return -EINVAL;
    error = reserve_pair(context, flags, fds);
    if (error)
        return error;
    error = copy_to_user(user, fds, sizeof(fds));
    if (!error)
        error = open_pair(domain, type & SOCK_TYPE_MASK, protocol, (u32)flags, files);
    if (error) {
        fd_unreserve(context->files, fds[0]);
        fd_unreserve(context->files, fds[1]);
        return error;
    }
    fd_install(context->files, fds[0], files[0]);
    fd_install(context->files, fds[1], files[1]);
    return 0;
}

long sys_bind(int fd, void __user *user, int len)
{
    struct socket_address address;

    return WITH_SOCKET(fd, socket, ({
                           int error = sys_read_address(&address, user, len);

                           error ? error : socket_bind(socket, &address);
                       }));
}

/* The address is looked at before the descriptor is asked whether it is a socket. */
static long connect_file(struct file *file, const void __user *user, int len)
{
    struct socket *socket = socket_of_file(file);
    struct socket_address address;
    int error = sys_read_address(&address, user, len);

    if (error)
        return error;
    return socket ? socket_connect(socket, &address, file_flags(file) & O_NONBLOCK) : -ENOTSOCK;
}

long sys_connect(int fd, void __user *user, int len)
{
    return WITH_FILE(fd, file, connect_file(file, user, len));
}

long sys_listen(int fd, int backlog)
{
    return WITH_SOCKET(fd, socket, socket_listen(socket, backlog));
}

/* The next connection of @listener as an open file; its peer's address goes to @user. ERR_PTR */
static struct file *accept_file(struct file *listener, int flags, void __user *user,
                                int __user *user_len)
{
    struct socket *socket = socket_of_file(listener);
    struct socket_address address = {0};
    struct socket *connection;
    struct file *file;
    int error;

    if (!socket)
        return ERR_PTR(-ENOTSOCK);
    error = socket_accept(socket, file_flags(listener) & O_NONBLOCK, user ? &address : NULL,
                          &connection);
    if (error)
        return ERR_PTR(error);
    file = socket_open_file(connection, (u32)flags);
    if (IS_ERR(file) || !user)
        return file;
    error = sys_write_address(&address, user, user_len);
    if (!error)
        return file;
    file_put(file);
    return ERR_PTR(error);
}

static long accept_connection(struct file *listener, int flags, void __user *user,
                              int __user *user_len)
{
    struct vfs_context *context = vfs_current();
    struct file *file;
    int fd;

    if (flags & ~TYPE_FLAGS)
        return -EINVAL;
    fd = fd_reserve(context->files, 0, context->nr_files_limit, flags & SOCK_CLOEXEC);
    if (fd < 0)
        return fd;
    file = accept_file(listener, flags, user, user_len);
    if (IS_ERR(file)) {
        fd_unreserve(context->files, fd);
        return PTR_ERR(file);
    }
    fd_install(context->files, fd, file);
    return fd;
}

long sys_accept4(int fd, void __user *user, void __user *user_len, int flags)
{
    return WITH_FILE(fd, file, accept_connection(file, flags, user, user_len));
}

long sys_accept(int fd, void __user *user, void __user *user_len)
{
    return sys_accept4(fd, user, user_len, 0);
}

static long get_name(struct socket *socket, bool peer, void __user *user, void __user *user_len)
{
    struct socket_address address = {0};
    int error = socket->ops->get_name(socket, peer, &address);

    return error ? error : sys_write_address(&address, user, user_len);
}

long sys_getsockname(int fd, void __user *user, void __user *user_len)
{
    return WITH_SOCKET(fd, socket, get_name(socket, false, user, user_len));
}

long sys_getpeername(int fd, void __user *user, void __user *user_len)
{
    return WITH_SOCKET(fd, socket, get_name(socket, true, user, user_len));
}

long sys_shutdown(int fd, int how)
{
    return WITH_SOCKET(fd, socket, socket_shutdown(socket, how));
}

long sys_setsockopt(int fd, int level, int name, void __user *value, int len)
{
    if (len < 0)
        return -EINVAL;
    return WITH_SOCKET(fd, socket, socket_set_option(socket, level, name, value, len));
}

long sys_getsockopt(int fd, int level, int name, void __user *value, void __user *len)
{
    return WITH_SOCKET(fd, socket, socket_get_option(socket, level, name, value, len));
}
