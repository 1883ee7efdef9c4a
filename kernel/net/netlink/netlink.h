/*
 * AF_NETLINK: the sockets (socket.c), their options (option.c), and what requests are answered
 * with: NETLINK_ROUTE (route.c), as far as a machine with one interface has something to say, and
 * NETLINK_SOCK_DIAG (diag.c). Port numbers are each protocol's own.
 */
#pragma once

#include <abi/netlink.h>
#include <lib/list.h>
#include <net/socket.h>
#include <sched/wait.h>

struct netlink_socket {
    struct socket socket; /* must be first */
    struct mutex lock;
    struct list_head queue; /* (lock) struct netlink_packet */
    u32 queued;             /* (lock to write) packets there */
    u32 charge;             /* (lock) their bytes */
    u32 port;               /* (ports_lock to write) its own address; 0: not bound yet */
    u64 groups;             /* (lock) bit N - 1: hears of group N */
    u32 peer_port;          /* (lock) connect(2) */
    u32 peer_groups;        /* (lock) */
    bool cap_ack, ext_ack;  /* (lock) NETLINK_CAP_ACK, NETLINK_EXT_ACK */
    struct list_head link;  /* (ports_lock) all sockets */
};

static inline struct netlink_socket *netlink_of(struct socket *socket)
{
    return container_of(socket, struct netlink_socket, socket);
}

struct netlink_packet {
    struct list_head link;
    u32 from_port;     /* 0: the kernel */
    struct ucred from; /* all 0: the kernel */
    u32 len, room;
    u8 bytes[];
};

/* ---- building answers ---- */

/* A packet with room for @room bytes, empty; NULL: no memory. */
struct netlink_packet *netlink_packet_create(u32 room);
/*
 * netlink_put_message: begin a message with a fixed part of @len bytes, to whom asked with
 * @request.
 * => there is room (a broken invariant otherwise)
 */
struct nlmsghdr *netlink_put_message(struct netlink_packet *packet, const struct nlmsghdr *request,
                                     u16 type, u16 flags, const void *fixed, u32 len);
/* An attribute of the message that was begun last. */
void netlink_put_attribute(struct netlink_packet *packet, struct nlmsghdr *message, u16 type,
                           const void *value, u32 len);

/* netlink_queue: give the packet to the socket. => it is the socket's now, or freed: -ENOBUFS */
int netlink_queue(struct netlink_socket *to, struct netlink_packet *packet);

/* ---- answer.c ---- */

void netlink_put_u32(struct netlink_packet *packet, struct nlmsghdr *message, u16 type, u32 value);
void netlink_put_u8(struct netlink_packet *packet, struct nlmsghdr *message, u16 type, u8 value);

/* Puts the messages that answer @request. */
typedef void netlink_put_function(struct netlink_packet *packet, const struct nlmsghdr *request);
/* Answers in a datagram of their own. => -ENOBUFS */
int netlink_answer(struct netlink_socket *socket, const struct nlmsghdr *request,
                   netlink_put_function *put);
/* What there is of IPv4, of IPv6 (NULL: nothing now), or with another @family of both. => -ENOBUFS
 */
int netlink_answer_families(struct netlink_socket *socket, const struct nlmsghdr *request,
                            u8 family, netlink_put_function *v4, netlink_put_function *v6);
/*
 * netlink_find_attribute: the first attribute of @type behind the fixed part of @fixed bytes; all
 * of it lies in the request. NULL: there is none.
 * => -EINVAL: one before it has a length that cannot be
 */
int netlink_find_attribute(const struct nlmsghdr *request, size_t fixed, u16 type,
                           const struct nlattr **found);

/* ---- routes.c: as route_request; the dumps without their end ---- */

int routes_dump(struct netlink_socket *socket, const struct nlmsghdr *request, u8 family);
int rules_dump(struct netlink_socket *socket, const struct nlmsghdr *request, u8 family);
/* Which way is this address reached? -EINVAL, -ENETUNREACH, -EOPNOTSUPP */
int route_get(struct netlink_socket *socket, const struct nlmsghdr *request);

/*
 * route_request: answer one message of @len bytes (header included, its port filled in).
 * => 0, or the errno for the error message; *answered: no acknowledgement (a dump)
 */
int route_request(struct netlink_socket *socket, const struct nlmsghdr *request, bool *answered);

/* diag_request: refuse one message, as route_request. */
int diag_request(const struct nlmsghdr *request);

/* socket_operations.set_option, get_option: level SOL_NETLINK. => -ENOPROTOOPT, -EINVAL */
int netlink_set_option(struct socket *socket, int level, int name, const void *value, size_t len);
int netlink_get_option(struct socket *socket, int level, int name, void *value, size_t *len);
