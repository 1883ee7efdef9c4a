/*
 * The options of level SOL_SOCKET (socket(7)): once for all families. A family hears of a change
 * through ops->option_changes. Options that nothing here could honour are -ENOPROTOOPT.
 */
#include <net/families.h>
#include <net/socket.h>

#include <abi/capability.h>
#include <abi/in.h>
#include <abi/limits.h>
#include <abi/poll.h>
#include <abi/time.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <time/time.h>
#include <vfs/cred.h>

#include "socket_internal.h"

#define SEND_BUFFER_MIN    4608
#define RECEIVE_BUFFER_MIN 2304
#define FAMILY_OPTION_MAX  4096                  /* bytes of a value that a family gets to see */
#define TICK_NS            (NS_PER_SECOND / 250) /* the grain of time that Linux tells limits in */

/* Options that are one bit. */
static const struct flag_option {
    int name;
    u32 flag;
} flag_options[] = {
    {SO_DEBUG, SOCKET_DEBUG},
    {SO_REUSEADDR, SOCKET_REUSE_ADDRESS},
    {SO_REUSEPORT, SOCKET_REUSE_PORT},
    {SO_DONTROUTE, SOCKET_DONT_ROUTE},
    {SO_BROADCAST, SOCKET_BROADCAST},
    {SO_KEEPALIVE, SOCKET_KEEP_ALIVE},
    {SO_OOBINLINE, SOCKET_OOB_INLINE},
    {SO_NO_CHECK, SOCKET_NO_CHECK},
    {SO_PASSCRED, SOCKET_PASS_CREDENTIALS},
    {SO_PASSSEC, SOCKET_PASS_SECURITY},
    {SO_SELECT_ERR_QUEUE, SOCKET_SELECT_ERROR},
    {SO_NOFCS, SOCKET_NO_CHECKSUM_BYTES},
    {SO_LOCK_FILTER, SOCKET_FILTER_LOCKED},
    {SO_RXQ_OVFL, SOCKET_TELL_DROPS},
    {SO_WIFI_STATUS, SOCKET_WIFI_STATUS},
    {SO_PREFER_BUSY_POLL, SOCKET_PREFER_BUSY_POLL},
    {SO_RCVMARK, SOCKET_RECEIVE_MARK},
    {SO_TXREHASH, SOCKET_HASH_AGAIN},
};

/* Options that cannot be changed here: what they tell, which may be set again. */
static const struct fixed_option {
    int name;
    int value;
} fixed_options[] = {
    {SO_INCOMING_CPU, -1},
    {SO_ZEROCOPY, 0},
};

static const struct fixed_option *fixed_option_find(int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fixed_options); i++)
        if (fixed_options[i].name == name)
            return &fixed_options[i];
    return NULL;
}

static u32 flag_of_option(int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(flag_options); i++)
        if (flag_options[i].name == name)
            return flag_options[i].flag;
    return 0;
}

/* ---- setting ---- */

static bool may_administrate(void)
{
    return capable(CAP_NET_RAW) || capable(CAP_NET_ADMIN);
}

static int check_permission(const struct socket *socket, int name, int value)
{
    switch (name) {
    case SO_LOCK_FILTER: /* for good */
        return value == 0 && socket_has(socket, SOCKET_FILTER_LOCKED) ? -EPERM : 0;
    case SO_DEBUG:
        return value != 0 && !capable(CAP_NET_ADMIN) ? -EACCES : 0;
    case SO_BUSY_POLL:
        return value > READ_ONCE(socket->busy_poll) && !capable(CAP_NET_ADMIN) ? -EPERM : 0;
    case SO_BUSY_POLL_BUDGET:
        return value > READ_ONCE(socket->busy_poll_budget) && !capable(CAP_NET_ADMIN) ? -EPERM : 0;
    case SO_PREFER_BUSY_POLL:
        return value != 0 && !capable(CAP_NET_ADMIN) ? -EPERM : 0;
    case SO_BINDTOIFINDEX:
        return READ_ONCE(socket->bound_interface) != 0 && !capable(CAP_NET_RAW) ? -EPERM : 0;
    case SO_PRIORITY:
        return (value >= 0 && value <= 6) || may_administrate() ? 0 : -EPERM;
    case SO_MARK:
        return may_administrate() ? 0 : -EPERM;
    case SO_SNDBUFFORCE:
    case SO_RCVBUFFORCE:
        return capable(CAP_NET_ADMIN) ? 0 : -EPERM;
    default:
        return 0;
    }
}

