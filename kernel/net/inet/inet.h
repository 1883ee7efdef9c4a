/*
 * The internet protocols: what the files of this folder share.
 *
 * 1. TCP, UDP, IP and ICMP are lwIP (port/lwipopts.h). Here is what makes Linux's sockets of its
 *    connections: the families AF_INET and AF_INET6 of the socket layer (net/socket.h).
 * 2. lwIP is written for one thread at a time. inet_lock makes it so; "inside" means holding it. It
 *    is a mutex, outside of all spin locks, and nobody waits for anything or touches user memory
 *    inside. Memory is taken there without waiting, so every step may fail for lack of it; lwIP
 * then drops the packet, as networks do, and TCP sends it again.
 * 3. There is one interface, the loopback (loopback.c). What is sent stays in its queue until
 *    inet_unlock, which delivers it: when a call returns, all that followed from it at the other
 *    ends has happened.
 * 4. A socket is a struct tcp_socket or struct datagram_socket, which begins with a struct
 *    inet_socket. Its fields are changed inside; those that polls and waits look at are single
 * words.
 * 5. Ports and addresses are given out by a table of our own (binding.c), which knows Linux's rules
 *    of reuse. A TCP connection that outlives its socket keeps its binding.
 */
#pragma once

#include <abi/errno.h>
#include <abi/in.h>
#include <lib/list.h>
#include <lib/types.h>
#include <lwip/ip_addr.h>
#include <lwip/pbuf.h>
#include <net/families.h>
#include <net/socket.h>
#include <sched/wait.h>

struct netif;
struct raw_pcb;
struct tcp_pcb;
struct udp_pcb;

/* ---- stack.c ---- */

void inet_lock(void);
void inet_unlock(void); /* delivers first, see 3 */
bool inet_is_locked(void);
/* lwIP's err_t as a negative errno (0: ERR_OK). */
int inet_errno(int err);
u64 inet_memory_used(void); /* bytes that lwIP holds */
void inet_stack_init(void);

/* ---- loopback.c ---- */

/* What a packet carries beside its bytes; part of it is never on a wire. */
struct packet_note {
    u32 mark;    /* SO_MARK of the sender */
    u32 segment; /* UDP_SEGMENT: the datagrams are of so many bytes; 0: it is one */
};
extern struct packet_note loopback_outgoing; /* (inet_lock) of what is sent now */
extern struct packet_note loopback_incoming; /* (inet_lock) of what is delivered now */

struct loopback_statistics {
    u64 packets, bytes; /* sent, and as many received */
    u64 dropped;        /* no memory */
};
extern struct netif loopback_netif;
void loopback_init(void);
void loopback_deliver(void);   /* inside */
void loopback_set_up(bool up); /* inside */
bool loopback_is_up(void);
void loopback_get_statistics(struct loopback_statistics *out); /* inside */

#define LOOPBACK_INDEX INET_LOOPBACK_INDEX
#define LOOPBACK_MTU   INET_LOOPBACK_MTU

/* ---- binding.c ---- */

/*
 * Who has which port at which address. One for each socket or connection that has a port.
 * A binding is freed with its last reference: its socket's, and its TCP connection's.
 */
struct inet_binding {
    struct list_head link;      /* (inet_lock) in the bucket of its port; empty: not in the table */
    struct inet_socket *socket; /* (inet_lock) NULL: closed; the connection ends without it */
    u32 references;             /* (inet_lock) */
    u16 port;                   /* (inet_lock) host order */
    u8 protocol;                /* (I) IPPROTO_TCP, IPPROTO_UDP */
    bool listens;               /* (inet_lock) */
    bool reuse_address;         /* (inet_lock) of a closed socket; else the socket's flag */
    bool reuse_port;            /* (inet_lock) likewise */
    bool only_v6;               /* (inet_lock) likewise */
    bool is_v6;                 /* (I) the socket's family */
    u32 uid;                    /* (I) */
    u32 fin_wait;               /* (inet_lock) TCP_LINGER2 of a closed socket: seconds */
    ip_addr_t address;          /* (inet_lock) any: all */
};

