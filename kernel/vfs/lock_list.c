/*
 * The locks and their waiters, for /proc/locks.
 *
 * A lock is followed by the tree of those that wait for it: who also conflicts with one that waits
 * already is shown below that one. The tree is made when it is shown, in the order in which they
 * began to wait; blocked.lock is the lock at the root, blocked.above the one above,
 * NULL: the lock.
 *
 * Lock: locks_mutex.
 */
#include <vfs/lock.h>

#include <vfs/inode.h>
#include <vfs/mount.h>
#include "lock_set.h"
#include "lock_waiting.h"
#include "record_lock.h"

/* A lock that is shown, for one caller of lock_for_each. */
struct lock_view {
    int (*visit)(const struct lock_description *lock, void *argument);
    void *argument;
    const struct lock_set *set;
    bool is_flock;
    const void *lock; /* struct flock_lock or record_lock */
};

static int describe(const struct lock_view *view, const struct record_lock *record, unsigned depth)
{
    const struct inode *inode = view->set->inode;
    struct lock_description description = {
        .depth = depth,
        .state = "ADVISORY",
        .kind = view->is_flock   ? "FLOCK"
                : record->is_ofd ? "OFDLCK"
                                 : "POSIX",
        .write = record->is_write,
        .process_id = record->process_id,
        .device = inode->filesystem->device,
        .inode = inode->number,
        .start = record->start,
        .end = record->end,
    };

    return view->visit(&description, view->argument);
}

static const void *conflict_of(const struct lock_view *view, const struct blocked *blocked)
{
    if (blocked->set != view->set || blocked->is_flock != view->is_flock)
        return NULL;
    if (view->is_flock)
        return flock_find_conflict(view->set, blocked->wanted);
    return record_find_conflict(&view->set->records, blocked->wanted);
}

static bool is_conflict(const struct record_lock *one, const struct record_lock *other)
{
    return one->owner != other->owner && (one->is_write || other->is_write) &&
           one->start <= other->end && other->start <= one->end;
}

/* Going down where one conflicts with it: who is above began to wait before who is below. */
static void find_above(struct blocked *self)
{
    const struct blocked *other;

    self->above = NULL;
    list_for_each_entry (other, &all_blocked, link) {
        if (other == self)
            return;
        if (other->lock == self->lock && other->above == self->above &&
            is_conflict(other->wanted, self->wanted))
            self->above = other;
    }
}

/* The trees of all locks of one kind in the set. */
static void make_trees(const struct lock_view *view)
{
    struct blocked *blocked;

    list_for_each_entry (blocked, &all_blocked, link) {
        blocked->lock = conflict_of(view, blocked);
    }
    list_for_each_entry (blocked, &all_blocked, link) {
        if (blocked->lock != NULL)
            find_above(blocked);
    }
}

/* The first of those directly below @above that comes after @after (NULL: the first of all). */
static const struct blocked *below(const struct lock_view *view, const struct blocked *above,
                                   const struct blocked *after)
{
    const struct blocked *blocked;
    bool passed = after == NULL;

    list_for_each_entry (blocked, &all_blocked, link) {
        if (passed && blocked->lock == view->lock && blocked->above == above)
            return blocked;
        passed = passed || blocked == after;
    }
    return NULL;
}

/* Those below it before those beside it; on the way up @depth shrinks. => NULL: all were shown */
static const struct blocked *next_shown(const struct lock_view *view, const struct blocked *shown,
                                        unsigned *depth)
{
    const struct blocked *next = below(view, shown, NULL);

    *depth += next != NULL;
    while (next == NULL && shown != NULL) {
        next = below(view, shown->above, shown);
        if (next == NULL) {
            shown = shown->above;
            *depth -= 1;
        }
    }
    return next;
}

static int show_lock(const struct lock_view *view, const struct record_lock *record)
{
    const struct blocked *shown = NULL;
    unsigned depth = 0;
    int result = describe(view, record, 0);

    while (result == 0 && (shown = next_shown(view, shown, &depth)) != NULL)
        result = describe(view, shown->wanted, depth);
    return result;
}

static int show_flocks(struct lock_view *view)
{
    const struct flock_lock *flock;
    int result = 0;

    view->is_flock = true;
    make_trees(view);
    list_for_each_entry (flock, &view->set->flocks, link) {
        struct record_lock whole = {
            .is_write = flock->is_write, .process_id = flock->process_id, .end = RECORD_END};

        view->lock = flock;
        result = show_lock(view, &whole);
        if (result != 0)
            break;
    }
    return result;
}

static int show_records(struct lock_view *view)
{
    const struct record_lock *record;
    int result = 0;

    view->is_flock = false;
    make_trees(view);
    list_for_each_entry (record, &view->set->records, link) {
        view->lock = record;
        result = show_lock(view, record);
        if (result != 0)
            break;
    }
    return result;
}

int lock_for_each(int (*visit)(const struct lock_description *lock, void *argument), void *argument)
{
    struct lock_view view = {.visit = visit, .argument = argument};
    struct lock_set *set;
    int result = 0;

    mutex_lock(&locks_mutex);
    list_for_each_entry (set, &all_lock_sets, all) {
        view.set = set;
        result = show_flocks(&view);
        if (result == 0)
            result = show_records(&view);
        if (result == 0)
            result = lease_for_each(set, visit, argument);
        if (result != 0)
            break;
    }
    mutex_unlock(&locks_mutex);
    return result;
}
