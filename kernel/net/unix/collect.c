/*
 * AF_UNIX: sockets that only their own packets keep alive.
 *
 *      close(a), close(b)               descriptor tables
 *                                            (none)
 *      a ──peer── b                     in flight: a's file, held by a packet in b's queue,
 *      queue of b: [file a]                        b's file, held by a packet in a's queue
 *      queue of a: [file b]             references of each file == times it is in flight
 *
 * A candidate is a socket in flight whose file has no other reference. Take from each candidate's
 * count what the queues of candidates explain; one that has something left is held by a queue that
 * can be read, and so is all that its own queue holds, and so on. The rest is garbage: its packets
 * are taken away, which closes it. Queues of a listener's embryos count as the listener's.
 *
 * Under the flight lock nothing enters or leaves a packet, and a file that has only references in
 * flight gets no other. So one look is exact.
 */
#include "unix.h"

#include <lib/string.h>
#include <vfs/file.h>

enum mark { MARK_NONE, MARK_CANDIDATE, MARK_REACHED };

static struct spinlock flight_lock = SPINLOCK_INIT(LOCK_RANK_SOCKET_TABLE);
static struct list_head flying = LIST_INIT(flying); /* (flight_lock) sockets with in_flight > 0 */

typedef void visit_fn(struct unix_socket *child, struct list_head *list);

void unix_flight_lock(void)
{
    spin_lock(&flight_lock);
}

void unix_flight_unlock(void)
{
    spin_unlock(&flight_lock);
}

struct unix_socket *unix_of_file(const struct file *file)
{
    struct socket *socket = socket_of_file(file);

    return socket != NULL && socket->domain == AF_UNIX ? unix_of(socket) : NULL;
}

void unix_flight_enter(struct file *file)
{
    struct unix_socket *self = unix_of_file(file);

    ASSERT_HELD(&flight_lock);
    if (self != NULL && self->in_flight++ == 0)
        list_add_tail(&self->flight_link, &flying);
}

void unix_flight_leave(struct file *file)
{
    struct unix_socket *self = unix_of_file(file);

    ASSERT_HELD(&flight_lock);
    if (self != NULL && --self->in_flight == 0)
        list_remove(&self->flight_link);
}

/* ---- walking over queues ---- */

static void visit_queue(const struct unix_socket *self, visit_fn *visit, struct list_head *list)
{
    struct unix_packet *packet;

    list_for_each_entry (packet, &self->queue, link) {
        for (unsigned i = 0; packet->rights != NULL && i < packet->rights->count; i++) {
            struct unix_socket *child = unix_of_file(packet->rights->files[i]);

            if (child != NULL && child->mark == MARK_CANDIDATE)
                visit(child, list);
        }
    }
}

/* Call @visit for each candidate that a packet of @self carries, as often as one does. */
static void visit_children(struct unix_socket *self, visit_fn *visit, struct list_head *list)
{
    struct unix_socket *embryo;

    spin_lock(&self->lock);
    visit_queue(self, visit, list);
    list_for_each_entry (embryo, &self->pending, pending_link) {
        spin_lock_nested(&embryo->lock);
        visit_queue(embryo, visit, list);
        spin_unlock(&embryo->lock);
    }
    spin_unlock(&self->lock);
}

static void visit_explain(struct unix_socket *child, struct list_head *list)
{
    (void)list;
    child->unexplained--;
}

static void visit_reach(struct unix_socket *child, struct list_head *list)
{
    child->mark = MARK_REACHED;
    list_move_tail(&child->collect_link, list);
}

/* ---- the three steps ---- */

static void find_candidates(struct list_head *candidates)
{
    struct unix_socket *self;

    list_for_each_entry (self, &flying, flight_link) {
        if (refcount_read(&self->socket.file->references) != (int)self->in_flight)
            continue;
        self->mark = MARK_CANDIDATE;
        self->unexplained = self->in_flight;
        list_add_tail(&self->collect_link, candidates);
    }
    list_for_each_entry (self, candidates, collect_link)
        visit_children(self, visit_explain, NULL);
}

/* Move to @reached what can be reached from outside; what stays in @candidates is garbage. */
static void find_reached(struct list_head *candidates, struct list_head *reached)
{
    struct unix_socket *self, *following;

    list_for_each_entry_safe (self, following, candidates, collect_link)
        if (self->unexplained > 0)
            visit_reach(self, reached);
    list_for_each_entry (self, reached, collect_link) /* grows at its end */
        visit_children(self, visit_reach, reached);
}

static void take_queue(struct unix_socket *self, struct list_head *packets)
{
    struct unix_packet *packet, *following;

    list_for_each_entry_safe (packet, following, &self->queue, link) {
        if (packet->rights == NULL)
            continue;
        if (packet == self->urgent)
            self->urgent = NULL;
        list_move_tail(&packet->link, packets);
        WRITE_ONCE(self->nr_queued, self->nr_queued - 1);
    }
}

static void take_packets(struct unix_socket *self, struct list_head *packets)
{
    struct unix_socket *embryo;

    spin_lock(&self->lock);
    take_queue(self, packets);
    list_for_each_entry (embryo, &self->pending, pending_link) {
        spin_lock_nested(&embryo->lock);
        take_queue(embryo, packets);
        spin_unlock(&embryo->lock);
    }
    spin_unlock(&self->lock);
}

static void unmark(struct list_head *list)
{
    struct unix_socket *self, *following;

    list_for_each_entry_safe (self, following, list, collect_link) {
        self->mark = MARK_NONE;
        list_remove(&self->collect_link);
    }
}

void unix_collect(void)
{
    struct list_head candidates = LIST_INIT(candidates), reached = LIST_INIT(reached);
    struct list_head packets = LIST_INIT(packets);
    struct unix_socket *self;

    if (list_is_empty(&flying))
        return;
    spin_lock(&flight_lock);
    find_candidates(&candidates);
    find_reached(&candidates, &reached);
    list_for_each_entry (self, &candidates, collect_link)
        take_packets(self, &packets);
    unmark(&candidates);
    unmark(&reached);
    spin_unlock(&flight_lock);
    unix_packets_discard(&packets);
}
