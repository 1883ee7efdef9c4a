/*
 * TCP sockets: options of level SOL_TCP (tcp(7)), and what lwIP must know of those of SOL_SOCKET.
 *
 * Lock: inet_lock. Options that lwIP cannot honour are -ENOPROTOOPT.
 */
#include "tcp_socket.h"

#include <lib/string.h>
#include <lwip/priv/tcp_priv.h>

#define CONGESTION_NAME "reno"
#define CONGESTION_LEN  16
#define LINGER2_MAX     120
#define NO_SUCH_INDEX   0xff

u8 tcp_state_number(const struct tcp_pcb *pcb)
{
    static const u8 numbers[] = {
        [CLOSED] = ABI_TCP_CLOSE,
        [LISTEN] = ABI_TCP_LISTEN,
        [SYN_SENT] = ABI_TCP_SYN_SENT,
        [SYN_RCVD] = ABI_TCP_SYN_RECV,
        [ESTABLISHED] = ABI_TCP_ESTABLISHED,
        [FIN_WAIT_1] = ABI_TCP_FIN_WAIT1,
        [FIN_WAIT_2] = ABI_TCP_FIN_WAIT2,
        [CLOSE_WAIT] = ABI_TCP_CLOSE_WAIT,
        [CLOSING] = ABI_TCP_CLOSING,
        [LAST_ACK] = ABI_TCP_LAST_ACK,
        [TIME_WAIT] = ABI_TCP_TIME_WAIT,
    };

    return pcb == NULL ? ABI_TCP_CLOSE : numbers[pcb->state];
}

/* Bound to an interface that is not there, it hears nothing. */
static u8 netif_index(s32 interface)
{
    if (interface == 0)
        return NETIF_NO_INDEX;
    return interface == LOOPBACK_INDEX ? netif_get_index(&loopback_netif) : NO_SUCH_INDEX;
}

void tcp_socket_apply_options(struct tcp_socket *tcp)
{
    struct tcp_pcb *pcb = tcp->pcb;

    if (pcb == NULL)
        return;
    pcb->ttl = inet_ttl(&tcp->inet, &tcp->inet.remote);
    pcb->tos = inet_tos(&tcp->inet, &tcp->inet.remote);
    pcb->netif_idx = netif_index(READ_ONCE(tcp->inet.socket.bound_interface));
    if (tcp->phase == TCP_LISTENING)
        return;
    if (socket_has(&tcp->inet.socket, SOCKET_KEEP_ALIVE))
        ip_set_option(pcb, SOF_KEEPALIVE);
    else
        ip_reset_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = tcp->keep_idle;
    pcb->keep_intvl = tcp->keep_interval;
    pcb->keep_cnt = tcp->keep_count;
    if (tcp->max_segment != 0 && pcb->mss > tcp->max_segment)
        pcb->mss = (u16)tcp->max_segment;
    if (tcp->no_delay)
        tcp_nagle_disable(pcb);
    else
        tcp_nagle_enable(pcb);
}

int tcp_socket_option_changes(struct socket *socket, int name, s64 value)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);

    if (name != SO_KEEPALIVE && name != SO_BINDTOIFINDEX)
        return 0;
    inet_lock();
    if (name == SO_KEEPALIVE)
        socket_flag(socket, SOCKET_KEEP_ALIVE, value != 0);
    else if (value >= 0) /* else it will be refused */
        WRITE_ONCE(socket->bound_interface, (s32)value);
    tcp_socket_apply_options(tcp);
    inet_unlock();
    return 0;
}

/* ---- setting ---- */

static int set_in_range(s32 *field, int value, int least, int most)
{
    if (value < least || value > most)
        return -EINVAL;
    *field = value;
    return 0;
}

static int set_keep(u32 *field, int value, int most, u32 unit)
{
    if (value < 1 || value > most)
        return -EINVAL;
    *field = (u32)value * unit;
    return 0;
}

/* The pcb sends what was held back. */
static void push(struct tcp_socket *tcp)
{
    if (tcp->pcb != NULL && tcp->phase == TCP_CONNECTED)
        tcp_output(tcp->pcb);
}

