/*
 * From pipe to pipe: splice(2) moves slots, tee(2) shares their pages. A page in two pipes is
 * never appended to (pipe_slot.fixed).
 *
 * Locks: both pipes', the lower address first.
 */
#include "pipe_private.h"

#include <abi/errno.h>
#include <kmem/frames.h>
#include <lib/atomic.h>

static void lock_both(struct pipe *a, struct pipe *b)
{
    mutex_lock(&(a < b ? a : b)->lock);
    mutex_lock(&(a < b ? b : a)->lock);
}

static void unlock_both(struct pipe *a, struct pipe *b)
{
    mutex_unlock(&a->lock);
    mutex_unlock(&b->lock);
}

/* Wait, each lock by itself, until there is something to take and room for it. */
static ssize_t wait_both(struct pipe *from, struct pipe *to, bool nonblocking)
{
    ssize_t err;

    mutex_lock(&from->lock);
    err = pipe_wait_data(from, nonblocking);
    mutex_unlock(&from->lock);
    if (err != 0)
        return err;
    mutex_lock(&to->lock);
    err = pipe_wait_room(to, nonblocking);
    mutex_unlock(&to->lock);
    return err;
}

/* A second holder of the first @len bytes of @slot. */
static void share(struct pipe_slot *slot, struct pipe *to, u32 len)
{
    bool packet = slot->packet;

    slot->fixed = true;
    page_get(slot->page);
    pipe_push(to, slot->page, slot->offset, len)->packet = packet;
}

/* => both locks held */
static size_t move_slots(struct pipe *from, struct pipe *to, size_t len)
{
    size_t done = 0;

    while (done < len && from->used > 0 && to->used < to->nr_slots) {
        struct pipe_slot *slot = pipe_first(from);
        u32 piece = (u32)min((size_t)slot->len, len - done);

        share(slot, to, piece);
        pipe_consume(from, piece);
        done += piece;
    }
    return done;
}

/* => both locks held */
static size_t share_slots(struct pipe *from, struct pipe *to, size_t len)
{
    size_t done = 0;

    for (u32 i = 0; done < len && i < from->used && to->used < to->nr_slots; i++) {
        struct pipe_slot *slot = pipe_slot_at(from, i);
        u32 piece = (u32)min((size_t)slot->len, len - done);

        share(slot, to, piece);
        done += piece;
    }
    return done;
}

/* Both calls: @step does the work once there is some. */
static ssize_t transfer(struct pipe *from, struct pipe *to, size_t len, bool nonblocking,
                        size_t (*step)(struct pipe *, struct pipe *, size_t))
{
    size_t done;
    bool ended;

    for (;;) {
        ssize_t err = wait_both(from, to, nonblocking);

        if (err != 0)
            return err;
        lock_both(from, to);
        done = to->readers == 0 ? 0 : step(from, to, len);
        ended = to->readers == 0 || (from->used == 0 && from->writers == 0);
        err = to->readers == 0 ? -EPIPE : 0;
        unlock_both(from, to);
        if (done > 0)
            pipe_wake_readers(to);
        if (done > 0 || ended)
            return done > 0 ? (ssize_t)done : err;
    }
}

ssize_t pipe_move(struct pipe *from, struct pipe *to, size_t len, bool nonblocking)
{
    ssize_t result = transfer(from, to, len, nonblocking, move_slots);

    if (result > 0)
        pipe_wake_writers(from);
    return result;
}

ssize_t pipe_tee(struct pipe *from, struct pipe *to, size_t len, bool nonblocking)
{
    return transfer(from, to, len, nonblocking, share_slots);
}
