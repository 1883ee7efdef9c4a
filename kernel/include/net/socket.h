/*
 * Sockets: the layer between system calls and protocol families.
 *
 * 1. A socket is an open file whose private is a struct socket; the file shows as "socket:[inode]".
 * A family registers itself under its domain (socket_register_family) and makes sockets; each has
 * the operations of its family and type. A family's own structure has the struct socket as its
 * first member.
 * 2. References. The open file holds one; a family may hold more (a connection that nobody has
 * accepted yet has no file at all). ops->release runs when the file is closed, ops->destroy when
 * the last reference is gone.
 * 3. What is the same for all families is here: descriptors, copying of addresses and messages, the
 * options of level SOL_SOCKET, SO_ERROR, O_ASYNC, blocking and its limits of time. The operations
 * get kernel memory and an io_buffer and never see a user pointer, but for control messages, which
 * they put with socket_control_put.
 * 4. A call that waits does it on socket.wait with socket_wait_event and a deadline from
 * socket_receive_deadline or socket_send_deadline; whoever changes what it waits for calls
 * socket_wake with the poll events that became true.
 * 5. Locks. The layer holds none while it calls an operation, and calls of several threads on one
 * socket meet there. socket.spin (rank SOCKET_INNER) is a leaf of the families' locks. Options and
 * flags are single words, read and written at once.
 */
#pragma once

#include <abi/errno.h>
#include <abi/socket.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <sched/wait.h>

struct credentials;
struct file;
struct io_buffer;
struct poll_table;
struct socket;

#define SOCKET_ADDRESS_MAX 128 /* sizeof(struct sockaddr_storage) */

struct socket_address {
    u32 len; /* bytes that are meant; 0: none was given, or there is none */
    union {
        u16 family;
        u8 bytes[SOCKET_ADDRESS_MAX];
        u64 aligned;
    };
};

/* One send or receive. */
struct socket_message {
    struct io_buffer *data;
    struct socket_address *name; /* send: where to (len 0: not said). receive: from where, filled in
                                    by the operation, len 0 when called; NULL: not wanted */
    const void *control;         /* send: the control messages, in kernel memory */
    size_t control_len;
    void __user *control_to; /* receive: where socket_control_put goes on */
    size_t control_left;
    unsigned flags;        /* MSG_* of the call; MSG_DONTWAIT also when the file is nonblocking */
    unsigned result_flags; /* receive: MSG_EOR, MSG_TRUNC, MSG_CTRUNC, MSG_OOB for msg_flags */
};

/*
 * Any member may be NULL: [what happens then]. All may sleep and are called without locks, for a
 * socket with a reference. Addresses are as the user gave them: the family checks len and contents.
 */
