/*
 * AF_UNIX: control messages. SCM_RIGHTS carries open files, SCM_CREDENTIALS says who sends.
 *
 * A file in a packet is held by the packet and counted in the account of the user who sent it; both
 * change under the flight lock, so that collect.c sees them together.
 */
#include "unix.h"

#include <abi/capability.h>
#include <abi/fcntl.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

/* ---- reading a sender's ---- */

static int add_file(struct unix_rights *rights, int fd)
{
    struct file *file = fd_get_any(vfs_current()->files, fd);

    if (file == NULL)
        return -EBADF;
    rights->files[rights->count++] = file;
    return 0;
}

static int read_rights(const struct cmsghdr *header, struct unix_control *control)
{
    const int *fds = (const int *)(header + 1);
    size_t nr = (header->cmsg_len - sizeof(*header)) / sizeof(*fds);
    int err = 0;

    if (nr == 0)
        return 0;
    if (nr > SCM_MAX_FD)
        return -EINVAL;
    if (control->rights == NULL) {
        control->rights = kzalloc(sizeof(*control->rights), ALLOC_WAIT);
        if (control->rights == NULL)
            return -ENOMEM;
    }
    if (control->rights->count + nr > SCM_MAX_FD)
        return -EINVAL;
    for (size_t i = 0; i < nr && err == 0; i++)
        err = add_file(control->rights, fds[i]);
    return err;
}

static int read_identity(const struct cmsghdr *header, struct unix_control *control)
{
    struct ucred identity;
    int err = socket_control_read_identity(header, &identity);

    if (err == 0)
        control->identity =
            (struct unix_identity){.pid = identity.pid, .uid = identity.uid, .gid = identity.gid};
    return err;
}

static int read_one(const struct cmsghdr *header, struct unix_control *control)
{
    if (header->cmsg_level != SOL_SOCKET)
        return 0;
    switch (header->cmsg_type) {
    case SCM_RIGHTS:
        return read_rights(header, control);
    case SCM_CREDENTIALS:
        return read_identity(header, control);
    default:
        return -EINVAL;
    }
}

int unix_control_read(const struct socket_message *message, struct unix_control *control)
{
    const struct cmsghdr *header = socket_control_next(message, NULL);
    int err = 0;

    *control = (struct unix_control){.identity = {.uid = ~0u, .gid = ~0u}};
    for (; header != NULL && err == 0; header = socket_control_next(message, header)) {
        err = IS_ERR(header) ? PTR_ERR(header) : read_one(header, control);
        if (err != 0)
            break;
    }
    if (err != 0)
        unix_control_release(control);
    return err;
}

void unix_control_release(struct unix_control *control)
{
    if (control->rights != NULL)
        unix_rights_close(control->rights);
    control->rights = NULL;
}

/* ---- flight ---- */

static bool has_too_many(const struct user_account *account)
{
    return READ_ONCE(account->nr_in_flight) > (s64)rlimit_current(RLIMIT_NOFILE) &&
           !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

int unix_rights_launch(struct unix_control *control, struct unix_packet *packet)
{
    struct unix_rights *rights = control->rights;
    struct user_account *account;

    if (rights == NULL)
        return 0;
    account = current_task()->account;
    if (has_too_many(account))
        return -ETOOMANYREFS;
    control->rights = NULL;
    rights->account = user_account_get(account);
    fetch_add(&account->nr_in_flight, (s64)rights->count);
    unix_flight_lock();
    for (unsigned i = 0; i < rights->count; i++)
        unix_flight_enter(rights->files[i]);
    packet->rights = rights;
    unix_flight_unlock();
    return 0;
}

struct unix_rights *unix_rights_land(struct unix_packet *packet)
{
    struct unix_rights *rights;

    unix_flight_lock();
    rights = packet->rights;
    packet->rights = NULL;
    for (unsigned i = 0; rights != NULL && i < rights->count; i++)
        unix_flight_leave(rights->files[i]);
    unix_flight_unlock();
    if (rights == NULL)
        return NULL;
    fetch_sub(&rights->account->nr_in_flight, (s64)rights->count);
    user_account_put(rights->account);
    rights->account = NULL;
    return rights;
}

struct unix_rights *unix_rights_copy(struct unix_packet *packet)
{
    struct unix_rights *copy;

    if (packet->rights == NULL)
        return NULL;
    copy = kzalloc(sizeof(*copy), ALLOC_WAIT);
    if (copy == NULL)
        return NULL;
    unix_flight_lock();
    copy->count = packet->rights->count;
    for (unsigned i = 0; i < copy->count; i++)
        copy->files[i] = file_get(packet->rights->files[i]);
    unix_flight_unlock();
    return copy;
}

void unix_rights_close(struct unix_rights *rights)
{
    for (unsigned i = 0; i < rights->count; i++)
        file_put(rights->files[i]);
    kfree(rights);
}

/* ---- writing a receiver's ---- */

/* @file as a descriptor, whose number goes to @user. */
static int give_file(struct file *file, int __user *user, bool cloexec)
{
    struct vfs_context *context = vfs_current();
    int fd = fd_reserve(context->files, 0, READ_ONCE(context->nr_files_limit), cloexec);

    if (fd < 0)
        return fd;
    if (put_user(fd, user) != 0) {
        fd_unreserve(context->files, fd);
        return -EFAULT;
    }
    fd_install(context->files, fd, file_get(file));
    return 0;
}

static void put_rights(struct socket_message *message, struct unix_rights *rights)
{
    struct cmsghdr header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    int __user *fds = (int __user *)((char __user *)message->control_to + sizeof(header));
    size_t most = message->control_left <= sizeof(header)
                      ? 0
                      : (message->control_left - sizeof(header)) / sizeof(int);
    bool cloexec = message->flags & MSG_CMSG_CLOEXEC;
    size_t nr = 0, used;

    while (nr < min(most, (size_t)rights->count) &&
           give_file(rights->files[nr], fds + nr, cloexec) == 0)
        nr++;
    if (nr < rights->count)
        message->result_flags |= MSG_CTRUNC;
    if (nr == 0)
        return;
    header.cmsg_len = CMSG_LEN(nr * sizeof(int));
    if (copy_to_user(message->control_to, &header, sizeof(header)) != 0)
        return;
    used = min(CMSG_SPACE(nr * sizeof(int)), message->control_left);
    message->control_to = (char __user *)message->control_to + used;
    message->control_left -= used;
}

void unix_control_write(struct unix_socket *self, struct socket_message *message,
                        struct unix_control *control)
{
    bool tells = socket_has(&self->socket, SOCKET_PASS_CREDENTIALS);
    struct ucred identity = {
        .pid = control->identity.pid, .uid = control->identity.uid, .gid = control->identity.gid};

    if (message->control_to == NULL) {
        if (tells || control->rights != NULL)
            message->result_flags |= MSG_CTRUNC;
    } else {
        if (tells)
            socket_control_put_identity(message, &identity);
        if (control->rights != NULL)
            put_rights(message, control->rights);
    }
    unix_control_release(control);
}
