/*
 * The loopback interface: what is sent comes back.
 *
 * lwIP hands a packet to output(), which copies it (a segment of TCP stays with its sender until it
 * is acknowledged) into one piece at the end of a queue. The queue is worked off by
 * loopback_deliver, at the end of each visit inside, not by output(): lwIP is not made for a packet
 * that arrives while another is being sent.
 *
 * The interface has all of 127.0.0.0/8, but lwIP gives an interface one address. So it has the one
 * that the packet being delivered is for, and 127.0.0.1 at all other times.
 *
 * Lock: inet_lock.
 */
#include "inet.h"

#include <kern/panic.h>
#include <lib/string.h>
#include <lwip/ip.h>
#include <lwip/netif.h>

struct netif loopback_netif;

static struct pbuf *first,
    *last; /* (inet_lock) the queue, linked by their next; each is one piece */
static struct loopback_statistics statistics; /* (inet_lock) */

struct packet_note loopback_outgoing, loopback_incoming;

static const ip4_addr_t own_address = {PP_HTONL(IPADDR_LOOPBACK)};

static err_t output(struct pbuf *packet)
{
    /* The note lies in the room that lwIP leaves for headers of other layers. */
    struct pbuf *copy = pbuf_alloc(PBUF_IP, packet->tot_len, PBUF_RAM);

    _Static_assert(sizeof(struct packet_note) <= IP_HLEN, "room before a pbuf");
    if (copy == NULL) {
        statistics.dropped++;
        return ERR_MEM;
    }
    memcpy((char *)copy->payload - sizeof(loopback_outgoing), &loopback_outgoing,
           sizeof(loopback_outgoing));
    pbuf_copy_partial(packet, copy->payload, packet->tot_len, 0);
    statistics.packets++;
    statistics.bytes += copy->tot_len;
    if (first == NULL)
        first = copy;
    else
        last->next = copy;
    last = copy;
    return ERR_OK;
}

static err_t output_ip4(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to)
{
    (void)netif;
    (void)to;
    return output(packet);
}

static err_t output_ip6(struct netif *netif, struct pbuf *packet, const ip6_addr_t *to)
{
    (void)netif;
    (void)to;
    return output(packet);
}

static void deliver(struct pbuf *packet)
{
    const struct ip_hdr *header = packet->payload;

    memcpy(&loopback_incoming, (const char *)packet->payload - sizeof(loopback_incoming),
           sizeof(loopback_incoming));
    if (packet->len >= IP_HLEN && IPH_V(header) == 4 && header->dest.addr != own_address.addr &&
        ip4_addr_isloopback(&header->dest))
        ip4_addr_set_u32(ip_2_ip4(&loopback_netif.ip_addr), header->dest.addr);
    ip_input(packet, &loopback_netif);
    ip4_addr_copy(*ip_2_ip4(&loopback_netif.ip_addr), own_address);
}

void loopback_deliver(void)
{
    DEBUG_ASSERT(inet_is_locked());
    while (first != NULL) {
        struct pbuf *packet = first;

        first = packet->next;
        packet->next = NULL;
        deliver(packet);
    }
}

void loopback_set_up(bool up)
{
    if (up)
        netif_set_up(&loopback_netif);
    else
        netif_set_down(&loopback_netif);
}

bool loopback_is_up(void)
{
    return netif_is_up(&loopback_netif);
}

bool inet_loopback_is_up(void)
{
    bool up;

    inet_lock();
    up = loopback_is_up();
    inet_unlock();
    return up;
}

void loopback_get_statistics(struct loopback_statistics *out)
{
    *out = statistics;
}

static err_t loopback_setup(struct netif *netif)
{
    netif->name[0] = 'l';
    netif->name[1] = 'o';
    netif->mtu = LOOPBACK_MTU;
    netif->output = output_ip4;
    netif->output_ip6 = output_ip6;
    return ERR_OK;
}

void loopback_init(void)
{
    ip4_addr_t mask;

    IP4_ADDR(&mask, 255, 0, 0, 0);
    if (netif_add(&loopback_netif, &own_address, &mask, NULL, NULL, loopback_setup, ip_input) ==
        NULL)
        panic("no loopback interface");
    IP_ADDR6_HOST(loopback_netif.ip6_addr, 0, 0, 0, 1);
    loopback_netif.ip6_addr_state[0] = IP6_ADDR_PREFERRED;
    netif_set_link_up(&loopback_netif);
    netif_set_up(&loopback_netif);
}