/* Twice what is asked for, since Linux counts its own overhead in the same account. */
static s32 buffer_size(int value, bool forced, s32 most, s32 least)
{
    u32 size = forced ? (u32)max(value, 0) : min((u32)value, (u32)most);

    return max((s32)(min(size, (u32)INT32_MAX / 2) * 2), least);
}

static void set_send_buffer(struct socket *socket, int value, bool forced)
{
    WRITE_ONCE(socket->send_buffer,
               buffer_size(value, forced, READ_ONCE(socket_limits.send_max), SEND_BUFFER_MIN));
    socket_flag(socket, SOCKET_SEND_BUFFER_SET, true);
    socket_wake(socket, POLLOUT | POLLWRNORM | POLLWRBAND);
}

static void set_receive_buffer(struct socket *socket, int value, bool forced)
{
    WRITE_ONCE(
        socket->receive_buffer,
        buffer_size(value, forced, READ_ONCE(socket_limits.receive_max), RECEIVE_BUFFER_MIN));
    socket_flag(socket, SOCKET_RECEIVE_BUFFER_SET, true);
}

static int set_timestamp(struct socket *socket, int name, int value)
{
    bool is_ns = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;
    bool is_new = name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW;

    socket_flag(socket, SOCKET_TIMESTAMP_NS, value != 0 && is_ns);
    socket_flag(socket, SOCKET_TIMESTAMP_NEW, value != 0 && is_new);
    socket_flag(socket, SOCKET_TIMESTAMP, value != 0);
    return 0;
}

static int set_buffer_locks(struct socket *socket, int value)
{
    if (value & ~(SOCK_SNDBUF_LOCK | SOCK_RCVBUF_LOCK))
        return -EINVAL;
    socket_flag(socket, SOCKET_SEND_BUFFER_SET, value & SOCK_SNDBUF_LOCK);
    socket_flag(socket, SOCKET_RECEIVE_BUFFER_SET, value & SOCK_RCVBUF_LOCK);
    return 0;
}

static int set_in_range(s32 *field, int value, int most)
{
    if (value < 0 || value > most)
        return -EINVAL;
    WRITE_ONCE(*field, value);
    return 0;
}

/* An option that is one number. */
static int set_number(struct socket *socket, int name, int value)
{
    const struct fixed_option *fixed = fixed_option_find(name);
    u32 flag = flag_of_option(name);

    if (fixed != NULL)
        return value == fixed->value ? 0 : -ENOPROTOOPT;

    if (name == SO_TXREHASH && (value < -1 || value > 1))
        return -EINVAL;
    if (flag != 0) {
        socket_flag(socket, flag, value != 0);
        return 0;
    }
    switch (name) {
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
        set_send_buffer(socket, value, name == SO_SNDBUFFORCE);
        return 0;
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
        set_receive_buffer(socket, value, name == SO_RCVBUFFORCE);
        return 0;
    case SO_PRIORITY:
        WRITE_ONCE(socket->priority, value);
        return 0;
    case SO_MARK:
        WRITE_ONCE(socket->mark, (u32)value);
        return 0;
    case SO_RCVLOWAT:
        WRITE_ONCE(socket->receive_low_water, value < 0 ? INT32_MAX : max(value, 1));
        return 0;
    case SO_PEEK_OFF:
        if (!socket->ops->has_peek_offset)
            return -EOPNOTSUPP;
        WRITE_ONCE(socket->peek_offset, value);
        return 0;
    case SO_TIMESTAMP:
    case SO_TIMESTAMPNS:
    case SO_TIMESTAMP_NEW:
    case SO_TIMESTAMPNS_NEW:
        return set_timestamp(socket, name, value);
    case SO_BUF_LOCK:
        return set_buffer_locks(socket, value);
    case SO_BUSY_POLL:
        return set_in_range(&socket->busy_poll, value, INT32_MAX);
    case SO_BUSY_POLL_BUDGET:
        return set_in_range(&socket->busy_poll_budget, value, UINT16_MAX);
    case SO_BINDTOIFINDEX:
        return set_in_range(&socket->bound_interface, value, INT32_MAX);
    case SO_RESERVE_MEM: /* that takes an account of memory per group of processes */
        return value < 0 ? -EINVAL : -EOPNOTSUPP;
    case SO_CNX_ADVICE: /* to look for another route: there is none */
    case SO_BSDCOMPAT:  /* obsolete: socket(7) */
        return 0;
    case SO_DETACH_FILTER:
        return socket_has(socket, SOCKET_FILTER_LOCKED) ? -EPERM : -ENOENT;
    default:
        return -ENOPROTOOPT;
    }
}

