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
#include <lib/list.h>
#include <lib/types.h>
#include <lwip/ip_addr.h>
#include <lwip/pbuf.h>
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

#define LOOPBACK_INDEX 1
#define LOOPBACK_MTU   65535
