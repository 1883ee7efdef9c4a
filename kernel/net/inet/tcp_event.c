/*
 * What lwIP tells about connections: established, data, acknowledged, ended, freed.
 *
 * All of these run inside, most from inet_unlock of whichever call sent the packet, and none waits.
 */
#include "tcp_socket.h"

#include <abi/poll.h>
#include <kern/panic.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>

#include "port/hooks.h"

#define EVENTS_END (POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLWRNORM | POLLERR | POLLHUP)

#define GATHER_MAX  512  /* data of at most so many bytes is put together with more */
#define GATHER_SIZE 2000 /* in pbufs of so many */

static u8 binding_argument; /* (I) after boot: which of the pcb's extra arguments */

static void tell(struct tcp_socket *tcp, unsigned events)
{
    socket_wake(&tcp->inet.socket, events);
}

void tcp_socket_ended(struct tcp_socket *tcp, int error)
{
    if (error != 0)
        socket_set_error(&tcp->inet.socket, error);
    WRITE_ONCE(tcp->shutdown, tcp->shutdown | TCP_NO_RECEIVE | TCP_NO_SEND);
    WRITE_ONCE(tcp->phase, TCP_IDLE);
    if (!tcp->inet.has_bound_port && tcp->pcb == NULL && tcp->listener == NULL &&
        tcp->inet.binding != NULL)
        binding_give_up(tcp->inet.binding);
    tell(tcp, EVENTS_END);
}

/* ---- data ---- */

static void append(struct tcp_socket *tcp, struct pbuf *data)
{
    if (tcp->received_first == NULL)
        WRITE_ONCE(tcp->received_first, data);
    else
        WRITE_ONCE(tcp->received_last->next, data);
    while (data->next != NULL)
        data = data->next;
    tcp->received_last = data;
    tcp->gather_room = 0;
}

/*
 * Little data that is not read at once is put together, or a thousand segments of a byte would take
 * a hundred times their size. A reader may be looking at the pbuf that grows: at what was there
 * before.
 * => false: @data is not for that; else it is freed
 */
static bool gather(struct tcp_socket *tcp, struct pbuf *data)
{
    u16 len = data->tot_len;
    struct pbuf *last;

    if (len > GATHER_MAX || tcp->received == 0)
        return false;
    if (tcp->gather_room < len) {
        last = pbuf_alloc(PBUF_RAW, GATHER_SIZE, PBUF_RAM);
        if (last == NULL)
            return false;
        last->len = last->tot_len = 0;
        append(tcp, last);
        tcp->gather_room = GATHER_SIZE;
    }
    last = tcp->received_last;
    pbuf_copy_partial(data, (char *)last->payload + last->len, len, 0);
    WRITE_ONCE(last->len, last->len + len);
    tcp->gather_room = (u16)(tcp->gather_room - len);
    pbuf_free(data);
    return true;
}

static err_t data_came(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t err)
{
    struct tcp_socket *tcp = argument;
    size_t len;

    (void)err;
    if (data == NULL) {
        if (tcp->phase == TCP_HALF_OPEN)
            tcp_socket_accept_now(tcp);
        WRITE_ONCE(tcp->shutdown, tcp->shutdown | TCP_NO_RECEIVE | TCP_FIN_CAME);
        tell(tcp, POLLIN | POLLRDNORM | POLLRDHUP);
        return ERR_OK;
    }
    len = data->tot_len;
    if (tcp->phase == TCP_HALF_OPEN)
        tcp_socket_accept_now(tcp);
    if (!gather(tcp, data))
        append(tcp, data);
    __atomic_store_n(&tcp->received, tcp->received + len, __ATOMIC_RELEASE);
    /* The peer is on this machine: an acknowledgement that waits for company would only delay it.
     */
    tcp_ack_now(pcb);
    tell(tcp, POLLIN | POLLRDNORM);
    return ERR_OK;
}

static err_t data_arrived_there(void *argument, struct tcp_pcb *pcb, u16_t len)
{
    (void)pcb;
    (void)len;
    tcp_socket_update_room(argument);
    return ERR_OK;
}

/* ---- beginnings ---- */

static err_t connected(void *argument, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_socket *tcp = argument;

    (void)pcb;
    (void)err;
    if (tcp == NULL)
        return ERR_OK;
    WRITE_ONCE(tcp->phase, TCP_CONNECTED);
    tcp_socket_apply_options(tcp);
    tcp_socket_update_room(tcp);
    tell(tcp, POLLOUT | POLLWRNORM);
    return ERR_OK;
}

