/*
 * poll(2) and select(2).
 *
 * One sleep registers the thread at every wait queue of every file (struct poll_waiters); a wake
 * that concerns the wanted events sets the flag and wakes the thread, which asks all files again.
 * Registration happens only in the first round: the queues stay the same.
 */
#include <vfs/poll.h>

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <time/time.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>

#define WAITERS_INLINE 8

struct poll_waiters;

/* One registration: a file's queue. */
struct poll_entry {
    struct waiter waiter;
    struct wait_queue *queue;
    struct file *file; /* referenced: the queue lives as long as it */
    struct poll_waiters *owner;
    struct poll_entry *next;
};

/* The thread that polls, and all its registrations. */
struct poll_waiters {
    struct poll_table table;
    struct thread *thread;
    u32 triggered; /* (a) something happened since it was cleared */
    int err;       /* -ENOMEM: a registration is missing */
    struct poll_entry *entries;
    unsigned nr_inline;
    struct poll_entry inline_entries[WAITERS_INLINE];
};

static bool poll_entry_wake(struct waiter *waiter, unsigned long key)
{
    struct poll_entry *entry = container_of(waiter, struct poll_entry, waiter);

    if (key != 0 && waiter->key_mask != 0 && (key & waiter->key_mask) == 0)
        return false;
    store_release(&entry->owner->triggered, 1);
    thread_wake(entry->owner->thread);
    return true;
}

static void poll_enqueue(struct poll_table *table, struct file *file, struct wait_queue *queue)
{
    struct poll_waiters *waiters = container_of(table, struct poll_waiters, table);
    struct poll_entry *entry;

    if (waiters->nr_inline < WAITERS_INLINE)
        entry = &waiters->inline_entries[waiters->nr_inline++];
    else
        entry = kmalloc(sizeof(*entry), ALLOC_WAIT);
    if (entry == NULL) {
        waiters->err = -ENOMEM;
        return;
    }
    *entry = (struct poll_entry){
        .waiter = {.thread = waiters->thread,
                   .wake = poll_entry_wake,
                   .key_mask = table->events | EPOLLERR | EPOLLHUP},
        .queue = queue,
        .file = file_get(file),
        .owner = waiters,
        .next = waiters->entries,
    };
    waiters->entries = entry;
    wait_queue_add(queue, &entry->waiter);
}

static void waiters_init(struct poll_waiters *waiters)
{
    waiters->table = (struct poll_table){.enqueue = poll_enqueue};
    waiters->thread = current_thread();
    waiters->triggered = 0;
    waiters->err = 0;
    waiters->entries = NULL;
    waiters->nr_inline = 0;
}

static void waiters_fini(struct poll_waiters *waiters)
{
    struct poll_entry *entry = waiters->entries;

    while (entry != NULL) {
        struct poll_entry *next = entry->next;

        wait_queue_remove(entry->queue, &entry->waiter);
        file_put(entry->file);
        if (entry < waiters->inline_entries || entry >= waiters->inline_entries + WAITERS_INLINE)
            kfree(entry);
        entry = next;
    }
}

/* Sleep until something is triggered. 0; -ETIMEDOUT; -ERESTARTNOHAND. */
static int waiters_sleep(struct poll_waiters *waiters, u64 deadline)
{
    int err = 0;

    thread_set_state(THREAD_INTERRUPTIBLE);
    if (!load_acquire(&waiters->triggered))
        err = wait_once(THREAD_INTERRUPTIBLE, deadline);
    thread_set_state(THREAD_RUNNABLE);
    WRITE_ONCE(waiters->triggered, 0);
    memory_barrier();
    return err == -ERESTARTSYS ? -ERESTARTNOHAND : err;
}

/* A set of files that is asked repeatedly: how many are ready, negative errno for a failure. */
typedef int poll_round_fn(void *set, struct poll_table *table);

/* Apart from poll_loop, so that a question without waiting does not pay for room for waiters. */
static __noinline int poll_and_wait(poll_round_fn *round, void *set, u64 deadline)
{
    struct poll_waiters waiters;
    int result, err = 0;

    waiters_init(&waiters);
    result = round(set, &waiters.table);
    while (result == 0 && err == 0 && waiters.err == 0) {
        err = waiters_sleep(&waiters, deadline);
        result = round(set, NULL);
    }
    waiters_fini(&waiters);
    if (result != 0)
        return result;
    if (waiters.err != 0)
        return waiters.err;
    return err == -ETIMEDOUT ? 0 : err;
}

static int poll_loop(poll_round_fn *round, void *set, u64 deadline)
{
    return deadline == 0 ? round(set, NULL) : poll_and_wait(round, set, deadline);
}

/* ---- poll ---- */

struct poll_set {
    const struct vfs_context *context;
    struct pollfd *fds;
    unsigned nr;
};

static inline unsigned poll_one(const struct vfs_context *context, const struct pollfd *poll,
                                struct poll_table *table)
{
    unsigned wanted = ((u16)poll->events) | EPOLLERR | EPOLLHUP;
    struct file *file;
    unsigned events;
    bool counted;

