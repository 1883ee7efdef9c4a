/*
 * epoll(7).
 *
 * A watch (struct epoll_item) registers at the wait queues of its file for as long as it exists. A
 * wake puts it on the list of ready watches, at the end; epoll_wait goes through that list, asks
 * each file what is true now and reports it. What is level-triggered and still ready stays on the
 * list, behind the others; edge-triggered and one-shot watches leave it before their file is asked,
 * so that a wake from then on counts again.
 *
 * Locks: epoll_mutex (sleeping, all instances) for watches coming and going; epoll.lock (sleeping)
 * for the tree and for taking from the ready list; epoll.ready_lock (spin, interrupts off, unranked
 * since it is taken below any wait queue) for the ready list and the wanted events. A watch holds
 * no reference to its file: the last file_put removes it first.
 */
#include "epoll_internal.h"

#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/user_account.h>

struct mutex epoll_mutex = MUTEX_INIT(epoll_mutex);

static const struct file_ops epoll_file_ops;

struct epoll *epoll_of(const struct file *file)
{
    return file->ops == &epoll_file_ops ? file->private : NULL;
}

/* ---- readiness ---- */

bool epoll_item_make_ready(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    irqflags_t flags = spin_lock_irqsave(&epoll->ready_lock);
    bool added = !list_is_linked(&item->ready_link);

    item->woken = true;
    if (added)
        list_add_tail(&item->ready_link, &epoll->ready);
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
    return added;
}

static bool registration_wake(struct waiter *waiter, unsigned long key)
{
    struct epoll_item *item = container_of(waiter, struct epoll_registration, waiter)->item;
    struct wait_queue *queue = &item->epoll->queue;
    u32 wanted = READ_ONCE(item->events);

    if ((wanted & ~EPOLL_PRIVATE) == 0 || (key != 0 && !(key & wanted)))
        return false;
    epoll_item_make_ready(item);
    /* EPOLLEXCLUSIVE: where no thread waits the wake is left to the next instance. */
    return !wait_queue_is_empty(queue) && wake_waiters(queue, EPOLLIN | EPOLLRDNORM, false);
}

struct epoll_enqueuer {
    struct poll_table table;
    struct epoll_item *item;
};

static void item_enqueue(struct poll_table *table, struct file *file, struct wait_queue *queue)
{
    struct epoll_item *item = container_of(table, struct epoll_enqueuer, table)->item;
    struct epoll_registration *registration = kzalloc(sizeof(*registration), ALLOC_WAIT);

    (void)file;
    if (registration == NULL) {
        item->err = -ENOMEM;
        return;
    }
    registration->waiter.wake = registration_wake;
    registration->waiter.exclusive = item->events & EPOLLEXCLUSIVE;
    registration->queue = queue;
    registration->item = item;
    registration->next = item->registrations;
    item->registrations = registration;
    wait_queue_add(queue, &registration->waiter);
}

int epoll_item_register(struct epoll_item *item)
{
    struct epoll_enqueuer enqueuer = {.table = {.enqueue = item_enqueue, .events = item->events},
                                      .item = item};

    (void)file_poll(item->file, &enqueuer.table);
    return item->err;
}

u32 epoll_item_poll(struct epoll_item *item)
{
    return file_poll(item->file, NULL) & READ_ONCE(item->events);
}

static bool ready_is_empty(struct epoll *epoll)
{
    return READ_ONCE(epoll->ready.next) == &epoll->ready;
}

/* ---- watches ---- */

static int item_compare(const struct file *file, int fd, const struct epoll_item *item)
{
    if (file != item->file)
        return file < item->file ? -1 : 1;
    return fd < item->fd ? -1 : fd > item->fd;
}

struct epoll_item *epoll_item_find(struct epoll *epoll, const struct file *file, int fd)
{
    struct rb_node *node = epoll->items.node;

