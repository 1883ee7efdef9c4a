/*
 * TCP sockets: how long a connection is waited for. With each tick of TCP's clock, after lwIP's own
 * work, the connections are looked through:
 *
 *   TCP_SYNCNT        how often a SYN is sent again
 *   TCP_USER_TIMEOUT  how long what was sent may stay unacknowledged
 *   TCP_LINGER2       how long a closed socket's connection waits for the peer's FIN
 *   TCP_DEFER_ACCEPT  how long a connection without data is kept from accept(2)
 *
 * lwIP has limits of its own, which hold beside these: a segment, a SYN too, is sent again 12
 * times, and a FIN is waited for 20 seconds.
 *
 * Lock: inet_lock.
 */
#include "tcp_socket.h"

#include <lwip/priv/tcp_priv.h>
#include <time/time.h>

#define FIN_WAIT      60  /* seconds: tcp_fin_timeout */
#define RTO_MAX       120 /* seconds */
#define RETRIES_LIMIT 255

static u32 seconds_since(u32 ticks)
{
    return (tcp_ticks - ticks) * TCP_SLOW_INTERVAL / 1000;
}

/* Nothing was acknowledged for as long as TCP_USER_TIMEOUT allows. */
static bool waited_too_long(struct tcp_socket *tcp, const struct tcp_pcb *pcb)
{
    u64 now = time_monotonic_ns();

    if (tcp->user_timeout == 0 || (pcb->unacked == NULL && pcb->unsent == NULL)) {
        tcp->waits_since = 0;
        return false;
    }
    if (tcp->waits_since == 0 || tcp->waits_for != pcb->lastack) {
        tcp->waits_since = now;
        tcp->waits_for = pcb->lastack;
    }
    return now - tcp->waits_since >= (u64)tcp->user_timeout * NS_PER_MS;
}

static bool is_lost(struct tcp_socket *tcp, const struct tcp_pcb *pcb)
{
    if (pcb->state == SYN_SENT && pcb->nrtx > tcp->syn_count)
        return true;
    return waited_too_long(tcp, pcb);
}

/* It may end the connection, but no other: what goes out for it is delivered by inet_unlock. */
static void look_at(struct tcp_pcb *pcb)
{
    struct inet_binding *binding = tcp_socket_binding(pcb);
    struct tcp_socket *tcp;

    if (binding == NULL)
        return;
    if (binding->socket == NULL) {
        if (pcb->state == FIN_WAIT_2 && seconds_since(pcb->tmr) >= binding->fin_wait)
            tcp_abandon(pcb, binding->fin_wait == 0);
        return;
    }
    tcp = container_of(binding->socket, struct tcp_socket, inet);
    if (is_lost(tcp, pcb)) {
        tcp_socket_give_up(tcp, ETIMEDOUT);
        return;
    }
    /* What is half open has a listener: with that it is dropped. */
    if (tcp->phase == TCP_HALF_OPEN && pcb->state == ESTABLISHED &&
        seconds_since(tcp->deferred_since) >= tcp_defer_seconds(tcp->listener->defer_accept))
        tcp_socket_accept_now(tcp);
}

void tcp_limit_tick(void)
{
    struct tcp_pcb *next;

    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = next) {
        next = pcb->next;
        look_at(pcb);
    }
}

u32 tcp_fin_wait(const struct tcp_socket *tcp)
{
    return tcp->linger2 < 0 ? 0 : tcp->linger2 == 0 ? FIN_WAIT : (u32)tcp->linger2;
}

/* ---- TCP_DEFER_ACCEPT: seconds are told as the retransmissions that take as long ---- */

u32 tcp_defer_seconds(u32 retries)
{
    u32 wait = 1, seconds = 0;

    while (retries-- > 0) {
        seconds += wait;
        wait = min(wait * 2, (u32)RTO_MAX);
    }
    return seconds;
}

u32 tcp_defer_retries(s32 seconds)
{
    u32 retries = seconds > 0;

    while (retries > 0 && retries < RETRIES_LIMIT && seconds > (s32)tcp_defer_seconds(retries))
        retries++;
    return retries;
}
