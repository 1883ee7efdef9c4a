/* The arithmetic of record locks: see record_lock.h. The caller's lock protects the list. */
#include "record_lock.h"

static bool ranges_overlap(const struct record_lock *lock, u64 start, u64 end)
{
    return lock->start <= end && lock->end >= start;
}

struct record_lock *record_find_conflict(const struct list_head *locks,
                                         const struct record_lock *wanted)
{
    struct record_lock *lock;
    struct record_lock *first = NULL;

    list_for_each_entry (lock, locks, link) {
        if (lock->owner == wanted->owner || !ranges_overlap(lock, wanted->start, wanted->end))
            continue;
        if (!lock->is_write && !wanted->is_write)
            continue;
        if (first == NULL || lock->start < first->start)
            first = lock;
    }
    return first;
}

/* Cut [start, end] out of @lock, which it overlaps. */
static void record_cut(struct record_lock *lock, u64 start, u64 end, struct record_lock **spare,
                       struct list_head *dropped)
{
    bool before = lock->start < start;
    bool after = lock->end > end;

    if (before && after) {
        struct record_lock *rest = *spare;

        *spare = NULL;
        *rest = *lock;
        rest->start = end + 1;
        lock->end = start - 1;
        list_add(&rest->link, &lock->link);
    } else if (before) {
        lock->end = start - 1;
    } else if (after) {
        lock->start = end + 1;
    } else {
        list_move(&lock->link, dropped);
    }
}

void record_clear(struct list_head *locks, const void *owner, u64 start, u64 end,
                  struct record_lock **spare, struct list_head *dropped)
{
    struct record_lock *lock, *following;

    list_for_each_entry_safe (lock, following, locks, link) {
        if (lock->owner == owner && ranges_overlap(lock, start, end))
            record_cut(lock, start, end, spare, dropped);
    }
}

/* Do the two touch or overlap, so that one lock of the same type can be both? */
static bool ranges_join(const struct record_lock *lock, u64 start, u64 end)
{
    bool ends_before = lock->end != RECORD_END && lock->end + 1 < start;
    bool begins_after = end != RECORD_END && lock->start > end + 1;

    return !ends_before && !begins_after;
}

void record_set(struct list_head *locks, struct record_lock *wanted, struct record_lock **spare,
                struct list_head *dropped)
{
    struct record_lock *lock, *following;

    list_for_each_entry_safe (lock, following, locks, link) {
        if (lock->owner != wanted->owner)
            continue;
        if (lock->is_write != wanted->is_write) {
            if (ranges_overlap(lock, wanted->start, wanted->end))
                record_cut(lock, wanted->start, wanted->end, spare, dropped);
        } else if (ranges_join(lock, wanted->start, wanted->end)) {
            wanted->start = min(wanted->start, lock->start);
            wanted->end = max(wanted->end, lock->end);
            list_move(&lock->link, dropped);
        }
    }
    list_add_tail(&wanted->link, locks);
}