    while (node != NULL) {
        struct epoll_item *item = epoll_item_of(node);
        int order = item_compare(file, fd, item);

        if (order == 0)
            return item;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

void epoll_item_insert(struct epoll *epoll, struct epoll_item *item)
{
    struct rb_node *parent = NULL;
    struct rb_node **link = &epoll->items.node;

    while (*link != NULL) {
        parent = *link;
        link = item_compare(item->file, item->fd, epoll_item_of(parent)) < 0 ? &parent->left
                                                                             : &parent->right;
    }
    rb_insert(&epoll->items, &item->node, parent, link);
    list_add_tail(&item->file_link, &item->file->epoll_items);
}

void epoll_item_destroy(struct epoll_item *item)
{
    struct epoll_registration *registration = item->registrations;
    struct epoll *epoll = item->epoll;
    irqflags_t flags;

    while (registration != NULL) {
        struct epoll_registration *next = registration->next;

        wait_queue_remove(registration->queue, &registration->waiter);
        kfree(registration);
        registration = next;
    }
    flags = spin_lock_irqsave(&epoll->ready_lock);
    list_remove(&item->ready_link);
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
    rb_erase(&epoll->items, &item->node);
    list_remove(&item->file_link);
    kfree(item);
    epoll_uncharge(epoll);
}

void epoll_forget(struct file *file)
{
    /* An instance that ends may be taking the last watch off: done when both are written. */
    if (load_acquire(&file->epoll_items.next) == &file->epoll_items &&
        load_acquire(&file->epoll_items.prev) == &file->epoll_items)
        return;
    mutex_lock(&epoll_mutex);
    while (!list_is_empty(&file->epoll_items)) {
        struct epoll_item *item =
            list_first_entry(&file->epoll_items, struct epoll_item, file_link);
        struct epoll *epoll = item->epoll;

        mutex_lock(&epoll->lock);
        epoll_item_destroy(item);
        mutex_unlock(&epoll->lock);
    }
    mutex_unlock(&epoll_mutex);
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->private;

    mutex_lock(&epoll_mutex);
    mutex_lock(&epoll->lock);
    while (!rb_is_empty(&epoll->items))
        epoll_item_destroy(epoll_item_of(epoll->items.node));
    mutex_unlock(&epoll->lock);
    mutex_unlock(&epoll_mutex);
    user_account_put(epoll->account);
    kfree(epoll);
}

/* The first ready watch. => epoll.lock held, so nobody else takes it; the list is not empty */
static struct epoll_item *ready_first(const struct epoll *epoll)
{
    return container_of(READ_ONCE(epoll->ready.next), struct epoll_item, ready_link);
}

/*
 * The last one, NULL: the list is empty, or its first one is just being put there. Those that
 * become ready from now on come behind it.
 */
static struct epoll_item *ready_last(const struct epoll *epoll)
{
    struct list_head *last = load_acquire(&epoll->ready.prev);

    return last == &epoll->ready ? NULL : container_of(last, struct epoll_item, ready_link);
}

static void ready_remove(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    irqflags_t flags = spin_lock_irqsave(&epoll->ready_lock);

    list_remove(&item->ready_link);
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
}

/* Behind the others, so that each has its turn. */
static void ready_rotate(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    irqflags_t flags;

    if (READ_ONCE(item->ready_link.next) == &epoll->ready)
        return;
    flags = spin_lock_irqsave(&epoll->ready_lock);
    list_remove(&item->ready_link);
    list_add_tail(&item->ready_link, &epoll->ready);
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
}

/* Nothing is true of its file. A wake since that was asked, which found it on the list, keeps it
 * there. */
static __noinline void ready_leave(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    irqflags_t flags = spin_lock_irqsave(&epoll->ready_lock);

    if (!item->woken)
        list_remove(&item->ready_link);
    spin_unlock_irqrestore(&epoll->ready_lock, flags);
}

/* The events of a watch on the ready list, which it leaves when there are none. => epoll.lock held
 */
static __always_inline u32 ready_poll(struct epoll_item *item)
{
    u32 events;

    WRITE_ONCE(item->woken, false);
    memory_barrier();
    events = epoll_item_poll(item);
    if (unlikely(events == 0))
        ready_leave(item);
    return events;
}

static unsigned epoll_poll(struct file *file, struct poll_table *table)
{
    struct epoll *epoll = file->private;
    unsigned events = 0;

    poll_wait(file, &epoll->queue, table);
    mutex_lock(&epoll->lock);
    while (events == 0 && !ready_is_empty(epoll)) {
        if (ready_poll(ready_first(epoll)) != 0)
            events = EPOLLIN | EPOLLRDNORM;
    }
    mutex_unlock(&epoll->lock);
    return events;
}

static const struct file_ops epoll_file_ops = {
    .release = epoll_release,
    .poll = epoll_poll,
    .seek = file_seek_null,
};

struct file *epoll_create(void)
{
    struct epoll *epoll = kzalloc(sizeof(*epoll), ALLOC_WAIT);
    struct file *file;

    if (epoll == NULL)
        return ERR_PTR(-ENOMEM);
    epoll->account = user_account_find(vfs_current()->credentials->uid);
    if (epoll->account == NULL) {
        kfree(epoll);
        return ERR_PTR(-ENOMEM);
    }
    mutex_init(&epoll->lock);
    spin_lock_init(&epoll->ready_lock, LOCK_RANK_NONE);
    list_init(&epoll->ready);
    wait_queue_init(&epoll->queue);
    spin_lock_init(&epoll->queue.lock,
                   LOCK_RANK_NONE); /* woken below any queue, even another epoll's */
    file = file_create_pseudo("[eventpoll]", 0, &epoll_file_ops, epoll, O_RDWR);
    if (IS_ERR(file)) {
        user_account_put(epoll->account);
        kfree(epoll);
    } else {
        epoll->file = file;
    }
    return file;
}

/* ---- epoll_wait ---- */

/* Write one event. 0, -EFAULT. */
static int event_put(struct epoll_event __user *place, u32 events, u64 data)
{
    return put_user(events, &place->events) != 0 ? -EFAULT : put_user(data, &place->data);
}

/* An edge-triggered or one-shot watch, at @place. 1: told; 0: nothing to tell; -EFAULT. */
static __noinline int tell_once(struct epoll_item *item, struct epoll_event __user *place)
{
    u32 events;

    ready_remove(item);
    events = epoll_item_poll(item);
    if (events == 0)
        return 0;
    if (event_put(place, events, item->data) != 0) {
        epoll_item_make_ready(item);
        return -EFAULT;
    }
    if (item->events & EPOLLONESHOT)
        WRITE_ONCE(item->events, item->events & EPOLL_PRIVATE);
    return 1;
}

/* Any watch. As tell_once. */
static int item_tell(struct epoll_item *item, struct epoll_event __user *place)
{
    u32 events;

    if (item->events & (EPOLLET | EPOLLONESHOT))
        return tell_once(item, place);
    events = ready_poll(item);
    if (events == 0)
        return 0;
    if (event_put(place, events, item->data) != 0)
        return -EFAULT;
    ready_rotate(item);
    return 1;
}

static int epoll_transfer(struct epoll *epoll, struct epoll_event __user *events, int maximum)
{
    struct epoll_item *item = NULL;
    struct epoll_item *last;
    int count = 0;
    int told = 0;

    mutex_lock(&epoll->lock);
    last = ready_last(epoll);
    while (item != last && count < maximum && told >= 0) {
        item = ready_first(epoll);
        told = item_tell(item, events + count);
        if (told > 0)
            count++;
    }
    mutex_unlock(&epoll->lock);
    if (!ready_is_empty(epoll))
        wake_key(&epoll->queue, EPOLLIN | EPOLLRDNORM);
    return count == 0 && told < 0 ? told : count;
}

/* Apart, so that who finds something does not pay for room to wait. 0; -ETIMEDOUT, -ERESTARTSYS. */
static __noinline int wait_ready(struct epoll *epoll, u64 deadline)
{
    return wait_event_full_(&epoll->queue, !ready_is_empty(epoll), THREAD_INTERRUPTIBLE, true,
                            deadline);
}

int epoll_wait(struct file *file, struct epoll_event __user *events, int maximum, u64 deadline)
{
    struct epoll *epoll = epoll_of(file);
    int result;

    if (epoll == NULL)
        return -EINVAL;
    for (;;) {
        if (!ready_is_empty(epoll)) {
            result = epoll_transfer(epoll, events, maximum);
            if (result != 0)
                return result;
        }
        if (deadline == 0)
            return 0;
        result = wait_ready(epoll, deadline);
        if (result == -ETIMEDOUT)
            return 0;
        if (result != 0)
            return -EINTR;
    }
}
