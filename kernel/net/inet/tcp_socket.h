/*
 * TCP sockets: between their files.
 *
 * 1. A tcp_socket is what the user has, a tcp_pcb what lwIP has. The pcb exists from connect(2),
 * listen(2) or the arrival of a SYN until lwIP frees it, which may be before the socket is closed
 * (a reset) or long after (TIME_WAIT). tcp_pcb.callback_arg leads to the socket, NULL when that is
 * closed. The pcb's extra argument is the binding; when lwIP frees the pcb it tells so
 * (tcp_event.c).
 * 2. A connection that a listener has not given to accept(2) is a tcp_socket, too: half open, then
 *    in the listener's queue. The listener holds its only reference.
 * 3. What was received is a list of pbufs; the bytes in it count against lwIP's window until they
 *    are read.
 */
#pragma once

#include "inet.h"

#include <lwip/tcp.h>

/* What a program sees of a connection's state. */
enum tcp_phase {
    TCP_IDLE,       /* not connected: new, disconnected, or the end of a connection */
    TCP_CONNECTING, /* a SYN is under way */
    TCP_HALF_OPEN,  /* of a listener: a SYN has come */
    TCP_CONNECTED,
    TCP_LISTENING,
};

/* tcp_socket.shutdown */
#define TCP_NO_RECEIVE (1u << 0) /* nothing more will come: SHUT_RD, a FIN, the end */
#define TCP_NO_SEND    (1u << 1) /* SHUT_WR, the end */
#define TCP_FIN_CAME   (1u << 2)

struct tcp_socket {
    struct inet_socket inet;
    struct tcp_pcb *pcb; /* (inet_lock) NULL: none */
    u32 phase;           /* (inet_lock; read by anyone) enum tcp_phase */
    u32 shutdown;        /* (inet_lock; read by anyone) TCP_NO_* */
    bool connect_begun;  /* (inet_lock) connect(2) has not told its result yet */
    struct pbuf *received_first, *received_last; /* (inet_lock; the first: and receive_mutex) */
    u16 gather_room; /* (inet_lock) bytes free at the end of the last one */
    size_t received; /* (inet_lock; read by anyone) bytes in it */
    size_t room;     /* (inet_lock; read by anyone) bytes that send could take now */
    bool lingers;    /* (inet_lock) close(2) waits until all has arrived */
    bool cork;       /* (inet_lock) TCP_CORK */
    bool no_delay;   /* (inet_lock) TCP_NODELAY */
    u32 keep_idle, keep_interval, keep_count; /* (inet_lock) ms, ms, how many */
    s32 max_segment;                          /* (inet_lock) TCP_MAXSEG as set; 0: not */
    s32 syn_count;                            /* (inet_lock) TCP_SYNCNT */
    s32 linger2;                              /* (inet_lock) TCP_LINGER2; 0: the default */
    s32 user_timeout;                         /* (inet_lock) TCP_USER_TIMEOUT, ms; 0: none */
    u32 not_sent_low;                         /* (inet_lock) TCP_NOTSENT_LOWAT; 0: none */
    u32 defer_accept;                         /* (inet_lock) TCP_DEFER_ACCEPT, see tcp_limit.c */
    u32 deferred_since;                       /* (inet_lock) in lwIP's ticks */
    u64 waits_since;                          /* (inet_lock) tcp_limit.c: ns; 0: it does not wait */
    u32 waits_for;                            /* (inet_lock) the byte it waits for then */
    bool quick_ack;                           /* (inet_lock) as set; acknowledgements never wait */
    bool tells_queue;                         /* (inet_lock) TCP_INQ */

    struct tcp_socket *listener;  /* (inet_lock) whose queue it is in; NULL: none */
    struct list_head queue_link;  /* (inet_lock) in the listener's half_open or established */
    struct list_head half_open;   /* (inet_lock) of a listener */
    u32 nr_half_open;             /* (inet_lock) */
    struct list_head established; /* (inet_lock) of a listener: for accept(2) */
    u32 queued;                   /* (inet_lock; read by anyone) how many are established */
    u32 backlog;                  /* (inet_lock) */
};

static inline struct tcp_socket *tcp_socket_of(struct socket *socket)
{
    return container_of(inet_socket_of(socket), struct tcp_socket, inet);
}

/* ---- tcp_socket.c ---- */

/* A socket with one reference, no pcb. NULL: no memory. */
struct tcp_socket *tcp_socket_allocate(u16 domain) __must_check;
/* Give the room for sending, which changed, to those who wait for it. */
void tcp_socket_update_room(struct tcp_socket *tcp);
unsigned tcp_socket_poll(struct socket *socket, struct file *file, struct poll_table *table);

/* ---- tcp_event.c ---- */

/* Make @pcb, that has no socket yet, the socket's. */
void tcp_socket_attach(struct tcp_socket *tcp, struct tcp_pcb *pcb);
/* lwIP ends the connection by itself from now on; the socket has no pcb any more. */
struct tcp_pcb *tcp_socket_detach(struct tcp_socket *tcp);
/* Listen with the pcb of @tcp, which is replaced. -ENOBUFS */
int tcp_socket_start_listening(struct tcp_socket *tcp) __must_check;
/* The end: no more sending or receiving; @error (positive, 0: none) is what calls say. */
void tcp_socket_ended(struct tcp_socket *tcp, int error);

/* The binding behind a pcb; NULL: none. */
struct inet_binding *tcp_socket_binding(const struct tcp_pcb *pcb);
/* End the connection with @error for the program and a reset for the peer. */
void tcp_socket_give_up(struct tcp_socket *tcp, int error);
/* A connection that is half open is one for accept(2). */
void tcp_socket_accept_now(struct tcp_socket *child);

/* ---- tcp_limit.c ---- */

void tcp_limit_tick(void);                      /* inside, after tcp_tmr */
u32 tcp_fin_wait(const struct tcp_socket *tcp); /* seconds */
u32 tcp_defer_seconds(u32 retries);
u32 tcp_defer_retries(s32 seconds);

/* ---- tcp_transfer.c, tcp_accept.c, tcp_option.c ---- */

ssize_t tcp_socket_send(struct socket *socket, struct socket_message *message);
ssize_t tcp_socket_receive(struct socket *socket, struct socket_message *message);
void tcp_socket_discard_received(struct tcp_socket *tcp);
int tcp_socket_listen(struct socket *socket, int backlog);
int tcp_socket_accept(struct socket *socket, unsigned flags, struct socket **out);
void tcp_socket_stop_listening(struct tcp_socket *tcp);
int tcp_socket_set_option(struct socket *socket, int level, int name, const void *value,
                          size_t len);
int tcp_socket_get_option(struct socket *socket, int level, int name, void *value, size_t *len);
int tcp_socket_option_changes(struct socket *socket, int name, s64 value);
/* Options of the socket become the pcb's. */
void tcp_socket_apply_options(struct tcp_socket *tcp);
/* enum abi_tcp_state of a pcb. */
u8 tcp_state_number(const struct tcp_pcb *pcb);
