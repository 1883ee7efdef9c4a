/*
 * /proc/net: the sockets of each protocol, and how many there are (proc(5)).
 *
 * Lock: inet_lock while a table is made.
 */
#include "datagram.h"
#include "tcp_socket.h"

#include <fs/procfs.h>
#include <lib/printf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/udp.h>
#include <vfs/file.h>
#include <vfs/inode.h>

/* What a line tells, of any protocol. */
struct line {
    unsigned number;
    bool v6;
    const ip_addr_t *local, *remote;
    u16 local_port, remote_port;
    u8 state;
    u32 send_queue, receive_queue;
    const struct inet_socket *inet; /* NULL: closed */
    u32 uid;
    u64 drops;
};

static u64 inode_of(const struct inet_socket *inet)
{
    struct socket *socket = (struct socket *)(uintptr_t)&inet->socket;
    u64 number = 0;

    spin_lock(&socket->spin);
    if (socket->file != NULL)
        number = socket->file->inode->number;
    spin_unlock(&socket->spin);
    return number;
}

static size_t put_address(char *to, size_t size, bool v6, const ip_addr_t *ip, u16 port)
{
    u32 words[4];

    if (!v6)
        return (size_t)scnprintf(to, size, "%08X:%04X", ip_2_ip4(ip)->addr, port);
    inet_address_bytes(ip, (u8 *)words);
    return (size_t)scnprintf(to, size, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2],
                             words[3], port);
}

/* The part that all tables begin with. */
static size_t put_common(char *to, size_t size, const struct line *line, int width)
{
    size_t len = (size_t)scnprintf(to, size, "%*u: ", width, line->number);

    len += put_address(to + len, size - len, line->v6, line->local, line->local_port);
    len += (size_t)scnprintf(to + len, size - len, " ");
    len += put_address(to + len, size - len, line->v6, line->remote, line->remote_port);
    len +=
        (size_t)scnprintf(to + len, size - len, " %02X %08X:%08X 00:00000000 00000000 %5u %8d %lu ",
                          line->state, line->send_queue, line->receive_queue, line->uid, 0,
                          line->inet == NULL ? 0ul : inode_of(line->inet));
    return len;
}

static void put_tcp_line(struct proc_text *text, const struct line *line)
{
    char buffer[256];
    size_t len = put_common(buffer, sizeof(buffer), line, 4);

    scnprintf(buffer + len, sizeof(buffer) - len, "1 0000000000000000 %u 0 0 10 -1",
              line->state == ABI_TCP_LISTEN ? 100 : 20);
    proc_print(text, line->v6 ? "%s\n" : "%-149s\n", buffer);
}

static void put_datagram_line(struct proc_text *text, const struct line *line)
{
    char buffer[256];
    size_t len = put_common(buffer, sizeof(buffer), line, 5);

    scnprintf(buffer + len, sizeof(buffer) - len, "2 0000000000000000 %lu", line->drops);
    proc_print(text, line->v6 ? "%s\n" : "%-127s\n", buffer);
}

/* ---- TCP ---- */

static void put_pcb(struct proc_text *text, const struct tcp_pcb *pcb, bool v6, unsigned *number)
{
    const struct inet_binding *binding = pcb->ext_args[0].data;
    bool listens = pcb->state == LISTEN;
    struct line line = {.v6 = v6,
                        .local = &pcb->local_ip,
                        .remote = listens ? IP_ANY_TYPE : &pcb->remote_ip,
                        .local_port = pcb->local_port,
                        .state = tcp_state_number(pcb)};

    if (binding == NULL || binding->is_v6 != v6)
        return;
    line.number = (*number)++;
    line.uid = binding->uid;
    line.inet = binding->socket;
    if (!listens) {
        line.remote_port = pcb->remote_port;
        line.send_queue = pcb->state == TIME_WAIT ? 0 : TCP_SND_BUF - pcb->snd_buf;
    }
    if (binding->socket != NULL) {
        const struct tcp_socket *tcp = container_of(binding->socket, struct tcp_socket, inet);

        line.receive_queue = listens ? tcp->queued : (u32)tcp->received;
    }
    put_tcp_line(text, &line);
}