    if (poll->fd < 0)
        return 0;
    file = fd_borrow(context->files, poll->fd, &counted);
    if (file == NULL)
        return POLLNVAL;
    if (table != NULL)
        table->events = wanted;
    events = file_poll(file, table) & wanted;
    fd_give_back(file, counted);
    return events;
}

static inline int poll_all(const struct vfs_context *context, struct pollfd *fds, unsigned nr,
                           struct poll_table *table)
{
    int ready = 0;

    for (struct pollfd *poll = fds; poll < fds + nr; poll++) {
        unsigned events = poll_one(context, poll, ready == 0 ? table : NULL);

        poll->revents = (s16)events;
        if (events != 0)
            ready++;
    }
    return ready;
}

static int poll_round(void *argument, struct poll_table *table)
{
    struct poll_set *set = argument;

    return poll_all(set->context, set->fds, set->nr, table);
}

static __noinline int poll_waiting(const struct vfs_context *context, struct pollfd *fds,
                                   unsigned nr, u64 deadline)
{
    struct poll_set set = {.context = context, .fds = fds, .nr = nr};

    return poll_and_wait(poll_round, &set, deadline);
}

int vfs_poll(const struct vfs_context *context, struct pollfd *fds, unsigned nr, u64 deadline)
{
    return deadline == 0 ? poll_all(context, fds, nr, NULL)
                         : poll_waiting(context, fds, nr, deadline);
}

/* ---- select ---- */

#define SELECT_READ   (EPOLLRDNORM | EPOLLRDBAND | EPOLLIN | EPOLLHUP | EPOLLERR)
#define SELECT_WRITE  (EPOLLWRBAND | EPOLLWRNORM | EPOLLOUT | EPOLLERR)
#define SELECT_EXCEPT EPOLLPRI

struct select_state {
    const struct vfs_context *context;
    unsigned nr;
    const struct select_sets *wanted;
    struct select_sets found;
};

static bool set_has(const unsigned long *set, unsigned fd)
{
    return set != NULL && bitmap_test(set, fd);
}

static int set_note(const unsigned long *wanted, unsigned long *found, unsigned fd, bool is_ready)
{
    if (!is_ready || !set_has(wanted, fd))
        return 0;
    bitmap_set(found, fd);
    return 1;
}

/* How many of the three sets @fd is ready in; -EBADF. */
static int select_one(struct select_state *state, unsigned fd, struct poll_table *table)
{
    const struct select_sets *wanted = state->wanted;
    struct file *file = fd_get(state->context->files, (int)fd);
    unsigned events;

    if (file == NULL)
        return -EBADF;
    if (table != NULL)
        table->events = (set_has(wanted->read, fd) ? SELECT_READ : 0) |
                        (set_has(wanted->write, fd) ? SELECT_WRITE : 0) |
                        (set_has(wanted->except, fd) ? SELECT_EXCEPT : 0);
    events = file_poll(file, table);
    file_put(file);
    return set_note(wanted->read, state->found.read, fd, events & SELECT_READ) +
           set_note(wanted->write, state->found.write, fd, events & SELECT_WRITE) +
           set_note(wanted->except, state->found.except, fd, events & SELECT_EXCEPT);
}

static int select_round(void *argument, struct poll_table *table)
{
    struct select_state *state = argument;
    const struct select_sets *wanted = state->wanted;
    int ready = 0;

    for (unsigned fd = 0; fd < state->nr; fd++) {
        int found;

        if (!set_has(wanted->read, fd) && !set_has(wanted->write, fd) &&
            !set_has(wanted->except, fd))
            continue;
        found = select_one(state, fd, ready == 0 ? table : NULL);
        if (found < 0)
            return found;
        ready += found;
    }
    return ready;
}

static void set_replace(unsigned long *set, const unsigned long *found, size_t bytes)
{
    if (set != NULL)
        memcpy(set, found, bytes);
}

int vfs_select(const struct vfs_context *context, unsigned nr, struct select_sets *sets,
               u64 deadline)
{
    size_t longs = BITMAP_LONGS((size_t)nr);
    struct select_state state = {.context = context, .nr = nr, .wanted = sets};
    unsigned long *found = kcalloc(max(3 * longs, (size_t)1), sizeof(unsigned long), ALLOC_WAIT);
    int result;

    if (found == NULL)
        return -ENOMEM;
    state.found =
        (struct select_sets){.read = found, .write = found + longs, .except = found + 2 * longs};
    result = poll_loop(select_round, &state, deadline);
    if (result >= 0) {
        set_replace(sets->read, state.found.read, longs * sizeof(unsigned long));
        set_replace(sets->write, state.found.write, longs * sizeof(unsigned long));
        set_replace(sets->except, state.found.except, longs * sizeof(unsigned long));
    }
    kfree(found);
    return result;
}