static int set_linger(struct socket *socket, const void __user *user, int len)
{
    struct linger linger;

    if (len < (int)sizeof(linger))
        return -EINVAL;
    if (copy_from_user(&linger, user, sizeof(linger)) != 0)
        return -EFAULT;
    if (linger.l_onoff != 0)
        WRITE_ONCE(socket->linger_seconds, linger.l_linger);
    socket_flag(socket, SOCKET_LINGER, linger.l_onoff != 0);
    return 0;
}

/* SO_BINDTODEVICE is SO_BINDTOIFINDEX by the interface's name; none: any. */
static int read_device(const void __user *user, int len, int *index)
{
    char name[IFNAMSIZ] = "";

    if (copy_from_user(name, user, min((size_t)len, sizeof(name) - 1)) != 0)
        return -EFAULT;
    *index = name[0] == '\0' ? 0 : INET_LOOPBACK_INDEX;
    return name[0] == '\0' || strcmp(name, "lo") == 0 ? 0 : -ENODEV;
}

/* 0 means no limit; a negative one does not wait at all. */
static int set_timeout(u64 *timeout, const void __user *user, int len)
{
    struct abi_timeval value;
    u64 ns;

    if (len < (int)sizeof(value))
        return -EINVAL;
    if (copy_from_user(&value, user, sizeof(value)) != 0)
        return -EFAULT;
    if (value.microseconds < 0 || value.microseconds >= 1000000)
        return -EDOM;
    if (value.seconds < 0)
        ns = 0;
    else if ((value.seconds == 0 && value.microseconds == 0) ||
             value.seconds >= INT64_MAX / (s64)NS_PER_SECOND - 1)
        ns = WAIT_FOREVER;
    else
        ns = (u64)value.seconds * NS_PER_SECOND + (u64)value.microseconds * NS_PER_US;
    WRITE_ONCE(*timeout, ns);
    return 0;
}

/* As far as the value is one number: who may, what the family says, and done. */
static int change_number(struct socket *socket, int name, int value)
{
    int err = check_permission(socket, name, value);

    if (err == 0 && socket->ops->option_changes != NULL)
        err = socket->ops->option_changes(socket, name, value);
    return err == 0 ? set_number(socket, name, value) : err;
}

static int set_generic(struct socket *socket, int name, const void __user *user, int len)
{
    int value, err;

    if (name == SO_BINDTODEVICE) {
        err = read_device(user, len, &value);
        return err == 0 ? change_number(socket, SO_BINDTOIFINDEX, value) : err;
    }
    if (len < (int)sizeof(value))
        return -EINVAL;
    if (copy_from_user(&value, user, sizeof(value)) != 0)
        return -EFAULT;
    if (name == SO_LINGER)
        return set_linger(socket, user, len);
    if (name == SO_RCVTIMEO || name == SO_RCVTIMEO_NEW)
        return set_timeout(&socket->receive_timeout, user, len);
    if (name == SO_SNDTIMEO || name == SO_SNDTIMEO_NEW)
        return set_timeout(&socket->send_timeout, user, len);
    return change_number(socket, name, value);
}

int socket_set_option(struct socket *socket, int level, int name, const void __user *value, int len)
{
    size_t known = min((size_t)len, (size_t)FAMILY_OPTION_MAX);
    void *copy;
    int err;

    if (level == SOL_SOCKET)
        return set_generic(socket, name, value, len);
    if (socket->ops->set_option == NULL)
        return -EOPNOTSUPP;
    copy = kzalloc(max(known, sizeof(u64)), ALLOC_WAIT);
    if (copy == NULL)
        return -ENOMEM;
    err = copy_from_user(copy, value, known);
    if (err == 0)
        err = socket->ops->set_option(socket, level, name, copy, known);
    kfree(copy);
    return err;
}

/* ---- reading ---- */

static struct abi_timeval timeout_value(u64 timeout)
{
    struct abi_timeval value = {0};
    u64 ticks = timeout / TICK_NS + (timeout % TICK_NS != 0);

    if (timeout == WAIT_FOREVER)
        return value;
    value.seconds = (s64)(ticks * TICK_NS / NS_PER_SECOND);
    value.microseconds = (s64)(ticks * TICK_NS % NS_PER_SECOND / NS_PER_US);
    return value;
}