struct socket_operations {
    void (*release)(struct socket *socket); /* its file is closed: disconnect, give up names */
    void (*destroy)(struct socket *socket); /* the last reference is gone: free it */
    int (*bind)(struct socket *socket, const struct socket_address *address); /* [-EOPNOTSUPP] */
    /* @flags O_NONBLOCK: -EINPROGRESS rather than waiting. Waits until socket_send_deadline. */
    int (*connect)(struct socket *socket, const struct socket_address *address, unsigned flags);
    int (*pair)(struct socket *one, struct socket *other); /* socketpair(2) [-EOPNOTSUPP] */
    int (*listen)(struct socket *socket, int backlog);     /* cut to somaxconn [-EOPNOTSUPP] */
    /* A connected socket with one reference and without a file. @flags O_NONBLOCK: -EAGAIN rather
     * than waiting until socket_receive_deadline. [-EOPNOTSUPP] */
    int (*accept)(struct socket *socket, unsigned flags, struct socket **out);
    /* The socket's own address, or that of its peer (-ENOTCONN). */
    int (*get_name)(struct socket *socket, bool peer, struct socket_address *address);
    /* Bytes. -EPIPE of a stream: the layer raises SIGPIPE unless MSG_NOSIGNAL. */
    ssize_t (*send)(struct socket *socket, struct socket_message *message);
    ssize_t (*receive)(struct socket *socket, struct socket_message *message);
    int (*shutdown)(struct socket *socket, int how); /* SHUT_*, not checked [-EOPNOTSUPP] */
    /* The EPOLL* events that hold now; the layer has done poll_wait on socket.wait. @file: to
     * register more queues. */
    unsigned (*poll)(struct socket *socket, struct file *file, struct poll_table *table);
    /* Levels other than SOL_SOCKET: @value of @len bytes in kernel memory. [-EOPNOTSUPP] */
    int (*set_option)(struct socket *socket, int level, int name, const void *value, size_t len);
    /* *len: room at @value, then how much is there. [-EOPNOTSUPP] */
    int (*get_option)(struct socket *socket, int level, int name, void *value, size_t *len);
    /* A SOL_SOCKET option that the layer understands is about to be @value: act on it, or refuse
     * it (-EOPNOTSUPP, -EINVAL ...). [accepted] */
    int (*option_changes)(struct socket *socket, int name, s64 value);
    long (*ioctl)(struct socket *socket, unsigned request, unsigned long argument); /* [-ENOTTY] */
    /* More lines of /proc/PID/fdinfo/N; their length. [none] */
    size_t (*describe)(struct socket *socket, char *buffer, size_t size);
    bool is_stream;       /* messages run together: MSG_WAITALL, SO_RCVLOWAT mean something */
    bool has_peek_offset; /* SO_PEEK_OFF is honoured */
};

/* socket.flags: options that are on or off. */
#define SOCKET_DEBUG              (1u << 0)
#define SOCKET_REUSE_ADDRESS      (1u << 1)
#define SOCKET_REUSE_PORT         (1u << 2)
#define SOCKET_DONT_ROUTE         (1u << 3)
#define SOCKET_BROADCAST          (1u << 4)
#define SOCKET_KEEP_ALIVE         (1u << 5)
#define SOCKET_OOB_INLINE         (1u << 6)
#define SOCKET_NO_CHECK           (1u << 7)
#define SOCKET_LINGER             (1u << 8)
#define SOCKET_PASS_CREDENTIALS   (1u << 9)
#define SOCKET_PASS_SECURITY      (1u << 10)
#define SOCKET_TIMESTAMP          (1u << 11) /* SCM_TIMESTAMP with each message */
#define SOCKET_TIMESTAMP_NS       (1u << 12) /* in nanoseconds */
#define SOCKET_LISTENS            (1u << 13) /* SO_ACCEPTCONN; set by the family */
#define SOCKET_ASYNC              (1u << 14) /* SIGIO is wanted */
#define SOCKET_SELECT_ERROR       (1u << 15) /* SO_SELECT_ERR_QUEUE */
#define SOCKET_SEND_BUFFER_SET    (1u << 16) /* SO_BUF_LOCK: not to be tuned */
#define SOCKET_RECEIVE_BUFFER_SET (1u << 17)
#define SOCKET_TIMESTAMP_NEW      (1u << 18) /* SCM_TIMESTAMP*_NEW instead of the old numbers */
#define SOCKET_NO_CHECKSUM_BYTES  (1u << 19) /* SO_NOFCS: nothing here sends any */
#define SOCKET_FILTER_LOCKED      (1u << 20) /* SO_LOCK_FILTER */
#define SOCKET_TELL_DROPS         (1u << 21) /* SO_RXQ_OVFL */
#define SOCKET_WIFI_STATUS        (1u << 22) /* nothing here has any */
#define SOCKET_PREFER_BUSY_POLL   (1u << 23) /* no device here can be polled */
#define SOCKET_RECEIVE_MARK       (1u << 24) /* SO_RCVMARK */
#define SOCKET_HASH_AGAIN         (1u << 25) /* SO_TXREHASH: there is one way only */