static void put_tcp(struct proc_text *text, bool v6)
{
    const struct tcp_pcb *pcb;
    unsigned number = 0;

    inet_lock();
    for (pcb = tcp_listen_pcbs.pcbs; pcb != NULL; pcb = pcb->next)
        put_pcb(text, pcb, v6, &number);
    for (pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
        put_pcb(text, pcb, v6, &number);
    for (pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next)
        put_pcb(text, pcb, v6, &number);
    inet_unlock();
}

static int show_tcp(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%-149s\n",
               "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
               "timeout inode");
    put_tcp(text, false);
    return 0;
}

static int show_tcp6(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "  sl  local_address                         remote_address                  "
                     "      st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
    put_tcp(text, true);
    return 0;
}

/* ---- UDP, raw ---- */

static void put_datagram_socket(struct proc_text *text, const struct datagram_socket *dgram)
{
    const struct inet_socket *inet = &dgram->inet;
    u16 port = inet->binding != NULL ? inet->binding->port : inet->socket.protocol;
    struct line line = {.number = port,
                        .v6 = inet_is_v6(inet),
                        .local = &inet->local,
                        .remote = &inet->remote,
                        .local_port = port,
                        .remote_port = inet->remote_port,
                        .state = inet->remote_port != 0 ? ABI_TCP_ESTABLISHED : ABI_TCP_CLOSE,
                        .receive_queue = dgram->charge,
                        .inet = inet,
                        .uid = inet->binding != NULL ? inet->binding->uid : 0,
                        .drops = dgram->drops};

    put_datagram_line(text, &line);
}

static void put_datagrams(struct proc_text *text, u16 type, u16 domain)
{
    const struct datagram_socket *dgram;

    proc_print(text, domain == AF_INET6 ? "%s\n" : "%-127s\n",
               domain == AF_INET6
                   ? "  sl  local_address                         remote_address                   "
                     "     st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref "
                     "pointer drops"
                   : "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt "
                     "  uid  timeout inode ref pointer drops");
    inet_lock();
    list_for_each_entry (dgram, &datagram_sockets, all) {
        const struct socket *socket = &dgram->inet.socket;
        bool has_port = dgram->inet.binding != NULL && dgram->inet.binding->port != 0;

        if (socket->type == type && socket->domain == domain && (has_port || type == SOCK_RAW))
            put_datagram_socket(text, dgram);
    }
    inet_unlock();
}

#define SHOW_DATAGRAMS(name, type, domain)                                                         \
    static int show_##name(struct proc_text *text, const struct proc_subject *subject)             \
    {                                                                                              \
        (void)subject;                                                                             \
        put_datagrams(text, type, domain);                                                         \
        return 0;                                                                                  \
    }
SHOW_DATAGRAMS(udp, SOCK_DGRAM, AF_INET)
SHOW_DATAGRAMS(udp6, SOCK_DGRAM, AF_INET6)
SHOW_DATAGRAMS(raw, SOCK_RAW, AF_INET)
SHOW_DATAGRAMS(raw6, SOCK_RAW, AF_INET6)

/* ---- the interface's traffic, totals ---- */

static int show_dev(struct proc_text *text, const struct proc_subject *subject)
{
    struct loopback_statistics statistics;

    (void)subject;
    inet_lock();
    loopback_get_statistics(&statistics);
    inet_unlock();
    proc_print(text,
               "Inter-|   Receive                                                |  Transmit\n"
               " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
               "packets errs drop fifo colls carrier compressed\n");
    proc_print(
        text,
        "    lo: %7lu %7lu %4lu %4lu %4lu %5lu %10lu %9lu %8lu %7lu %4lu %4lu %4lu %5lu %7lu "
        "%10lu\n",
        statistics.bytes, statistics.packets, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, statistics.bytes,
        statistics.packets, 0ul, statistics.dropped, 0ul, 0ul, 0ul, 0ul);
    return 0;
}

