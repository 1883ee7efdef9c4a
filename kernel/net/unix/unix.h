/*
 * AF_UNIX (unix(7)): the room's inside.
 *
 * 1. A unix_socket is a name, a peer, and a queue of packets that it will receive. Stream,
 * datagram and sequenced packets differ in what a receive takes off the queue.
 * 2. connect(2) of a stream makes the other end at once: an embryo, which waits in the listener's
 * list until somebody accepts it. Data may already be sent to it.
 * 3. A packet is charged to its sender (SO_SNDBUF) until it is freed; that, and for datagrams the
 * length of the receiver's queue, is what senders wait for. Sizes are charged as Linux charges
 * them, so that a buffer holds as much.
 * 4. Descriptors in a packet are references to open files (rights). A unix socket that is itself
 * in flight counts how often; collect.c finds the ones that can only be reached through each other.
 * 5. Locks: read_lock (mutex, one receiver looks at the first packets) > names_lock, flight_lock
 * (rank SOCKET_TABLE) > lock (rank SOCKET; two at once by address, a listener before its embryos).
 * Letters: (l) lock, (n) names_lock, (f) flight_lock, (r) read_lock, (a) atomic, (I) immutable.
 */
#pragma once

#include <lib/list.h>
#include <net/socket.h>
#include <vfs/path.h>

struct file;
struct proc_text;
struct user_account;

#define UNIX_NAME_OFFSET offsetof(struct sockaddr_un, sun_path)

#define READ_EVENTS    (EPOLLIN | EPOLLRDNORM | EPOLLRDBAND | EPOLLPRI)
#define WRITE_EVENTS   (EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND)
#define HANG_UP_EVENTS (EPOLLHUP | EPOLLRDHUP | EPOLLERR)

/* What a step inside of a call may say, beside errors: the other end has gone, look it up again. */
#define LOOK_AGAIN 1

enum unix_state { UNIX_CLOSED, UNIX_CONNECTED, UNIX_LISTENS };

#define UNIX_RECEIVE_SHUT 1u
#define UNIX_SEND_SHUT    2u
#define UNIX_BOTH_SHUT    3u

struct unix_name {
    refcount_t references;
    u32 len;                    /* (I) of the address, family included */
    struct sockaddr_un address; /* (I) */
};

/* Descriptors on their way, and whose account they count in. */
struct unix_rights {
    struct user_account *account; /* NULL: not yet in flight */
    unsigned count;
    struct file *files[SCM_MAX_FD];
};

struct unix_identity {
    s32 pid; /* 0: none is attached */
    u32 uid, gid;
};

struct unix_packet {
    struct list_head link;      /* (l of the receiver) */
    struct unix_socket *sender; /* (I) referenced */
    u32 charge;                 /* (I) counted in sender->charged */
    size_t len;                 /* (I) */
    size_t start;               /* (r) bytes that have been read */
    struct unix_identity identity;
    struct unix_rights *rights; /* (f) NULL: none */
    s64 sent;                   /* (I) realtime ns */
    u8 data[];
};

struct unix_socket {
    struct socket socket; /* first */
    struct spinlock lock;
    enum unix_state state;         /* (l) */
    u32 shut;                      /* (l) UNIX_*_SHUT */
    bool dead;                     /* (l) its file is closed */
    struct unix_name *name;        /* (l) set once */
    struct path path;              /* (l) of the socket's node; set once, with name */
    struct unix_socket *peer;      /* (l) referenced */
    struct list_head clients;      /* (l) datagram sockets whose peer it is */
    struct list_head client_link;  /* (l of the peer) */
    struct list_head queue;        /* (l) packets to receive; the first is also (r) */
    struct list_head pending;      /* (l) embryos that nobody has accepted */
    struct list_head pending_link; /* (l of the listener) */
    u32 nr_queued;                 /* (l) packets, of a listener embryos */
    u64 nr_arrived;                /* (l) packets that ever entered the queue */
    u32 backlog;                   /* (l) more than this many make others wait */
    struct unix_packet *urgent;    /* (l) the byte sent with MSG_OOB, while it is in the queue */
    struct wait_queue space;       /* for room in the queue: senders, connecting sockets */
    struct mutex read_lock;
    struct mutex name_lock;        /* one bind at a time; outside of everything */
    s32 charged;                   /* (a) bytes of packets that it sent and nobody has received */
    struct list_head name_link;    /* (n) abstract names by hash */
    struct list_head all_link;     /* (n) */
    u32 in_flight;                 /* (f) how many packets carry its file */
    u32 unexplained;               /* (f) collect.c */
    u32 mark;                      /* (f) collect.c */
    struct list_head flight_link;  /* (f) while in_flight > 0 */
    struct list_head collect_link; /* (f) collect.c */
};

