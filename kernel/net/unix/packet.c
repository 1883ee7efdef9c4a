/*
 * AF_UNIX: packets, what they cost their sender, and how they go away.
 *
 * The cost is what Linux's buffers take: a header, the bytes rounded up with a trailer, whole pages
 * for long ones. Programs see it as how much fits before a send waits.
 *
 * A packet may carry the last reference to a socket whose queue holds packets that carry ... So
 * discarding does not recurse: a discard inside of one by the same thread adds to the outer one's
 * list.
 */
#include "unix.h"

#include <abi/epoll.h>
#include <kmem/kmalloc.h>
#include <lib/bits.h>
#include <proc/task.h>
#include <time/time.h>
#include <vfs/cred.h>

#define HEADER_COST  256 /* of each buffer */
#define TRAILER_COST 320 /* behind its bytes */
#define PAGED_ALIGN  64

/* ---- cost ---- */

/* The block that Linux's allocator would give. */
static size_t block_size(size_t size)
{
    if (size <= 64 || size > 2 * PAGE_SIZE)
        return size <= 64 ? 64 : (size_t)round_up_power_of_two(size);
    if (size <= 96)
        return 96;
    if (size > 128 && size <= 192)
        return 192;
    return (size_t)round_up_power_of_two(size);
}

static u32 cost_of(size_t len, size_t paged)
{
    size_t linear = align_up(len - paged, (size_t)PAGED_ALIGN) + TRAILER_COST;

    return (u32)(block_size(linear) + HEADER_COST + align_up(paged, PAGE_SIZE));
}

/* Has @sender room for one more? */
static bool has_room(const struct unix_socket *sender)
{
    return READ_ONCE(sender->charged) < READ_ONCE(sender->socket.send_buffer);
}

static bool stops_waiting(const struct unix_socket *sender)
{
    return has_room(sender) || READ_ONCE(sender->socket.error) != 0 ||
           (READ_ONCE(sender->shut) & UNIX_SEND_SHUT);
}

static int wait_for_room(struct unix_socket *sender, bool nonblocking)
{
    u64 deadline = socket_send_deadline(&sender->socket, nonblocking);
    int err;

    for (;;) {
        err = socket_take_error(&sender->socket);
        if (err != 0)
            return err;
        if (READ_ONCE(sender->shut) & UNIX_SEND_SHUT)
            return -EPIPE;
        if (has_room(sender))
            return 0;
        err = socket_wait_event(&sender->socket.wait, stops_waiting(sender), deadline);
        if (err != 0)
            return err;
    }
}

int unix_packet_create(struct unix_socket *sender, size_t len, size_t paged, bool nonblocking,
                       struct unix_packet **out)
{
    int err = wait_for_room(sender, nonblocking);
    struct unix_packet *packet;

    if (err != 0)
        return err;
    packet = kmalloc(sizeof(*packet) + len, ALLOC_WAIT);
    if (packet == NULL)
        return -ENOBUFS;
    *packet = (struct unix_packet){.sender = unix_get(sender),
                                   .charge = cost_of(len, paged),
                                   .len = len,
                                   .identity = {.uid = ~0u, .gid = ~0u},
                                   .sent = time_realtime_ns()};
    list_init(&packet->link);
    fetch_add(&sender->charged, (s32)packet->charge);
    *out = packet;
    return 0;
}

void unix_packet_identify(struct unix_packet *packet, const struct unix_socket *receiver)
{
    const struct credentials *credentials = vfs_current()->credentials;

    if (packet->identity.pid != 0)
        return;
    if (READ_ONCE(receiver->socket.file) != NULL &&
        !socket_has(&receiver->socket, SOCKET_PASS_CREDENTIALS) &&
        !socket_has(&packet->sender->socket, SOCKET_PASS_CREDENTIALS))
        return;
    packet->identity = (struct unix_identity){
        .pid = vfs_current()->process_id, .uid = credentials->uid, .gid = credentials->gid};
}

void unix_enqueue_locked(struct unix_socket *self, struct unix_packet *packet)
{
    ASSERT_HELD(&self->lock);
    list_add_tail(&packet->link, &self->queue);
    WRITE_ONCE(self->nr_queued, self->nr_queued + 1);
    WRITE_ONCE(self->nr_arrived, self->nr_arrived + 1);
}

/* ---- the end ---- */

/* A thread that discards, and what it still has to do. */
struct discarder {
    struct list_head link;
    struct thread *thread;    /* (I) */
    struct list_head packets; /* only this thread's */
};

static struct spinlock discarders_lock = SPINLOCK_INIT(LOCK_RANK_SOCKET_TABLE);
static struct list_head discarders = LIST_INIT(discarders); /* (discarders_lock) */

/* The running thread's; NULL: it is not discarding. */
static struct discarder *discarder_find(void)
{
    struct discarder *each, *found = NULL;

    spin_lock(&discarders_lock);
    list_for_each_entry (each, &discarders, link)
        if (each->thread == current_thread())
            found = each;
    spin_unlock(&discarders_lock);
    return found;
}

static void discarder_enter(struct discarder *discarder)
{
    discarder->thread = current_thread();
    list_init(&discarder->packets);
    spin_lock(&discarders_lock);
    list_add(&discarder->link, &discarders);
    spin_unlock(&discarders_lock);
}

static void discarder_leave(struct discarder *discarder)
{
    spin_lock(&discarders_lock);
    list_remove(&discarder->link);
    spin_unlock(&discarders_lock);
}

/* What the packet cost its sender comes back. */
static void packet_free(struct unix_packet *packet)
{
    struct unix_socket *sender = packet->sender;

    fetch_sub(&sender->charged, (s32)packet->charge);
    if (unix_is_writable(sender))
        socket_wake(&sender->socket, WRITE_EVENTS);
    unix_put(sender);
    kfree(packet);
}

/* Files of packets are closed here, which may lead to more packets. */
static void discard_with_rights(struct list_head *packets)
{
    struct discarder *outer = discarder_find();
    struct discarder mine;

    if (outer != NULL) {
        list_splice_tail(packets, &outer->packets);
        return;
    }
    discarder_enter(&mine);
    list_splice_tail(packets, &mine.packets);
    while (!list_is_empty(&mine.packets)) {
        struct unix_packet *packet = list_first_entry(&mine.packets, struct unix_packet, link);
        struct unix_rights *rights = unix_rights_land(packet);

        list_remove(&packet->link);
        if (rights != NULL)
            unix_rights_close(rights);
        packet_free(packet);
    }
    discarder_leave(&mine);
}

void unix_packets_discard(struct list_head *packets)
{
    struct list_head with_rights = LIST_INIT(with_rights);
    struct unix_packet *packet, *following;

    list_for_each_entry_safe (packet, following, packets, link) {
        if (packet->rights != NULL) {
            list_move_tail(&packet->link, &with_rights);
        } else {
            list_remove(&packet->link);
            packet_free(packet);
        }
    }
    if (!list_is_empty(&with_rights))
        discard_with_rights(&with_rights);
}

void unix_packet_discard(struct unix_packet *packet)
{
    struct list_head packets = LIST_INIT(packets);

    if (likely(packet->rights == NULL)) {
        packet_free(packet);
        return;
    }
    list_add(&packet->link, &packets);
    discard_with_rights(&packets);
}
