/*
 * Sockets of datagrams, UDP and raw: between their files.
 *
 * What comes lies in a queue of struct datagram; when more bytes lie there than SO_RCVBUF allows,
 * what comes is dropped, as on Linux.
 */
#pragma once

#include "inet.h"

struct udp_pcb;
struct raw_pcb;

struct datagram {
    struct list_head link; /* (inet_lock) */
    struct pbuf *data;
    ip_addr_t from, to;
    u16 from_port;
    u8 ttl, tos;
    bool peeked; /* by a peek with SO_PEEK_OFF */
    u16 to_port;
    u32 mark, segment; /* of its packet_note */
    u32 drops;         /* of the socket when it came */
    s64 time;          /* realtime ns */
    size_t charge;
};

/* Where one datagram goes, from the call and its control messages. */
struct datagram_route {
    ip_addr_t to, from; /* from: any: the socket's or the interface's */
    u16 port;
    u8 ttl, tos;
    u32 mark;
    u32 segment; /* UDP_SEGMENT */
};

struct datagram_socket {
    struct inet_socket inet;
    struct udp_pcb *udp;                 /* (I) one of the two */
    struct raw_pcb *raw;                 /* (I) */
    struct list_head queue;              /* (inet_lock) */
    u32 queued;                          /* (inet_lock; read by anyone) datagrams in it */
    u32 arrivals;                        /* (inet_lock; read by anyone) datagrams so far */
    u32 charge;                          /* (inet_lock) bytes in it, with overhead */
    u32 shutdown;                        /* (inet_lock; read by anyone) bits of SHUT_RD + 1 */
    u64 drops;                           /* (inet_lock) */
    bool cork;                           /* (inet_lock) UDP_CORK */
    bool joins_segments;                 /* (inet_lock) UDP_GRO */
    bool no_checksum6[2];                /* (inet_lock) UDP_NO_CHECK6_TX, RX: there are none */
    u32 segment;                         /* (inet_lock) UDP_SEGMENT */
    struct pbuf *pending;                /* (inet_lock) what is held back for more; NULL: nothing */
    struct datagram_route pending_route; /* (inet_lock) where that goes */
    u32 icmp_filter;                     /* (inet_lock) of a raw socket of ICMP: types not wanted */
    u32 icmp6_filter[8];                 /* (inet_lock) likewise */
    struct list_head all;                /* (inet_lock) for /proc/net */
};

#define DATAGRAM_NO_RECEIVE 1u
#define DATAGRAM_NO_SEND    2u

extern struct list_head datagram_sockets; /* (inet_lock) */

/* Of all UDP sockets: given to programs, and dropped for want of room. (inet_lock) */
extern struct datagram_counts {
    u32 received, dropped;
} datagram_counts;

static inline struct datagram_socket *datagram_socket_of(struct socket *socket)
{
    return container_of(inet_socket_of(socket), struct datagram_socket, inet);
}

/* A socket in the list of all. NULL: no memory. */
struct datagram_socket *datagram_socket_create(const struct socket_operations *ops, u16 domain,
                                               u16 type, u16 protocol) __must_check;
void datagram_socket_destroy(struct socket *socket);
/* Forget what came, and the binding. => inside */
void datagram_socket_close(struct datagram_socket *dgram);

/* A packet came, which is taken over: into the queue, or dropped. @segment: UDP_GRO tells it; 0:
 * nothing. => inside, from lwIP */
void datagram_arrived(struct datagram_socket *dgram, struct pbuf *data, const ip_addr_t *from,
                      u16 port, u32 segment);
/* datagram_control.c: what is told about it (IP_PKTINFO ...), as far as the socket wants that. */
void datagram_put_control(struct datagram_socket *dgram, const struct datagram *datagram,
                          struct socket_message *message);
/* There was no room for one that came. => inside */
void datagram_dropped(struct datagram_socket *dgram);
ssize_t datagram_socket_receive(struct socket *socket, struct socket_message *message);
unsigned datagram_socket_poll(struct socket *socket, struct file *file, struct poll_table *table);
int datagram_socket_shutdown(struct socket *socket, int how);
long datagram_socket_ioctl(struct socket *socket, unsigned request, unsigned long argument);

/* Control messages of a send change @route. -EINVAL */
int datagram_route_control(const struct datagram_socket *dgram,
                           const struct socket_message *message,
                           struct datagram_route *route) __must_check;
/* Destination, source, TTL ... of a send that goes to @to. => inside; -ENETUNREACH ... */
int datagram_route_complete(const struct datagram_socket *dgram,
                            struct datagram_route *route) __must_check;
/* The bytes of a send in a pbuf with room for headers. ERR_PTR(-EFAULT, -ENOBUFS) */
struct pbuf *datagram_copy_in(struct socket_message *message, size_t len) __must_check;