static int set_number(struct tcp_socket *tcp, int name, int value)
{
    switch (name) {
    case TCP_NODELAY:
        tcp->no_delay = value != 0;
        tcp_socket_apply_options(tcp);
        push(tcp);
        return 0;
    case TCP_CORK:
        tcp->cork = value != 0;
        if (!tcp->cork)
            push(tcp);
        return 0;
    case TCP_MAXSEG:
        return value == 0 ? (tcp->max_segment = 0)
                          : set_in_range(&tcp->max_segment, value, 88, 32767);
    case TCP_KEEPIDLE:
        return set_keep(&tcp->keep_idle, value, 32767, 1000);
    case TCP_KEEPINTVL:
        return set_keep(&tcp->keep_interval, value, 32767, 1000);
    case TCP_KEEPCNT:
        return set_keep(&tcp->keep_count, value, 127, 1);
    case TCP_SYNCNT:
        return set_in_range(&tcp->syn_count, value, 1, 127);
    case TCP_LINGER2:
        tcp->linger2 = value < 0 ? -1 : min(value, LINGER2_MAX);
        return 0;
    case TCP_DEFER_ACCEPT:
        tcp->defer_accept = tcp_defer_retries(value);
        return 0;
    case TCP_USER_TIMEOUT:
        return set_in_range(&tcp->user_timeout, value, 0, INT32_MAX);
    case TCP_NOTSENT_LOWAT:
        tcp->not_sent_low = (u32)value;
        tcp_socket_update_room(tcp);
        return 0;
    case TCP_QUICKACK:
        tcp->quick_ack = value != 0;
        return 0;
    case TCP_THIN_DUPACK: /* without effect on Linux, too */
        return value < 0 || value > 1 ? -EINVAL : 0;
    case TCP_INQ:
        if (value < 0 || value > 1)
            return -EINVAL;
        tcp->tells_queue = value != 0;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static int set_congestion(const char *name, size_t len)
{
    if (len < 1)
        return -EINVAL;
    return strnlen(name, len) == strlen(CONGESTION_NAME) &&
                   memcmp(name, CONGESTION_NAME, strlen(CONGESTION_NAME)) == 0
               ? 0
               : -ENOENT;
}

int tcp_socket_set_option(struct socket *socket, int level, int name, const void *value, size_t len)
{
    struct tcp_socket *tcp = tcp_socket_of(socket);
    int number = 0, err;

    if (level == SOL_TCP && name == TCP_CONGESTION)
        return set_congestion(value, len);
    if (level == SOL_TCP && name == TCP_ULP) /* no protocol above TCP is known */
        return len < 1 ? -EINVAL : -ENOENT;
    if (level == SOL_TCP && len < sizeof(number))
        return -EINVAL;
    inet_lock();
    if (level == SOL_TCP) {
        memcpy(&number, value, sizeof(number));
        err = set_number(tcp, name, number);
    } else {
        err = inet_set_option(&tcp->inet, level, name, value, len);
    }
    tcp_socket_apply_options(tcp);
    inet_unlock();
    return err;
}

/* ---- reading ---- */

static void fill_info(const struct tcp_socket *tcp, struct abi_tcp_info *info)
{
    const struct tcp_pcb *pcb = tcp->pcb;

    *info = (struct abi_tcp_info){
        .state = tcp->phase == TCP_CONNECTED && pcb == NULL ? ABI_TCP_CLOSE : tcp_state_number(pcb),
        .snd_mss = 536,
        .rcv_mss = 536,
        .reordering = 3,
    };
    if (pcb == NULL || pcb->state == LISTEN) {
        info->unacked = tcp->queued;
        info->sacked = tcp->backlog;
        return;
    }
    info->options = pcb->flags & TF_WND_SCALE ? 4 : 0;
    info->wscales = (u8)(pcb->snd_scale | pcb->rcv_scale << 4);
    info->retransmits = pcb->nrtx;
    info->rto = (u32)pcb->rto * TCP_SLOW_INTERVAL * 1000;
    info->snd_mss = info->rcv_mss = info->advmss = pcb->mss;
    info->unacked = tcp_sndqueuelen(pcb);
    info->snd_ssthresh = pcb->ssthresh / pcb->mss;
    info->snd_cwnd = pcb->cwnd / pcb->mss;
    info->rcv_space = pcb->rcv_wnd;
    info->snd_wnd = pcb->snd_wnd;
    info->pmtu = LOOPBACK_MTU;
}

static int get_number(struct tcp_socket *tcp, int name, int *value)
{
    switch (name) {
    case TCP_NODELAY:
        *value = tcp->no_delay;
        return 0;
    case TCP_CORK:
        *value = tcp->cork;
        return 0;
    case TCP_MAXSEG:
        *value = tcp->pcb != NULL && tcp->phase == TCP_CONNECTED ? tcp->pcb->mss
                 : tcp->max_segment != 0                         ? tcp->max_segment
                                                                 : 536;
        return 0;
    case TCP_KEEPIDLE:
        *value = (int)(tcp->keep_idle / 1000);
        return 0;
    case TCP_KEEPINTVL:
        *value = (int)(tcp->keep_interval / 1000);
        return 0;
    case TCP_KEEPCNT:
        *value = (int)tcp->keep_count;
        return 0;
    case TCP_SYNCNT:
        *value = tcp->syn_count;
        return 0;
    case TCP_LINGER2:
        *value = tcp->linger2 < 0 ? -1 : (int)tcp_fin_wait(tcp);
        return 0;
    case TCP_DEFER_ACCEPT:
        *value = (int)tcp_defer_seconds(tcp->defer_accept);
        return 0;
    case TCP_USER_TIMEOUT:
        *value = tcp->user_timeout;
        return 0;
    case TCP_NOTSENT_LOWAT:
        *value = (int)tcp->not_sent_low;
        return 0;
    case TCP_WINDOW_CLAMP: /* none: it cannot be set */
    case TCP_THIN_DUPACK:
        *value = 0;
        return 0;
    case TCP_QUICKACK:
        *value = tcp->quick_ack;
        return 0;
    case TCP_INQ:
        *value = tcp->tells_queue;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

int tcp_socket_get_option(struct socket *socket, int level, int name, void *value, size_t *len)
{
    static const char congestion[CONGESTION_LEN] = CONGESTION_NAME;
    struct tcp_socket *tcp = tcp_socket_of(socket);
    struct abi_tcp_info info;
    int number, err;

    inet_lock();
    if (level != SOL_TCP) {
        err = inet_get_option(&tcp->inet, level, name, value, len);
    } else if (name == TCP_INFO) {
        fill_info(tcp, &info);
        err = inet_option_bytes(&info, sizeof(info), value, len);
    } else if (name == TCP_CONGESTION) {
        err = inet_option_bytes(congestion, sizeof(congestion), value, len);
    } else if (name == TCP_CC_INFO || name == TCP_ULP) {
        *len = 0; /* reno tells nothing */
        err = 0;
    } else {
        err = get_number(tcp, name, &number);
        if (err == 0)
            err = inet_option_bytes(&number, sizeof(number), value, len);
    }
    inet_unlock();
    return err;
}
