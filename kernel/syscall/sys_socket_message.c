/*
 * Sending and receiving: sendto, sendmsg, sendmmsg, recvfrom, recvmsg, recvmmsg. read(2) and
 * write(2) reach a socket through its file operations.
 */
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/time.h>
#include <abi/uio.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <net/socket.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <time/time.h>

#include "sys.h"
#include "sys_socket.h"

/* What only the kernel may put into the flags of a send. */
#define INTERNAL_SEND_FLAGS 0x1c000000u

static unsigned call_flags(const struct file *file, unsigned flags)
{
    return file_flags(file) & O_NONBLOCK ? flags | MSG_DONTWAIT : flags;
}

/* ---- one piece of memory ---- */

static long send_to(struct file *file, struct io_buffer *buffer, unsigned flags,
                    const void __user *user, int len)
{
    struct socket *socket = socket_of_file(file);
    struct socket_address address = {0};
    struct socket_message message = {.data = buffer, .name = &address};
    int error = 0;

    if (!socket)
        return -ENOTSOCK;
    if (user)
        error = sys_read_address(&address, user, len);
    if (error)
        return error;
    message.flags = call_flags(file, flags & ~INTERNAL_SEND_FLAGS);
    return socket_send(socket, &message);
}

long sys_sendto(int fd, const void __user *data, size_t size, unsigned long flags,
                void __user *address, int len)
{
    struct io_buffer buffer;

    size = min(size, (size_t)MAX_RW_COUNT);
    if (!user_range_ok(data, size))
        return -EFAULT;
    io_buffer_user(&buffer, (void __user *)data, size);
    return WITH_FILE(fd, file, send_to(file, &buffer, (unsigned)flags, address, len));
}

static long receive_from(struct file *file, struct io_buffer *buffer, unsigned flags,
                         void __user *user, int __user *user_len)
{
    struct socket *socket = socket_of_file(file);
    struct socket_address address = {0};
    struct socket_message message = {.data = buffer, .name = user ? &address : NULL};
    long result;
    int error;

    if (!socket)
        return -ENOTSOCK;
    message.flags = call_flags(file, flags);
    result = socket_receive(socket, &message);
    if (result < 0 || !user)
        return result;
    error = sys_write_address(&address, user, user_len);
    return error ? error : result;
}

long sys_recvfrom(int fd, void __user *data, size_t size, unsigned long flags, void __user *address,
                  void __user *len)
{
    struct io_buffer buffer;

    size = min(size, (size_t)MAX_RW_COUNT);
    if (!user_range_ok(data, size))
        return -EFAULT;
    io_buffer_user(&buffer, data, size);
    return WITH_FILE(fd, file, receive_from(file, &buffer, (unsigned)flags, address, len));
}

/* ---- message headers ---- */

/* A header copied in, with what it leads to. */
struct header {
    struct user_msghdr user;
    struct socket_address address;
    struct io_buffer buffer;
    struct iovec *segments; /* kmalloc'ed */
    void *control;          /* of a send: kmalloc'ed */
    struct socket_message message;
};

static void header_release(struct header *header)
{
    kfree(header->segments);
    kfree(header->control);
}

/* The header itself and its vector. => on success end with header_release */
static int header_read(struct header *header, const struct user_msghdr __user *user, bool sends)
{
    struct user_msghdr *copy = &header->user;

    *header = (struct header){0};
    if (copy_from_user(copy, user, sizeof(*copy)) != 0)
        return -EFAULT;
    if (!copy->msg_name)
        copy->msg_namelen = 0;
    if (copy->msg_namelen < 0)
        return -EINVAL;
    copy->msg_namelen = min(copy->msg_namelen, SOCKET_ADDRESS_MAX);
    if (sends && copy->msg_namelen > 0) {
        int error = sys_read_address(&header->address, copy->msg_name, copy->msg_namelen);

        if (error)
            return error;
    }
    if (copy->msg_iovlen > UIO_MAXIOV)
        return -EMSGSIZE;
    header->message.data = &header->buffer;
    return io_buffer_vector(&header->buffer, copy->msg_iov, copy->msg_iovlen, &header->segments);
}

static int header_read_control(struct header *header)
{
    size_t len = header->user.msg_controllen;

    if (len > INT32_MAX)
        return -ENOBUFS;
    if (len == 0)
        return 0;
    if (len > (size_t)max(READ_ONCE(socket_limits.control_max), 0))
        return -ENOBUFS;
    header->control = kmalloc(len, ALLOC_WAIT);
    if (!header->control)
        return -ENOBUFS;
    header->message.control = header->control;
    header->message.control_len = len;
    return copy_from_user(header->control, header->user.msg_control, len);
}

static long send_message(struct file *file, struct socket *socket,
                         const struct user_msghdr __user *user, unsigned flags)
{
    struct header header;
    long result = header_read(&header, user, true);

    if (result)
        return result;
    header.message.name = &header.address;
    header.message.flags = call_flags(file, flags & ~INTERNAL_SEND_FLAGS);
    result = header_read_control(&header);
    if (!result)
        result = socket_send(socket, &header.message);
    header_release(&header);
    return result;
}