static void inherit(struct tcp_socket *child, const struct tcp_socket *listener)
{
    inet_socket_inherit(&child->inet, &listener->inet);
    child->no_delay = listener->no_delay;
    child->cork = listener->cork;
    child->keep_idle = listener->keep_idle;
    child->keep_interval = listener->keep_interval;
    child->keep_count = listener->keep_count;
    child->max_segment = listener->max_segment;
    child->syn_count = listener->syn_count;
    child->linger2 = listener->linger2;
    child->user_timeout = listener->user_timeout;
    child->not_sent_low = listener->not_sent_low;
    child->tells_queue = listener->tells_queue;
}

static struct tcp_socket *create_child(struct tcp_socket *listener, struct tcp_pcb *pcb)
{
    struct tcp_socket *child = tcp_socket_allocate(listener->inet.socket.domain);

    if (child == NULL)
        return NULL;
    if (inet_socket_need_binding(&child->inet, IPPROTO_TCP) != 0) {
        socket_put(&child->inet.socket);
        return NULL;
    }
    inherit(child, listener);
    child->inet.has_bound_port = true;
    ip_addr_copy(child->inet.local, pcb->local_ip);
    ip_addr_copy(child->inet.remote, pcb->remote_ip);
    child->inet.remote_port = pcb->remote_port;
    child->inet.binding->uid = listener->inet.binding->uid;
    binding_join(child->inet.binding, &pcb->local_ip, pcb->local_port);
    return child;
}

/* A SYN came. ERR_MEM: as if it had not; the peer will send it again. */
static err_t opened_passively(u8_t id, struct tcp_pcb_listen *listening, struct tcp_pcb *pcb)
{
    struct inet_binding *binding = listening->ext_args[id].data;
    struct tcp_socket *listener, *child;

    binding = binding_choose_listener(binding, pcb->remote_port);
    if (binding->socket == NULL)
        return ERR_MEM;
    listener = container_of(binding->socket, struct tcp_socket, inet);
    if (listener->queued > listener->backlog)
        return ERR_MEM;
    child = create_child(listener, pcb);
    if (child == NULL)
        return ERR_MEM;
    child->phase = TCP_HALF_OPEN;
    child->listener = listener;
    list_add_tail(&child->queue_link, &listener->half_open);
    listener->nr_half_open++;
    tcp_socket_attach(child, pcb);
    return ERR_OK;
}

void tcp_socket_accept_now(struct tcp_socket *child)
{
    struct tcp_socket *listener = child->listener;

    WRITE_ONCE(child->phase, TCP_CONNECTED);
    tcp_socket_update_room(child);
    listener->nr_half_open--;
    list_move_tail(&child->queue_link, &listener->established);
    WRITE_ONCE(listener->queued, listener->queued + 1);
    tell(listener, POLLIN | POLLRDNORM);
}

/* As many wait for data as the backlog allows; more are for accept(2) at once, as on Linux. */
static bool is_deferred(const struct tcp_socket *child)
{
    const struct tcp_socket *listener = child->listener;

    return listener->defer_accept != 0 && listener->nr_half_open - 1 <= listener->backlog;
}

/* With TCP_DEFER_ACCEPT it waits for data, and is half open until then. */
static err_t accepted(void *argument, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_socket *child = argument;

    (void)err;
    if (pcb == NULL || child == NULL)
        return ERR_OK; /* no memory for a pcb: the SYN is dropped */
    child->deferred_since = tcp_ticks;
    if (!is_deferred(child))
        tcp_socket_accept_now(child);
    return ERR_OK;
}

/* ---- ends ---- */

/* lwIP has given the connection up; the pcb is about to be freed. */
static void broke(void *argument, err_t err)
{
    struct tcp_socket *tcp = argument;
    int error = 0;

    if (tcp == NULL)
        return;
    if (err == ERR_RST)
        error = tcp->phase == TCP_CONNECTING   ? ECONNREFUSED
                : tcp->shutdown & TCP_FIN_CAME ? EPIPE
                                               : ECONNRESET;
    else if (err == ERR_ABRT)
        error = ETIMEDOUT;
    if (tcp->phase == TCP_HALF_OPEN)
        return; /* pcb_freed ends it */
    tcp->pcb = NULL;
    tcp_socket_ended(tcp, error);
}