struct socket {
    refcount_t references;
    const struct socket_operations *ops;        /* (I) */
    u16 domain, type, protocol;                 /* (I) AF_*, SOCK_*, as SO_DOMAIN ... tell */
    struct wait_queue wait;                     /* calls that wait, and pollers */
    struct spinlock spin;                       /* rank SOCKET_INNER */
    struct file *file;                          /* (spin) NULL before and after it is open */
    s32 error;                                  /* (a) what SO_ERROR tells next: a positive errno */
    u32 flags;                                  /* (a) SOCKET_* */
    s32 send_buffer, receive_buffer;            /* (a) limits as getsockopt(2) tells them */
    s32 receive_low_water;                      /* (a) SO_RCVLOWAT, at least 1 */
    s32 priority;                               /* (a) */
    u32 mark;                                   /* (a) */
    s32 linger_seconds;                         /* (a) counts with SOCKET_LINGER */
    s32 peek_offset;                            /* (a) < 0: off */
    s32 bound_interface;                        /* (a) SO_BINDTODEVICE: an index; 0: any */
    s32 busy_poll, busy_poll_budget;            /* (a) as set */
    u64 receive_timeout, send_timeout;          /* (a) ns; WAIT_FOREVER; 0: do not wait at all */
    u64 cookie;                                 /* (a) SO_COOKIE; 0: not asked yet */
    s32 peer_pid;                               /* (spin) SO_PEERCRED */
    const struct credentials *peer_credentials; /* (spin) NULL: nobody */
};

struct socket_family {
    u16 domain; /* AF_* */
    /*
     * A socket of @type (SOCK_*, without flags) with one reference; socket_init has been called.
     * => -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM, -ENOMEM
     */
    int (*create)(int type, int protocol, struct socket **out);
};

/* => at boot; in storage that stays */
void socket_register_family(const struct socket_family *family);
void net_init(void); /* the layer and the families of the room; boot order: after procfs */

/* ---- for families ---- */

/* Fill in the generic part: one reference, Linux's default options. The storage is the caller's. */
void socket_init(struct socket *socket, const struct socket_operations *ops, u16 domain, u16 type,
                 u16 protocol);
/* The options of @listener are those of @child, a connection to be accepted from it; but
 * SO_PRIORITY. */
void socket_inherit(struct socket *child, const struct socket *listener);
/* What ops->destroy calls before it frees the storage. */
void socket_fini(struct socket *socket);
struct socket *socket_get(struct socket *socket);
void socket_put(struct socket *socket); /* may sleep in destroy; NULL: nothing */

/* Tell waiters, pollers and the owner of O_ASYNC that @events (EPOLL*) may hold now.
 * => callable under the families' spin locks, not from interrupts */
void socket_wake(struct socket *socket, unsigned events);

/* An urgent byte has come: SIGURG to the owner, with O_ASYNC or without. socket_wake as well. */
void socket_wake_urgent(struct socket *socket);

static inline bool socket_has(const struct socket *socket, u32 flag)
{
    return (READ_ONCE(socket->flags) & flag) != 0;
}
void socket_flag(struct socket *socket, u32 flag, bool on);

/* SO_ERROR: remember an errno (positive) for the next call; take it: 0 or a negative errno. */
static inline void socket_set_error(struct socket *socket, int error)
{
    __atomic_store_n(&socket->error, error, __ATOMIC_RELEASE);
}
static inline int socket_take_error(struct socket *socket)
{
    return READ_ONCE(socket->error) == 0
               ? 0
               : -__atomic_exchange_n(&socket->error, 0, __ATOMIC_ACQ_REL);
}

/* SO_PEEK_OFF: a peek went on by @distance; a receive took so many (negative). */
void socket_move_peek_offset(struct socket *socket, ssize_t distance);

/* Until when a call may wait: 0 (not at all), absolute ns, WAIT_FOREVER. */
u64 socket_receive_deadline(const struct socket *socket, bool nonblocking);
u64 socket_send_deadline(const struct socket *socket, bool nonblocking);

/*
 * socket_wait_event: wait on @queue until @condition or @deadline.
 * => 0; -EAGAIN: it is not true in time; -ERESTARTSYS, or -EINTR when there was a limit: a signal
 */