struct inet_binding *binding_create(struct inet_socket *socket, u8 protocol) __must_check;
void binding_get(struct inet_binding *binding);
void binding_put(struct inet_binding *binding); /* inside; NULL: nothing */
/* The socket is closed: remember what it had said of reuse. */
void binding_orphan(struct inet_binding *binding);
/*
 * binding_take: @port (0: any free one) at @address becomes the binding's.
 * => inside; it has none yet
 * => -EADDRINUSE; -EADDRNOTAVAIL: no free port (@port 0, @connects)
 */
int binding_take(struct inet_binding *binding, const ip_addr_t *address, u16 port,
                 bool connects) __must_check;
/* The binding of a new connection, beside its listener's. */
void binding_join(struct inet_binding *binding, const ip_addr_t *address, u16 port);
void binding_give_up(struct inet_binding *binding);
/* listen(2): may it, beside the others at its port? */
bool binding_may_listen(struct inet_binding *binding);
/* One of the listeners that share the port of @listener (SO_REUSEPORT), by @hash. */
struct inet_binding *binding_choose_listener(struct inet_binding *listener, u32 hash);
/* A datagram of UDP, as it arrives. */
struct inet_arrival {
    const ip_addr_t *from, *to;
    u16 from_port, to_port;
};
/*
 * binding_choose_receiver: who gets it, of those who share its port: the one that is bound and
 * connected most exactly, IPv4 before both, the youngest; with SO_REUSEPORT one of them by hash.
 * => inside; NULL: nobody
 */
struct inet_binding *binding_choose_receiver(const struct inet_arrival *arrival);
/* May @binding get it at all? => inside; @binding NULL: no */
bool binding_takes(const struct inet_binding *binding, const struct inet_arrival *arrival);
/* All who get a broadcast: the one after @previous (NULL: the first). => inside; NULL: no more */
struct inet_binding *binding_next_receiver(const struct inet_arrival *arrival,
                                           struct inet_binding *previous);
void binding_init(void);

struct inet_port_range {
    s32 first, last;
};
extern struct inet_port_range inet_local_ports; /* (a) */
extern s32 inet_first_unprivileged_port;        /* (a) */

/* ---- the socket, whatever its protocol ---- */

/* inet_socket.flags */
#define INET_RECEIVE_PACKET_INFO  (1u << 0) /* IP_PKTINFO */
#define INET_RECEIVE_TTL          (1u << 1)
#define INET_RECEIVE_TOS          (1u << 2)
#define INET_RECEIVE_DESTINATION  (1u << 3) /* IP_RECVORIGDSTADDR */
#define INET6_RECEIVE_PACKET_INFO (1u << 4)
#define INET6_RECEIVE_HOP_LIMIT   (1u << 5)
#define INET6_RECEIVE_CLASS       (1u << 6)
#define INET6_RECEIVE_DESTINATION (1u << 7)
#define INET6_ONLY                (1u << 8)
#define INET_FREE_BIND            (1u << 9)
#define INET_HEADER_INCLUDED      (1u << 10)
#define INET_MULTICAST_LOOP       (1u << 11)
#define INET6_MULTICAST_LOOP      (1u << 12)
#define INET_MULTICAST_ALL        (1u << 13)
#define INET_BIND_NO_PORT         (1u << 14)
#define INET6_MULTICAST_ALL       (1u << 15)
#define INET_TRANSPARENT          (1u << 16)
#define INET6_OLD_PACKET_INFO     (1u << 17) /* IPV6_2292PKTINFO */
#define INET6_OLD_HOP_LIMIT       (1u << 18) /* IPV6_2292HOPLIMIT */
/* Kept only: labels, received checksums and fragments are never there to be told of, and what
 * could be too long for the interface cannot be sent. */
#define INET_RECEIVE_SECURITY     (1u << 19)
#define INET_RECEIVE_CHECKSUM     (1u << 20)
#define INET_RECEIVE_FRAGMENT     (1u << 21)
#define INET6_RECEIVE_FRAGMENT    (1u << 22)
#define INET6_DONT_FRAGMENT       (1u << 23)

