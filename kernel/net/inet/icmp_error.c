/*
 * Errors that come back as ICMP: a port where nobody listens.
 *
 * lwIP answers a datagram to a port without a socket with "port unreachable", and ignores such
 * answers itself. Two raw pcbs of the kernel's look at them here, before that: the connected UDP
 * socket that had sent the datagram gets ECONNREFUSED.
 *
 * Lock: inet_lock.
 */
#include "datagram.h"

#include <abi/poll.h>
#include <kern/panic.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <lwip/icmp.h>
#include <lwip/icmp6.h>
#include <lwip/ip.h>
#include <lwip/prot/udp.h>
#include <lwip/raw.h>

/* The datagram that was refused: as its sender sees it. */
struct refused {
    ip_addr_t local, remote;
    u16 local_port, remote_port;
};

static bool is_sender(const struct datagram_socket *dgram, const struct refused *refused)
{
    const struct inet_socket *inet = &dgram->inet;

    return dgram->udp != NULL && inet->binding != NULL &&
           inet->binding->port == refused->local_port &&
           inet->remote_port == refused->remote_port &&
           ip_addr_cmp(&inet->local, &refused->local) &&
           ip_addr_cmp(&inet->remote, &refused->remote);
}

static void tell_sender(const struct refused *refused)
{
    struct datagram_socket *dgram;

    list_for_each_entry (dgram, &datagram_sockets, all) {
        if (!is_sender(dgram, refused))
            continue;
        socket_set_error(&dgram->inet.socket, ECONNREFUSED);
        socket_wake(&dgram->inet.socket, POLLERR | POLLIN | POLLOUT);
    }
}

static bool take_ports(const struct pbuf *packet, u16 at, struct refused *refused)
{
    struct udp_hdr header;

    if (pbuf_copy_partial(packet, &header, sizeof(header), at) != sizeof(header))
        return false;
    refused->local_port = lwip_ntohs(header.src);
    refused->remote_port = lwip_ntohs(header.dest);
    return true;
}

static u8_t look_at_v4(void *argument, struct raw_pcb *pcb, struct pbuf *packet,
                       const ip_addr_t *from)
{
    u16 at = ip_current_header_tot_len();
    struct refused refused = {0};
    struct ip_hdr inner;

    (void)argument;
    (void)pcb;
    (void)from;
    if (pbuf_try_get_at(packet, at) != ICMP_DUR || pbuf_try_get_at(packet, at + 1) != ICMP_DUR_PORT)
        return 0;
    at += sizeof(struct icmp_echo_hdr);
    if (pbuf_copy_partial(packet, &inner, sizeof(inner), at) != sizeof(inner) ||
        IPH_PROTO(&inner) != IP_PROTO_UDP)
        return 0;
    ip_addr_copy_from_ip4(refused.local, inner.src);
    ip_addr_copy_from_ip4(refused.remote, inner.dest);
    if (take_ports(packet, (u16)(at + IPH_HL_BYTES(&inner)), &refused))
        tell_sender(&refused);
    return 0;
}

static u8_t look_at_v6(void *argument, struct raw_pcb *pcb, struct pbuf *packet,
                       const ip_addr_t *from)
{
    u16 at = ip_current_header_tot_len();
    struct refused refused = {0};
    struct ip6_hdr inner;

    (void)argument;
    (void)pcb;
    (void)from;
    if (pbuf_try_get_at(packet, at) != ICMP6_TYPE_DUR ||
        pbuf_try_get_at(packet, at + 1) != ICMP6_DUR_PORT)
        return 0;
    at += sizeof(struct icmp6_hdr);
    if (pbuf_copy_partial(packet, &inner, sizeof(inner), at) != sizeof(inner) ||
        IP6H_NEXTH(&inner) != IP6_NEXTH_UDP)
        return 0;
    ip_addr_copy_from_ip6_packed(refused.local, inner.src);
    ip_addr_copy_from_ip6_packed(refused.remote, inner.dest);
    if (take_ports(packet, (u16)(at + sizeof(inner)), &refused))
        tell_sender(&refused);
    return 0;
}

void icmp_error_init(void)
{
    struct raw_pcb *v4, *v6;

    inet_lock();
    v4 = raw_new_ip_type(IPADDR_TYPE_V4, IP_PROTO_ICMP);
    v6 = raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6);
    if (v4 == NULL || v6 == NULL)
        panic("no memory for ICMP");
    raw_recv(v4, look_at_v4, NULL);
    raw_recv(v6, look_at_v6, NULL);
    inet_unlock();
}