#define socket_wait_event(queue, condition, deadline)                                              \
    ({                                                                                             \
        u64 wait_deadline_ = (deadline);                                                           \
        int wait_result_ = 0;                                                                      \
        if (!(condition))                                                                          \
            wait_result_ = wait_deadline_ == 0                                                     \
                               ? -EAGAIN                                                           \
                               : socket_wait_result(wait_event_interruptible_timeout(              \
                                                        (queue), (condition), wait_deadline_),     \
                                                    wait_deadline_);                               \
        wait_result_;                                                                              \
    })
int socket_wait_result(int result, u64 deadline);

/* Who is at the other end, for SO_PEERCRED and SO_PEERGROUPS: the running task / as @from says of
 * its own peer field. */
void socket_set_peer_current(struct socket *socket);
void socket_copy_peer(struct socket *socket, struct socket *from);

/*
 * socket_control_put: one control message to the receiver.
 * => cut, and MSG_CTRUNC in result_flags, where the room ends; a bad address is treated likewise
 */
void socket_control_put(struct socket_message *message, int level, int type, const void *data,
                        size_t len);

/* When the message arrived (realtime ns), if the socket wants to be told (SO_TIMESTAMP). */
void socket_control_put_time(const struct socket *socket, struct socket_message *message, s64 when);

/*
 * socket_control_next: walk over the control messages of a send: @header NULL: the first.
 * => NULL: no more; ERR_PTR(-EINVAL): a length that cannot be
 */
const struct cmsghdr *socket_control_next(const struct socket_message *message,
                                          const struct cmsghdr *header);

/*
 * SCM_CREDENTIALS: of a sender, who may say only what is true unless privileged; to a receiver
 * (~0: an identity without a number).
 * => -EINVAL, -EPERM, -ESRCH
 */
int socket_control_read_identity(const struct cmsghdr *header, struct ucred *identity) __must_check;
void socket_control_put_identity(struct socket_message *message, const struct ucred *identity);

/* The socket behind an open file; NULL: it is no socket. Borrowed: lives as long as the file. */
struct socket *socket_of_file(const struct file *file);

/* An open file for @socket, whose reference it takes over even on failure. @flags: O_NONBLOCK.
 * ERR_PTR */
struct file *socket_open_file(struct socket *socket, u32 flags) __must_check;

/* Close and drop a socket that no file is open for. */
void socket_abandon(struct socket *socket);

/* ---- for system calls: each returns what its call returns, for a file that is a socket ---- */

/* => -EAFNOSUPPORT, -EINVAL, and what the family says */
int socket_create(int domain, int type, int protocol, struct socket **out) __must_check;
int socket_pair(struct socket *one, struct socket *other) __must_check;
int socket_bind(struct socket *socket, const struct socket_address *address) __must_check;
int socket_connect(struct socket *socket, const struct socket_address *address,
                   unsigned flags) __must_check;
int socket_listen(struct socket *socket, int backlog) __must_check;
/* *address (NULL: not wanted) is the peer's. -ECONNABORTED when it went meanwhile */
int socket_accept(struct socket *socket, unsigned flags, struct socket_address *address,
                  struct socket **out) __must_check;
int socket_shutdown(struct socket *socket, int how) __must_check;
ssize_t socket_send(struct socket *socket, struct socket_message *message);
ssize_t socket_receive(struct socket *socket, struct socket_message *message);
int socket_set_option(struct socket *socket, int level, int name, const void __user *value,
                      int len) __must_check;
int socket_get_option(struct socket *socket, int level, int name, void __user *value,
                      int __user *len) __must_check;

/* net.core: limits and defaults of buffers and queues. */
struct socket_limits {
    s32 send_default, receive_default; /* (a) wmem_default, rmem_default */
    s32 send_max, receive_max;         /* (a) wmem_max, rmem_max */
    s32 control_max;                   /* (a) optmem_max */
    s32 backlog_max;                   /* (a) somaxconn */
};
extern struct socket_limits socket_limits;
