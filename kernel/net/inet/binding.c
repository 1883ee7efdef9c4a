/*
 * Ports: who has which, and who may have one beside others.
 *
 * A table of bindings, hashed by port, one for TCP and one for UDP. Two bindings of a port whose
 * addresses overlap exclude each other unless
 *   TCP  both have SO_REUSEADDR and the older does not listen, or both SO_REUSEPORT and one user
 *   UDP  both have SO_REUSEADDR, or both SO_REUSEPORT and one user
 * (ip(7), socket(7)). lwIP is told to accept any port: it would refuse more than Linux.
 *
 * Free ports are looked for from a random place in the range. When TCP has none left, the oldest
 * connection in TIME_WAIT gives its one up, as Linux does for connections over the loopback.
 *
 * A datagram is for one of those who share its port: binding_choose_receiver.
 *
 * Lock: inet_lock.
 */
#include "inet.h"

#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lwip/priv/tcp_priv.h>
#include <proc/machine.h>
#include <vfs/context.h>
#include <vfs/vfs.h>

#define NR_BUCKETS 1024

struct inet_port_range inet_local_ports = {32768, 60999};
s32 inet_first_unprivileged_port = 1024;

static struct list_head tcp_buckets[NR_BUCKETS], udp_buckets[NR_BUCKETS];

static struct list_head *bucket_of(u8 protocol, u16 port)
{
    return protocol == IPPROTO_TCP ? &tcp_buckets[port % NR_BUCKETS]
                                   : &udp_buckets[port % NR_BUCKETS];
}

/* ---- what a binding says of itself ---- */

static bool reuses_address(const struct inet_binding *binding)
{
    return binding->socket == NULL ? binding->reuse_address
                                   : socket_has(&binding->socket->socket, SOCKET_REUSE_ADDRESS);
}

static bool reuses_port(const struct inet_binding *binding)
{
    return binding->socket == NULL ? binding->reuse_port
                                   : socket_has(&binding->socket->socket, SOCKET_REUSE_PORT);
}

static bool is_only_v6(const struct inet_binding *binding)
{
    return binding->socket == NULL ? binding->only_v6 : (binding->socket->flags & INET6_ONLY) != 0;
}

/* Any address of a family, as seen from the other family: "::" takes IPv4, too. */
static bool takes_v4(const struct inet_binding *binding)
{
    return !binding->is_v6 || IP_IS_V4_VAL(binding->address) ||
           (ip_addr_isany(&binding->address) && !is_only_v6(binding));
}

static bool takes_v6(const struct inet_binding *binding)
{
    return binding->is_v6 && !IP_IS_V4_VAL(binding->address);
}

static bool addresses_overlap(const struct inet_binding *a, const struct inet_binding *b)
{
    bool meet = (takes_v4(a) && takes_v4(b)) || (takes_v6(a) && takes_v6(b));

    if (!meet)
        return false;
    if (ip_addr_isany(&a->address) || ip_addr_isany(&b->address))
        return true;
    return ip_addr_cmp(&a->address, &b->address);
}

static bool share_port(const struct inet_binding *a, const struct inet_binding *b)
{
    return reuses_port(a) && reuses_port(b) && a->uid == b->uid;
}

/* @binding wants a port that @other has. */
static bool exclude_each_other(const struct inet_binding *binding, const struct inet_binding *other)
{
    bool reuse = reuses_address(binding) && reuses_address(other);

    if (binding->protocol == IPPROTO_TCP)
        reuse = reuse && !other->listens;
    return !reuse && !share_port(binding, other) && addresses_overlap(binding, other);
}

static bool is_refused(const struct inet_binding *binding, u16 port)
{
    struct inet_binding *other;

    list_for_each_entry (other, bucket_of(binding->protocol, port), link)
        if (other != binding && other->port == port && exclude_each_other(binding, other))
            return true;
    return false;
}