static int get_timestamp(const struct socket *socket, int name)
{
    bool is_ns = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;
    bool is_new = name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW;

    return socket_has(socket, SOCKET_TIMESTAMP) &&
           socket_has(socket, SOCKET_TIMESTAMP_NS) == is_ns &&
           socket_has(socket, SOCKET_TIMESTAMP_NEW) == is_new;
}

static int get_buffer_locks(const struct socket *socket)
{
    return (socket_has(socket, SOCKET_SEND_BUFFER_SET) ? SOCK_SNDBUF_LOCK : 0) |
           (socket_has(socket, SOCKET_RECEIVE_BUFFER_SET) ? SOCK_RCVBUF_LOCK : 0);
}

static int get_number(struct socket *socket, int name, int *value)
{
    const struct fixed_option *fixed = fixed_option_find(name);
    u32 flag = flag_of_option(name);

    if (fixed != NULL) {
        *value = fixed->value;
        return 0;
    }

    if (flag != 0) {
        *value = socket_has(socket, flag);
        return 0;
    }
    switch (name) {
    case SO_TYPE:
        *value = socket->type;
        return 0;
    case SO_DOMAIN:
        *value = socket->domain;
        return 0;
    case SO_PROTOCOL:
        *value = socket->protocol;
        return 0;
    case SO_ERROR:
        *value = -socket_take_error(socket);
        return 0;
    case SO_ACCEPTCONN:
        *value = socket_has(socket, SOCKET_LISTENS);
        return 0;
    case SO_SNDBUF:
        *value = READ_ONCE(socket->send_buffer);
        return 0;
    case SO_RCVBUF:
        *value = READ_ONCE(socket->receive_buffer);
        return 0;
    case SO_PRIORITY:
        *value = READ_ONCE(socket->priority);
        return 0;
    case SO_MARK:
        *value = (int)READ_ONCE(socket->mark);
        return 0;
    case SO_RCVLOWAT:
        *value = READ_ONCE(socket->receive_low_water);
        return 0;
    case SO_SNDLOWAT:
        *value = 1;
        return 0;
    case SO_PEEK_OFF:
        *value = READ_ONCE(socket->peek_offset);
        return socket->ops->has_peek_offset ? 0 : -EOPNOTSUPP;
    case SO_TIMESTAMP:
    case SO_TIMESTAMPNS:
    case SO_TIMESTAMP_NEW:
    case SO_TIMESTAMPNS_NEW:
        *value = get_timestamp(socket, name);
        return 0;
    case SO_BUF_LOCK:
        *value = get_buffer_locks(socket);
        return 0;
    case SO_BUSY_POLL:
        *value = READ_ONCE(socket->busy_poll);
        return 0;
    case SO_BINDTOIFINDEX:
        *value = READ_ONCE(socket->bound_interface);
        return 0;
    case SO_RESERVE_MEM:
    case SO_INCOMING_NAPI_ID:
    case SO_BSDCOMPAT:
        *value = 0;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static struct ucred peer_identity(struct socket *socket)
{
    struct ucred identity = {.uid = ~0u, .gid = ~0u};

    spin_lock(&socket->spin);
    identity.pid = socket->peer_pid;
    if (socket->peer_credentials != NULL) {
        identity.uid = socket->peer_credentials->euid;
        identity.gid = socket->peer_credentials->egid;
    }
    spin_unlock(&socket->spin);
    return identity;
}

/* Copy out at most *len bytes of @value, and how many. */
static int put_value(const void *value, int size, void __user *user, int len, int __user *user_len)
{
    len = min(len, size);
    if (copy_to_user(user, value, (size_t)len) != 0)
        return -EFAULT;
    return put_user(len, user_len);
}

static int get_peer_groups(struct socket *socket, void __user *user, int len, int __user *user_len)
{
    const struct credentials *credentials;
    const struct group_list *groups;
    int size, err = -ENODATA;

    spin_lock(&socket->spin);
    credentials = socket->peer_credentials;
    if (credentials != NULL)
        credentials_get(credentials);
    spin_unlock(&socket->spin);
    if (credentials == NULL)
        return err;
    groups = credentials->groups;
    size = groups == NULL ? 0 : (int)(groups->count * sizeof(groups->groups[0]));
    if (len < size)
        err = put_user(size, user_len) != 0 ? -EFAULT : -ERANGE;
    else
        err = put_value(groups == NULL ? NULL : groups->groups, size, user, len, user_len);
    credentials_put(credentials);
    return err;
}

static int get_peer_name(struct socket *socket, void __user *user, int len, int __user *user_len)
{
    struct socket_address address = {0};

    if (socket->ops->get_name(socket, true, &address) != 0)
        return -ENOTCONN;
    if ((int)address.len < len)
        return -EINVAL;
    return put_value(address.bytes, SOCKET_ADDRESS_MAX, user, len, user_len);
}

static int get_cookie(struct socket *socket, void __user *user, int len, int __user *user_len)
{
    static u64 last;
    u64 none = 0;

    if (len < (int)sizeof(u64))
        return -EINVAL;
    if (READ_ONCE(socket->cookie) == 0)
        (void)try_cmpxchg(&socket->cookie, &none, fetch_add(&last, 1) + 1);
    return put_value(&socket->cookie, sizeof(socket->cookie), user, len, user_len);
}

/* The name of the interface; one that is none (SO_BINDTOIFINDEX) has none. */
static int get_device(const struct socket *socket, void __user *user, int len, int __user *user_len)
{
    s32 index = READ_ONCE(socket->bound_interface);

    if (index == 0)
        return put_user(0, user_len);
    if (len < IFNAMSIZ)
        return -EINVAL;
    return index == INET_LOOPBACK_INDEX ? put_value("lo", sizeof("lo"), user, len, user_len)
                                        : -ENODEV;
}

/* There is one space of networks. */
static int get_space_cookie(void __user *user, int len, int __user *user_len)
{
    static const u64 cookie = 1;

    return len == (int)sizeof(cookie) ? put_value(&cookie, sizeof(cookie), user, len, user_len)
                                      : -EINVAL;
}

static int get_generic(struct socket *socket, int name, void __user *user, int len,
                       int __user *user_len)
{
    struct abi_timeval time;
    struct linger linger;
    struct ucred identity;
    int value, err;

    switch (name) {
    case SO_LINGER:
        linger = (struct linger){.l_onoff = socket_has(socket, SOCKET_LINGER),
                                 .l_linger = READ_ONCE(socket->linger_seconds)};
        return put_value(&linger, sizeof(linger), user, len, user_len);
    case SO_RCVTIMEO:
    case SO_RCVTIMEO_NEW:
        time = timeout_value(READ_ONCE(socket->receive_timeout));
        return put_value(&time, sizeof(time), user, len, user_len);
    case SO_SNDTIMEO:
    case SO_SNDTIMEO_NEW:
        time = timeout_value(READ_ONCE(socket->send_timeout));
        return put_value(&time, sizeof(time), user, len, user_len);
    case SO_PEERCRED:
        identity = peer_identity(socket);
        return put_value(&identity, sizeof(identity), user, len, user_len);
    case SO_PEERGROUPS:
        return get_peer_groups(socket, user, len, user_len);
    case SO_PEERNAME:
        return get_peer_name(socket, user, len, user_len);
    case SO_COOKIE:
        return get_cookie(socket, user, len, user_len);
    case SO_NETNS_COOKIE:
        return get_space_cookie(user, len, user_len);
    case SO_BINDTODEVICE:
        return get_device(socket, user, len, user_len);
    default:
        err = get_number(socket, name, &value);
        return err == 0 ? put_value(&value, sizeof(value), user, len, user_len) : err;
    }
}

int socket_get_option(struct socket *socket, int level, int name, void __user *value,
                      int __user *user_len)
{
    size_t size;
    void *copy;
    int len, err;

    if (level != SOL_SOCKET && socket->ops->get_option == NULL)
        return -EOPNOTSUPP;
    if (get_user(len, user_len) != 0)
        return -EFAULT;
    /* That level takes the length for unsigned. */
    if (len < 0 && (level != SOL_IPV6 || socket->domain != AF_INET6))
        return -EINVAL;
    if (level == SOL_SOCKET)
        return get_generic(socket, name, value, len, user_len);
    size = min((size_t)(u32)len, (size_t)FAMILY_OPTION_MAX);
    copy = kzalloc(max(size, sizeof(u64)), ALLOC_WAIT);
    if (copy == NULL)
        return -ENOMEM;
    err = socket->ops->get_option(socket, level, name, copy, &size);
    if (err == 0)
        err = put_value(copy, (int)size, value, (int)size, user_len);
    kfree(copy);
    return err;
}