static inline struct unix_socket *unix_of(struct socket *socket)
{
    return container_of(socket, struct unix_socket, socket);
}

static inline struct unix_socket *unix_get(struct unix_socket *self)
{
    socket_get(&self->socket);
    return self;
}

static inline void unix_put(struct unix_socket *self)
{
    if (self != NULL)
        socket_put(&self->socket);
}

static inline bool unix_is_stream(const struct unix_socket *self)
{
    return self->socket.type == SOCK_STREAM;
}

static inline bool unix_is_connected_kind(const struct unix_socket *self)
{
    return self->socket.type == SOCK_STREAM || self->socket.type == SOCK_SEQPACKET;
}

/* ---- socket.c ---- */

/* A socket of @type with one reference, in the list of all. NULL: no memory */
struct unix_socket *unix_create(int type) __must_check;
/* The file is closed, or an embryo's listener: tell the peer, give up the name, empty the queue. */
void unix_release(struct socket *socket);
/* The peer, referenced; NULL: none. */
struct unix_socket *unix_get_peer(struct unix_socket *self);
/* Both locks, in order; they may be one. */
void unix_lock_two(struct unix_socket *one, struct unix_socket *other);
void unix_unlock_two(struct unix_socket *one, struct unix_socket *other);
/* Has something come since nr_arrived was @seen, or will nothing come any more? */
bool unix_has_news(const struct unix_socket *self, u64 seen);
/* May it send without being made to wait? */
bool unix_is_writable(const struct unix_socket *self);
static inline bool unix_is_full(const struct unix_socket *self)
{
    return READ_ONCE(self->nr_queued) > READ_ONCE(self->backlog);
}
/* The queue has room again: senders, connecting sockets and pollers hear of it. */
void unix_wake_senders(struct unix_socket *self);

/* ---- name.c ---- */

/* => -EINVAL: not an address to send or connect to */
int unix_check_address(const struct socket_address *address) __must_check;
int unix_bind(struct socket *socket, const struct socket_address *address);
/* A name of its own, if it has none (SO_PASSCRED). => -ENOSPC, -ENOMEM */
int unix_bind_automatically(struct unix_socket *self) __must_check;
int unix_get_name(struct socket *socket, bool peer, struct socket_address *address);
/* The sender's address to whoever asked for it. */
void unix_tell_name(const struct unix_socket *self, struct socket_address *address);
/*
 * unix_find: the socket of that name and @type, referenced.
 * => -ECONNREFUSED, -EPROTOTYPE; of a path: -ENOENT, -EACCES ...
 */
int unix_find(const struct socket_address *address, int type,
              struct unix_socket **out) __must_check;
/* An embryo has its listener's name. */
void unix_share_name(struct unix_socket *embryo, struct unix_socket *listener);
/* Nobody finds it any more. */
void unix_forget_name(struct unix_socket *self);
void unix_name_put(struct unix_name *name);
/* Enter into, and leave, the list of all sockets. */
void unix_enlist(struct unix_socket *self);
void unix_delist(struct unix_socket *self);
int unix_show_all(struct proc_text *text); /* /proc/net/unix */

/* ---- connect.c ---- */