static bool is_used(u8 protocol, u16 port)
{
    struct inet_binding *other;

    list_for_each_entry (other, bucket_of(protocol, port), link)
        if (other->port == port)
            return true;
    return false;
}

/* ---- life ---- */

struct inet_binding *binding_create(struct inet_socket *socket, u8 protocol)
{
    struct inet_binding *binding = kzalloc(sizeof(*binding), inet_is_locked() ? 0 : ALLOC_WAIT);

    if (binding == NULL)
        return NULL;
    list_init(&binding->link);
    binding->references = 1;
    binding->socket = socket;
    binding->protocol = protocol;
    binding->is_v6 = inet_is_v6(socket);
    binding->uid = vfs_current() == NULL ? 0 : vfs_current()->credentials->euid;
    return binding;
}

void binding_get(struct inet_binding *binding)
{
    binding->references++;
}

void binding_put(struct inet_binding *binding)
{
    if (binding == NULL || --binding->references > 0)
        return;
    binding_give_up(binding);
    kfree(binding);
}

void binding_orphan(struct inet_binding *binding)
{
    binding->reuse_address = reuses_address(binding);
    binding->reuse_port = reuses_port(binding);
    binding->only_v6 = is_only_v6(binding);
    binding->socket = NULL;
}

/* ---- ports ---- */

void binding_join(struct inet_binding *binding, const ip_addr_t *address, u16 port)
{
    ip_addr_copy(binding->address, *address);
    binding->port = port;
    list_add_tail(&binding->link, bucket_of(binding->protocol, port));
}

void binding_give_up(struct inet_binding *binding)
{
    if (list_is_linked(&binding->link))
        list_remove(&binding->link);
    binding->port = 0;
}

/* The connection longest in TIME_WAIT ends now; false: there is none. */
static bool end_oldest_time_wait(void)
{
    struct tcp_pcb *pcb = tcp_tw_pcbs;

    if (pcb == NULL)
        return false;
    while (pcb->next != NULL)
        pcb = pcb->next;
    tcp_abort(pcb);
    return true;
}

/* The ports to choose from: the machine's, of which IP_LOCAL_PORT_RANGE may take less. */
static struct inet_port_range ports_for(const struct inet_binding *binding)
{
    struct inet_port_range all = {READ_ONCE(inet_local_ports.first),
                                  READ_ONCE(inet_local_ports.last)};
    struct inet_port_range range = all;
    u32 wanted = binding->socket == NULL ? 0 : binding->socket->port_range;
    s32 first = (s32)(wanted & 0xffff), last = (s32)(wanted >> 16);

    if (first >= all.first && first <= all.last)
        range.first = first;
    if (last >= all.first && last <= all.last)
        range.last = last;
    return range;
}

static u16 find_free_port(const struct inet_binding *binding)
{
    struct inet_port_range range = ports_for(binding);
    u8 protocol = binding->protocol;
    u32 first = (u32)range.first;
    u32 nr = (u32)(range.last - range.first) + 1;
    u32 start = inet_random() % nr;

    for (u32 i = 0; i < nr; i++) {
        u16 port = (u16)(first + (start + i) % nr);

        if (!is_used(protocol, port))
            return port;
    }
    return 0;
}

int binding_take(struct inet_binding *binding, const ip_addr_t *address, u16 port, bool connects)
{
    ip_addr_copy(binding->address, *address);
    if (port != 0 && is_refused(binding, port))
        return -EADDRINUSE;
    if (port == 0) {
        port = find_free_port(binding);
        if (port == 0 && binding->protocol == IPPROTO_TCP && end_oldest_time_wait())
            port = find_free_port(binding);
        if (port == 0)
            return connects ? -EADDRNOTAVAIL : -EADDRINUSE;
    }
    binding_join(binding, address, port);
    return 0;
}

bool binding_may_listen(struct inet_binding *binding)
{
    bool may;

    binding->listens = true;
    may = !is_refused(binding, binding->port);
    if (!may)
        binding->listens = false;
    return may;
}