struct inet_socket {
    struct socket socket;
    struct inet_binding *binding;    /* (inet_lock) NULL: no port, no address */
    bool has_bound_port;             /* (inet_lock) by bind(2), for good */
    bool has_bound_address;          /* (inet_lock) likewise */
    ip_addr_t local, remote;         /* (inet_lock) */
    u16 remote_port;                 /* (inet_lock) host order; 0: not connected */
    u16 shown_port;                  /* (inet_lock) getsockname(2) tells it after TCP gave it up */
    u32 flags;                       /* (inet_lock) INET_* */
    s32 ttl, tos;                    /* (inet_lock) IP_TTL, IP_TOS */
    s32 hop_limit;                   /* (inet_lock) IPV6_UNICAST_HOPS; -1: the default */
    s32 class;                       /* (inet_lock) IPV6_TCLASS */
    s32 multicast_ttl;               /* (inet_lock) */
    s32 multicast_hops;              /* (inet_lock) */
    s32 mtu_discover, mtu_discover6; /* (inet_lock) */
    s32 min_ttl, min_hops;           /* (inet_lock) TCP drops packets with less */
    s32 unicast_if, unicast_if6;     /* (inet_lock) interfaces by index; 0: any */
    s32 multicast_if, multicast_if6; /* (inet_lock) likewise */
    u32 multicast_source;            /* (inet_lock) IP_MULTICAST_IF by address, network order */
    u32 port_range;                  /* (inet_lock) IP_LOCAL_PORT_RANGE: last << 16 | first */
    u32 nr_groups, nr_groups6;       /* (inet_lock) of IPv4, of IPv6 */
    struct list_head groups;         /* (inet_lock) struct group_member, see group.c */
    struct mutex receive_mutex;      /* one receiver copies at a time; outside of inet_lock */
};

static inline struct inet_socket *inet_socket_of(struct socket *socket)
{
    return container_of(socket, struct inet_socket, socket);
}

static inline bool inet_is_v6(const struct inet_socket *inet)
{
    return inet->socket.domain == AF_INET6;
}

/* Is it bound to another interface than @index (0: none in particular)? */
static inline bool inet_is_bound_elsewhere(const struct inet_socket *inet, s32 index)
{
    s32 bound = READ_ONCE(inet->socket.bound_interface);

    return index != 0 && bound != 0 && bound != index;
}

void inet_socket_init(struct inet_socket *inet, const struct socket_operations *ops, u16 domain,
                      u16 type, u16 protocol);
/* socket_inherit, and the options of levels SOL_IP and SOL_IPV6. => inside */
void inet_socket_inherit(struct inet_socket *child, const struct inet_socket *listener);
/* A binding, if it has none. -ENOMEM */
int inet_socket_need_binding(struct inet_socket *inet, u8 protocol) __must_check;
void inet_socket_drop_binding(struct inet_socket *inet);
/* bind(2), for TCP and UDP (protocol) and raw sockets (0: no ports). */
int inet_socket_bind(struct inet_socket *inet, const struct socket_address *address,
                     u8 protocol) __must_check;
int inet_socket_get_name(struct inet_socket *inet, bool peer, struct socket_address *address);
int inet_set_option(struct inet_socket *inet, int level, int name, const void *value,
                    size_t len) __must_check;
int inet_get_option(struct inet_socket *inet, int level, int name, void *value,
                    size_t *len) __must_check;
/* The hop limit and class (TTL, TOS) of packets to @to. */
u8 inet_ttl(const struct inet_socket *inet, const ip_addr_t *to);
u8 inet_tos(const struct inet_socket *inet, const ip_addr_t *to);

/* An option that is a number: of one byte or four. -EINVAL */
int inet_option_number(const void *value, size_t len, int *number) __must_check;
/* Give a number as level SOL_IP does: in one byte where there is not room for four and it fits. */
int inet_option_return(int number, void *value, size_t *len) __must_check;
/* As many bytes of @from as there is room for. => 0 */
int inet_option_bytes(const void *from, size_t size, void *value, size_t *len);