/* What a receive tells in the header. */
static int header_write(const struct header *header, struct user_msghdr __user *user)
{
    const struct socket_message *message = &header->message;
    u64 control_used = header->user.msg_controllen - message->control_left;
    int len;

    if (message->name) {
        len = min(header->user.msg_namelen, (int)message->name->len);
        if (len > 0 && copy_to_user(header->user.msg_name, message->name->bytes, (size_t)len) != 0)
            return -EFAULT;
        if (put_user((s32)message->name->len, &user->msg_namelen) != 0)
            return -EFAULT;
    }
    if (put_user(message->result_flags, &user->msg_flags) != 0)
        return -EFAULT;
    return put_user(control_used, &user->msg_controllen);
}

static long receive_message(struct file *file, struct socket *socket,
                            struct user_msghdr __user *user, unsigned flags, unsigned *result_flags)
{
    struct header header;
    struct socket_message *message = &header.message;
    long result = header_read(&header, user, false);
    int error;

    if (result)
        return result;
    message->name = header.user.msg_name ? &header.address : NULL;
    message->control_to = header.user.msg_control;
    message->control_left = header.user.msg_controllen;
    message->flags = call_flags(file, flags);
    message->result_flags = flags & MSG_CMSG_CLOEXEC;
    result = socket_receive(socket, message);
    *result_flags = message->result_flags;
    header_release(&header);
    if (result < 0)
        return result;
    error = header_write(&header, user);
    return error ? error : result;
}

static long send_one(struct file *file, const struct user_msghdr __user *user, unsigned flags)
{
    struct socket *socket = socket_of_file(file);

    return socket ? send_message(file, socket, user, flags) : -ENOTSOCK;
}

long sys_sendmsg(int fd, void __user *user, unsigned long flags)
{
    if (flags & MSG_CMSG_COMPAT)
        return -EINVAL;
    return WITH_FILE(fd, file, send_one(file, user, (unsigned)flags));
}

static long receive_one(struct file *file, struct user_msghdr __user *user, unsigned flags)
{
    struct socket *socket = socket_of_file(file);
    unsigned result_flags;

    return socket ? receive_message(file, socket, user, flags, &result_flags) : -ENOTSOCK;
}

long sys_recvmsg(int fd, void __user *user, unsigned long flags)
{
    if (flags & MSG_CMSG_COMPAT)
        return -EINVAL;
    return WITH_FILE(fd, file, receive_one(file, user, (unsigned)flags));
}

/* ---- several messages ---- */

/* An error after the first message is for the next call, if it comes again. */
static long send_many(struct file *file, struct mmsghdr __user *user, unsigned nr, unsigned flags)
{
    struct socket *socket = socket_of_file(file);
    long result = 0;
    unsigned done;

    if (!socket)
        return -ENOTSOCK;
    nr = min(nr, (unsigned)UIO_MAXIOV);
    for (done = 0; done < nr; done++) {
        result = send_message(file, socket, &user[done].msg_hdr, flags);
        if (result >= 0)
            result = put_user((u32)result, &user[done].msg_len);
        if (result < 0)
            break;
    }
    return done > 0 ? (long)done : result;
}

long sys_sendmmsg(int fd, void __user *user, unsigned nr, unsigned long flags)
{
    if (flags & MSG_CMSG_COMPAT)
        return -EINVAL;
    return WITH_FILE(fd, file, send_many(file, user, nr, (unsigned)flags));
}

/* Is the first message enough, or was it the last in time? */
static bool receive_ends(unsigned result_flags, u64 deadline)
{
    return (result_flags & MSG_OOB) ||
           (deadline != WAIT_FOREVER && time_monotonic_ns() >= deadline);
}

static long receive_many(struct file *file, struct mmsghdr __user *user, unsigned nr,
                         unsigned flags, u64 deadline)
{
    struct socket *socket = socket_of_file(file);
    unsigned done = 0, result_flags;
    long result = 0;

    if (!socket)
        return -ENOTSOCK;
    if (!(flags & MSG_ERRQUEUE))
        result = socket_take_error(socket);
    while (result >= 0 && done < nr) {
        result = receive_message(file, socket, &user[done].msg_hdr, flags & ~MSG_WAITFORONE,
                                 &result_flags);
        if (result >= 0)
            result = put_user((u32)result, &user[done].msg_len);
        if (result < 0)
            break;
        done++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (receive_ends(result_flags, deadline))
            break;
    }
    if (done > 0 && result < 0 && result != -EAGAIN)
        socket_set_error(socket, (int)-result);
    return done > 0 ? (long)done : result;
}

long sys_recvmmsg(int fd, void __user *user, unsigned nr, unsigned long flags,
                  struct abi_timespec __user *timeout)
{
    u64 deadline = WAIT_FOREVER;
    long result;
    s64 ns;

    if (flags & MSG_CMSG_COMPAT)
        return -EINVAL;
    if (timeout) {
        result = sys_read_timespec(timeout, &ns);
        if (result)
            return result;
        deadline = sys_deadline(ns);
    }
    result = WITH_FILE(fd, file, receive_many(file, user, nr, (unsigned)flags, deadline));
    if (timeout && result > 0) {
        u64 now = time_monotonic_ns();

        if (sys_write_timespec(timeout, deadline > now ? (s64)(deadline - now) : 0))
            return -EFAULT;
    }
    return result;
}