/* A half-open connection that came to nothing is nobody's any more. */
static void forget_half_open(struct tcp_socket *tcp)
{
    list_remove(&tcp->queue_link);
    tcp->listener->nr_half_open--;
    tcp->listener = NULL;
    inet_socket_drop_binding(&tcp->inet);
    socket_put(&tcp->inet.socket);
}

static void pcb_freed(u8_t id, void *data)
{
    struct inet_binding *binding = data;
    struct tcp_socket *tcp;

    (void)id;
    if (binding->socket != NULL) {
        tcp = container_of(binding->socket, struct tcp_socket, inet);
        tcp->pcb = NULL;
        if (tcp->phase == TCP_HALF_OPEN)
            forget_half_open(tcp);
        else if (tcp->phase == TCP_CONNECTED)
            tcp_socket_ended(tcp, 0);
    }
    binding_put(binding);
}

static const struct tcp_ext_arg_callbacks binding_callbacks = {
    .destroy = pcb_freed,
    .passive_open = opened_passively,
};

static const struct tcp_ext_arg_callbacks no_callbacks;

void tcp_socket_give_up(struct tcp_socket *tcp, int error)
{
    struct tcp_pcb *pcb = tcp->pcb;

    if (tcp->phase == TCP_HALF_OPEN) {
        tcp_abort(pcb);
        return;
    }
    (void)tcp_socket_detach(tcp);
    tcp_socket_ended(tcp, error); /* before pcb_freed could tell of an end without the reason */
    tcp_abort(pcb);
}

/* IP_MINTTL, IPV6_MINHOPCOUNT: packets that have come a longer way are dropped. */
err_t inet_tcp_admits(const struct tcp_pcb *pcb)
{
    const struct tcp_socket *tcp = pcb->callback_arg;

    if (tcp == NULL)
        return ERR_OK;
    if (ip_current_is_v6())
        return IP6H_HOPLIM(ip6_current_header()) < tcp->inet.min_hops ? ERR_VAL : ERR_OK;
    return IPH_TTL(ip4_current_header()) < tcp->inet.min_ttl ? ERR_VAL : ERR_OK;
}

/* ---- tying and untying ---- */

struct inet_binding *tcp_socket_binding(const struct tcp_pcb *pcb)
{
    return tcp_ext_arg_get(pcb, binding_argument);
}

void tcp_socket_attach(struct tcp_socket *tcp, struct tcp_pcb *pcb)
{
    tcp->pcb = pcb;
    binding_get(tcp->inet.binding);
    tcp_ext_arg_set(pcb, binding_argument, tcp->inet.binding);
    tcp_ext_arg_set_callbacks(pcb, binding_argument, &binding_callbacks);
    tcp_arg(pcb, tcp);
    tcp_recv(pcb, data_came);
    tcp_sent(pcb, data_arrived_there);
    tcp_err(pcb, broke);
    pcb->connected = connected;
    tcp_socket_apply_options(tcp);
}

struct tcp_pcb *tcp_socket_detach(struct tcp_socket *tcp)
{
    struct tcp_pcb *pcb = tcp->pcb;

    tcp->pcb = NULL;
    if (tcp->phase == TCP_LISTENING)
        return pcb;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    return pcb;
}

int tcp_socket_start_listening(struct tcp_socket *tcp)
{
    struct tcp_pcb *pcb = tcp->pcb;
    struct tcp_pcb *listening;

    /* lwIP frees the one for the other; the binding stays. */
    tcp_ext_arg_set_callbacks(pcb, binding_argument, &no_callbacks);
    listening = tcp_listen_with_backlog(pcb, 1);
    if (listening == NULL) {
        tcp_ext_arg_set_callbacks(pcb, binding_argument, &binding_callbacks);
        return -ENOBUFS;
    }
    tcp->pcb = listening;
    /* For connections to come and those who bind beside them; binding.c decides. */
    ip_set_option(listening, SOF_REUSEADDR);
    tcp_ext_arg_set_callbacks(listening, binding_argument, &binding_callbacks);
    tcp_accept(listening, accepted);
    return 0;
}

void tcp_event_init(void)
{
    binding_argument = tcp_ext_arg_alloc_id();
}