int unix_listen(struct socket *socket, int backlog);
int unix_connect(struct socket *socket, const struct socket_address *address, unsigned flags);
int unix_accept(struct socket *socket, unsigned flags, struct socket **out);
int unix_pair(struct socket *one, struct socket *other);
int unix_connect_datagram(struct socket *socket, const struct socket_address *address,
                          unsigned flags);
/*
 * unix_leave_peer: a datagram socket is no longer connected to @peer, which it was: what had
 * arrived is lost; a peer that was connected back learns it as ECONNRESET.
 */
void unix_leave_peer(struct unix_socket *self, struct unix_socket *peer);

/* ---- packet.c ---- */

/*
 * unix_packet_create: room for @len bytes, charged to @sender; @paged of them as Linux keeps them
 * in pages. Waits for SO_SNDBUF.
 * => -EAGAIN, -EPIPE (shut down), -ENOBUFS, the pending error, interrupted
 */
int unix_packet_create(struct unix_socket *sender, size_t len, size_t paged, bool nonblocking,
                       struct unix_packet **out) __must_check;
/* The packet is nowhere in a queue. Its rights are closed. => may sleep, no lock held */
void unix_packet_discard(struct unix_packet *packet);
/* The same for a list, which is empty then. */
void unix_packets_discard(struct list_head *packets);
/* Who sends: the running task, when one of the two ends wants to know. */
void unix_packet_identify(struct unix_packet *packet, const struct unix_socket *receiver);
/* Append, wake. => @self's lock held */
void unix_enqueue_locked(struct unix_socket *self, struct unix_packet *packet);

/* ---- rights.c ---- */

/* What the control messages of one send say, or those of one receive shall say. */
struct unix_control {
    struct unix_rights *rights;
    struct unix_identity identity;
};

/* => -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM; on success end with unix_control_release */
int unix_control_read(const struct socket_message *message,
                      struct unix_control *control) __must_check;
void unix_control_release(struct unix_control *control);
/* The rights become @packet's and are in flight. => -ETOOMANYREFS */
int unix_rights_launch(struct unix_control *control, struct unix_packet *packet) __must_check;
/* Take @packet's rights out of flight; NULL: it has none. */
struct unix_rights *unix_rights_land(struct unix_packet *packet);
/* The same files once more, the packet keeps its own (MSG_PEEK). NULL: none, or no memory */
struct unix_rights *unix_rights_copy(struct unix_packet *packet);
void unix_rights_close(struct unix_rights *rights);
/* Give the receiver what @control has. */
void unix_control_write(struct unix_socket *self, struct socket_message *message,
                        struct unix_control *control);

/* ---- collect.c ---- */

/* The unix socket that @file is; NULL: it is none. */
struct unix_socket *unix_of_file(const struct file *file);
void unix_flight_lock(void);
void unix_flight_unlock(void);
/* @file entered or left a packet. => flight lock held */
void unix_flight_enter(struct file *file);
void unix_flight_leave(struct file *file);
/* Close what can only be reached through itself. => may sleep, no lock held */
void unix_collect(void);

/* ---- stream.c, datagram.c ---- */

ssize_t unix_stream_send(struct socket *socket, struct socket_message *message);
ssize_t unix_stream_receive(struct socket *socket, struct socket_message *message);
ssize_t unix_datagram_send(struct socket *socket, struct socket_message *message);
ssize_t unix_datagram_receive(struct socket *socket, struct socket_message *message);
ssize_t unix_sequence_send(struct socket *socket, struct socket_message *message);
ssize_t unix_sequence_receive(struct socket *socket, struct socket_message *message);

/* ---- status.c ---- */

unsigned unix_poll(struct socket *socket, struct file *file, struct poll_table *table);
unsigned unix_poll_datagram(struct socket *socket, struct file *file, struct poll_table *table);
long unix_ioctl(struct socket *socket, unsigned request, unsigned long argument);
/* "scm_fds: N": descriptors that wait in its queue. */
size_t unix_describe(struct socket *socket, char *buffer, size_t size);
int unix_shutdown(struct socket *socket, int how);

/* net.unix.max_dgram_qlen */
u32 unix_queue_default(void);