static bool shares_listening(const struct inet_binding *listener, const struct inet_binding *other)
{
    return other->port == listener->port && other->listens && other->socket != NULL &&
           (other == listener ||
            (share_port(listener, other) && ip_addr_cmp(&other->address, &listener->address)));
}

struct inet_binding *binding_choose_listener(struct inet_binding *listener, u32 hash)
{
    struct list_head *bucket = bucket_of(listener->protocol, listener->port);
    struct inet_binding *other;
    u32 nr = 0;

    list_for_each_entry (other, bucket, link)
        nr += shares_listening(listener, other);
    hash = nr == 0 ? 0 : hash % nr;
    list_for_each_entry (other, bucket, link)
        if (shares_listening(listener, other) && hash-- == 0)
            return other;
    return listener;
}

/* ---- datagrams ---- */

#define SCORE_V4        1
#define SCORE_CONNECTED 2
#define SCORE_ADDRESS   4

/* How exactly the binding asks for it; -1: it does not get it. */
static int score_of(const struct inet_binding *binding, const struct inet_arrival *arrival)
{
    const struct inet_socket *inet = binding->socket;
    bool v6 = IP_IS_V6(arrival->to);
    int score = binding->is_v6 ? 0 : SCORE_V4;

    if (binding->port != arrival->to_port || inet == NULL)
        return -1;
    if (v6 ? !takes_v6(binding) : !takes_v4(binding))
        return -1;
    if (!ip_addr_isany(&binding->address)) {
        if (!ip_addr_cmp(&binding->address, arrival->to))
            return -1;
        score += SCORE_ADDRESS;
    }
    if (inet->remote_port != 0) {
        if (inet->remote_port != arrival->from_port || !ip_addr_cmp(&inet->remote, arrival->from))
            return -1;
        score += SCORE_CONNECTED;
    }
    return score;
}

bool binding_takes(const struct inet_binding *binding, const struct inet_arrival *arrival)
{
    return binding != NULL && score_of(binding, arrival) >= 0;
}

static u32 hash_of(const struct inet_arrival *arrival)
{
    u8 bytes[16];
    u32 hash = arrival->from_port;

    inet_address_bytes(arrival->from, bytes);
    for (size_t i = 0; i < sizeof(bytes); i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash ^ hash >> 16;
}

static bool shares_receiving(const struct inet_binding *best, const struct inet_binding *other,
                             const struct inet_arrival *arrival)
{
    return share_port(best, other) && score_of(other, arrival) == score_of(best, arrival);
}

struct inet_binding *binding_choose_receiver(const struct inet_arrival *arrival)
{
    struct list_head *bucket = bucket_of(IPPROTO_UDP, arrival->to_port);
    struct inet_binding *other, *best = NULL;
    int score = 0;
    u32 nr = 0, chosen;

    list_for_each_entry (other, bucket, link) {
        int its = score_of(other, arrival);

        if (its >= score) {
            score = its;
            best = other;
        }
    }
    if (best == NULL || !reuses_port(best) || best->socket->remote_port != 0)
        return best;
    list_for_each_entry (other, bucket, link)
        nr += shares_receiving(best, other, arrival);
    chosen = hash_of(arrival) % nr;
    list_for_each_entry (other, bucket, link)
        if (shares_receiving(best, other, arrival) && chosen-- == 0)
            return other;
    return best;
}

struct inet_binding *binding_next_receiver(const struct inet_arrival *arrival,
                                           struct inet_binding *previous)
{
    bool seen = previous == NULL;
    struct inet_binding *other;

    list_for_each_entry (other, bucket_of(IPPROTO_UDP, arrival->to_port), link) {
        if (seen && score_of(other, arrival) >= 0)
            return other;
        seen = seen || other == previous;
    }
    return NULL;
}

void binding_init(void)
{
    for (unsigned i = 0; i < NR_BUCKETS; i++) {
        list_init(&tcp_buckets[i]);
        list_init(&udp_buckets[i]);
    }
}
