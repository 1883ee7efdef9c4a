/*
 * Control messages (cmsg(3)): to the receiver's memory, and walking over those of a sender.
 */
#include <net/socket.h>

#include <abi/capability.h>
#include <abi/time.h>
#include <arch/user.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <time/time.h>
#include <vfs/context.h>

#define OVERFLOW_ID 65534u /* an identity that has no number here */

void socket_control_put(struct socket_message *message, int level, int type, const void *data,
                        size_t len)
{
    struct cmsghdr header = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};
    size_t used;

    if (message->control_to == NULL || message->control_left < sizeof(header)) {
        message->result_flags |= MSG_CTRUNC;
        return;
    }
    if (message->control_left < header.cmsg_len) {
        message->result_flags |= MSG_CTRUNC;
        header.cmsg_len = message->control_left;
    }
    if (copy_to_user(message->control_to, &header, sizeof(header)) != 0 ||
        copy_to_user((char __user *)message->control_to + sizeof(header), data,
                     header.cmsg_len - sizeof(header)) != 0)
        return;
    used = min(CMSG_SPACE(len), message->control_left);
    message->control_to = (char __user *)message->control_to + used;
    message->control_left -= used;
}

void socket_control_put_time(const struct socket *socket, struct socket_message *message, s64 when)
{
    s64 second = (s64)NS_PER_SECOND;
    struct abi_timespec fine = {.seconds = when / second, .nanoseconds = when % second};
    struct abi_timeval coarse = {.seconds = when / second,
                                 .microseconds = when % second / (s64)NS_PER_US};
    bool is_new = socket_has(socket, SOCKET_TIMESTAMP_NEW);

    if (!socket_has(socket, SOCKET_TIMESTAMP))
        return;
    if (socket_has(socket, SOCKET_TIMESTAMP_NS))
        socket_control_put(message, SOL_SOCKET, is_new ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS, &fine,
                           sizeof(fine));
    else
        socket_control_put(message, SOL_SOCKET, is_new ? SO_TIMESTAMP_NEW : SO_TIMESTAMP, &coarse,
                           sizeof(coarse));
}

const struct cmsghdr *socket_control_next(const struct socket_message *message,
                                          const struct cmsghdr *header)
{
    const char *end = (const char *)message->control + message->control_len;
    const char *next = message->control;

    if (header != NULL)
        next = (const char *)header + CMSG_ALIGN(header->cmsg_len);
    if (message->control == NULL || next > end || (size_t)(end - next) < sizeof(*header))
        return NULL;
    header = (const struct cmsghdr *)next;
    if (header->cmsg_len < sizeof(*header) || header->cmsg_len > (size_t)(end - next))
        return ERR_PTR(-EINVAL);
    return header;
}

/* ---- who sends ---- */

static bool process_exists(s32 pid)
{
    struct process *process = process_find(pid);

    if (process == NULL)
        return false;
    process_put(process);
    return true;
}

/* May the running task say that it is @identity? */
static int check_identity(const struct ucred *identity)
{
    const struct credentials *mine = vfs_current()->credentials;

    if (identity->pid != vfs_current()->process_id && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (identity->uid != mine->uid && identity->uid != mine->euid && identity->uid != mine->suid &&
        !capable(CAP_SETUID))
        return -EPERM;
    if (identity->gid != mine->gid && identity->gid != mine->egid && identity->gid != mine->sgid &&
        !capable(CAP_SETGID))
        return -EPERM;
    if (identity->uid == ~0u || identity->gid == ~0u)
        return -EINVAL;
    return process_exists(identity->pid) ? 0 : -ESRCH;
}

int socket_control_read_identity(const struct cmsghdr *header, struct ucred *identity)
{
    if (header->cmsg_len != CMSG_LEN(sizeof(*identity)))
        return -EINVAL;
    memcpy(identity, header + 1, sizeof(*identity));
    return check_identity(identity);
}

static u32 shown_id(u32 id)
{
    return id == ~0u ? OVERFLOW_ID : id;
}

void socket_control_put_identity(struct socket_message *message, const struct ucred *identity)
{
    struct ucred shown = {
        .pid = identity->pid, .uid = shown_id(identity->uid), .gid = shown_id(identity->gid)};

    socket_control_put(message, SOL_SOCKET, SCM_CREDENTIALS, &shown, sizeof(shown));
}