/* There are no sockets for "ping": ping_group_range is empty. */
static int show_icmp(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%-127s\n",
               "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
               "timeout inode ref pointer drops");
    return 0;
}

static bool is_v6(const struct tcp_pcb *pcb)
{
    const struct inet_binding *binding = pcb->ext_args[0].data;

    return binding != NULL && binding->is_v6;
}

struct totals {
    unsigned tcp, orphans, time_wait, udp, udp6, raw, raw6;
};

static void count(struct totals *totals)
{
    const struct datagram_socket *dgram;
    const struct tcp_pcb *pcb;

    for (pcb = tcp_listen_pcbs.pcbs; pcb != NULL; pcb = pcb->next)
        totals->tcp++;
    for (pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        totals->tcp++;
        totals->orphans += pcb->callback_arg == NULL;
    }
    for (pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next)
        totals->time_wait++;
    list_for_each_entry (dgram, &datagram_sockets, all) {
        bool v6 = inet_is_v6(&dgram->inet);

        if (dgram->inet.socket.type == SOCK_RAW)
            *(v6 ? &totals->raw6 : &totals->raw) += 1;
        else if (dgram->inet.binding != NULL && dgram->inet.binding->port != 0)
            *(v6 ? &totals->udp6 : &totals->udp) += 1;
    }
}

static int show_sockstat(struct proc_text *text, const struct proc_subject *subject)
{
    struct totals totals = {0};

    (void)subject;
    inet_lock();
    count(&totals);
    inet_unlock();
    proc_print(text, "sockets: used %u\n",
               totals.tcp + totals.udp + totals.udp6 + totals.raw + totals.raw6);
    proc_print(text, "TCP: inuse %u orphan %u tw %u alloc %u mem %lu\n", totals.tcp, totals.orphans,
               totals.time_wait, totals.tcp, inet_memory_used() >> PAGE_SHIFT);
    proc_print(text,
               "UDP: inuse %u mem %u\nUDPLITE: inuse 0\nRAW: inuse %u\nFRAG: inuse 0 memory 0\n",
               totals.udp + totals.udp6, 0u, totals.raw + totals.raw6);
    return 0;
}

static int show_sockstat6(struct proc_text *text, const struct proc_subject *subject)
{
    struct totals totals = {0};
    const struct tcp_pcb *pcb;
    unsigned tcp6 = 0;

    (void)subject;
    inet_lock();
    count(&totals);
    for (pcb = tcp_listen_pcbs.pcbs; pcb != NULL; pcb = pcb->next)
        tcp6 += is_v6(pcb);
    for (pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
        tcp6 += is_v6(pcb);
    inet_unlock();
    proc_print(text,
               "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse 0\nRAW6: inuse %u\n"
               "FRAG6: inuse 0 memory 0\n",
               tcp6, totals.udp6, totals.raw6);
    return 0;
}

static struct proc_addition additions[] = {
    {.entry = PROC_FILE("dev", show_dev)},
    {.entry = PROC_FILE("icmp", show_icmp)},
    {.entry = PROC_FILE("raw", show_raw)},
    {.entry = PROC_FILE("raw6", show_raw6)},
    {.entry = PROC_FILE("sockstat", show_sockstat)},
    {.entry = PROC_FILE("sockstat6", show_sockstat6)},
    {.entry = PROC_FILE("tcp", show_tcp)},
    {.entry = PROC_FILE("tcp6", show_tcp6)},
    {.entry = PROC_FILE("udp", show_udp)},
    {.entry = PROC_FILE("udp6", show_udp6)},
};

void inet_proc_init(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(additions); i++)
        proc_register(PROC_PLACE_NET, &additions[i]);
    inet_proc_network_init();
}