/* ---- address.c ---- */

/*
 * inet_address_get: what @address says to a socket of family @inet.
 * => an IPv4 address that is mapped into IPv6 comes out as IPv4
 * => -EINVAL: too short; -EAFNOSUPPORT
 */
int inet_address_get(const struct inet_socket *inet, const struct socket_address *address,
                     ip_addr_t *ip, u16 *port) __must_check;
void inet_address_put(const struct inet_socket *inet, const ip_addr_t *ip, u16 port,
                      struct socket_address *address);
/* As the receiver of a packet sees it in IPV6_PKTINFO. */
void inet_address_bytes(const ip_addr_t *ip, u8 bytes[16]);
/* "any" of the socket's family: both families unless IPV6_V6ONLY. */
void inet_address_any(const struct inet_socket *inet, ip_addr_t *ip);
/* "any" as a destination means the loopback's own; -ENETUNREACH: it does not lead there. */
int inet_address_route(ip_addr_t *to) __must_check;
/* The address that packets to @to come from, when the socket has not chosen one. */
void inet_address_source(const ip_addr_t *to, ip_addr_t *from);
bool inet_address_is_local(const ip_addr_t *ip);
/* Everybody on the loopback, 127.255.255.255. */
bool inet_address_is_broadcast(const ip_addr_t *ip);
/*
 * inet_address_check_source: may packets come from @ip? @strange: which need not be ours
 * (IP_TRANSPARENT)
 * => -EINVAL: a group, everybody, nobody; of IPv6, not ours; -ENETUNREACH: of IPv4, not ours
 */
int inet_address_check_source(const ip_addr_t *ip, bool strange) __must_check;
/* From where a socket sends by its name; any: the name is one to receive by, or none (ip(7)). */
void inet_address_bound_source(const struct inet_socket *inet, ip_addr_t *from);

/* ---- group.c: multicast ---- */

bool group_is_option(int level, int name);
/*
 * group_set_option: join or leave, by IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP, MCAST_JOIN_GROUP ...
 * => inside
 * => -EINVAL: no group; -ENODEV, -EADDRNOTAVAIL: no such interface, not a member; -EADDRINUSE;
 *    -ENOBUFS; -EPROTO: a stream
 */
int group_set_option(struct inet_socket *inet, int level, int name, const void *value,
                     size_t len) __must_check;
/*
 * group_next: walk over the groups that anybody is in, the youngest first: the one after that with
 * @address, which group_next returned (NULL: the first), and how many are in it. @v6: those of
 * which family.
 * => inside; NULL: no more, *users is not written
 */
const ip_addr_t *group_next(const ip_addr_t *address, bool v6, unsigned *users);
void group_leave_all(struct inet_socket *inet); /* inside */
/* Does a packet to the group @to, which the socket is bound to receive, concern it? => inside */
bool group_admits(const struct inet_socket *inet, const ip_addr_t *to);
/* IP_MULTICAST_IF */
int group_set_interface(struct inet_socket *inet, const void *value, size_t len) __must_check;
/* From which address a packet to a group goes. -ENETUNREACH, -ENODEV */
int group_route(const struct inet_socket *inet, const ip_addr_t *to, ip_addr_t *from) __must_check;

/* ---- tcp_*.c, datagram.c, udp.c, raw.c, interface.c ... ---- */

int tcp_socket_create(u16 domain, struct socket **out) __must_check;
int udp_socket_create(u16 domain, struct socket **out) __must_check;
int raw_socket_create(u16 domain, u16 protocol, struct socket **out) __must_check;
/* ioctl(2): the requests about interfaces; -ENOTTY. / An int as the result. */
long interface_ioctl(unsigned request, unsigned long argument);
long inet_ioctl_return(int value, unsigned long argument);
void icmp_error_init(void);
void tcp_event_init(void);
void inet_settings_init(void);
void inet_proc_init(void);
void inet_proc_network_init(void);
