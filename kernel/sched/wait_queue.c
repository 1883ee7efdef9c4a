/*
 * Wait queues and the event that happens once.
 *
 * A wake makes the thread runnable first and then takes its waiter off the list, last of all: once
 * a waiter finds itself unlinked, the waker does not touch it any more, and it may leave without
 * the lock.
 */
#include <abi/errno.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/preempt.h>
#include <sched/wait.h>

void wait_queue_init_inner(struct wait_queue *queue)
{
    spin_lock_init(&queue->lock, LOCK_RANK_WAIT_INNER);
    list_init(&queue->waiters);
}

void wait_queue_add(struct wait_queue *queue, struct waiter *waiter)
{
    irqflags_t flags = spin_lock_irqsave(&queue->lock);

    if (waiter->exclusive)
        list_add_tail(&waiter->link, &queue->waiters);
    else
        list_add(&waiter->link, &queue->waiters);
    spin_unlock_irqrestore(&queue->lock, flags);
}

void wait_queue_remove(struct wait_queue *queue, struct waiter *waiter)
{
    irqflags_t flags = spin_lock_irqsave(&queue->lock);

    list_remove(&waiter->link);
    spin_unlock_irqrestore(&queue->lock, flags);
}

/* => true: the wake was used up */
static bool wake_waiter(struct waiter *waiter, unsigned long key)
{
    if (waiter->wake != NULL)
        return waiter->wake(waiter, key);
    if (!thread_wake(waiter->thread))
        return false;
    list_remove(&waiter->link);
    return true;
}

bool wake_waiters(struct wait_queue *queue, unsigned long key, bool all)
{
    irqflags_t flags = spin_lock_irqsave(&queue->lock);
    struct waiter *waiter, *following;
    bool used = false;

    list_for_each_entry_safe (waiter, following, &queue->waiters, link) {
        bool exclusive = waiter->exclusive;

        if (key != 0 && waiter->key_mask != 0 && !(waiter->key_mask & key))
            continue;
        used = wake_waiter(waiter, key) && exclusive && !all;
        if (used)
            break;
    }
    spin_unlock_irqrestore(&queue->lock, flags);
    return used;
}

void wait_prepare(struct wait_queue *queue, struct waiter *waiter, enum thread_state state,
                  bool exclusive)
{
    irqflags_t flags = spin_lock_irqsave(&queue->lock);

    if (waiter->thread == NULL) {
        waiter->thread = current_thread();
        waiter->exclusive = exclusive;
        list_init(&waiter->link);
    }
    if (!list_is_linked(&waiter->link)) {
        if (exclusive)
            list_add_tail(&waiter->link, &queue->waiters);
        else
            list_add(&waiter->link, &queue->waiters);
    }
    thread_set_state(state);
    spin_unlock_irqrestore(&queue->lock, flags);
}

int wait_once(enum thread_state state, u64 deadline)
{
    struct thread *self = current_thread();

    might_sleep();
    self->wait_channel = __builtin_return_address(0);
    if (!thread_signal_interrupts(self, state))
        schedule_until(deadline);
    if (thread_signal_interrupts(self, state))
        return -ERESTARTSYS;
    if (deadline != WAIT_FOREVER && arch_clock_ns() >= deadline)
        return -ETIMEDOUT;
    return 0;
}

void wait_finish(struct wait_queue *queue, struct waiter *waiter, int result)
{
    bool unlinked = load_acquire(&waiter->link.next) == &waiter->link &&
                    load_acquire(&waiter->link.prev) == &waiter->link;
    irqflags_t flags;

    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
    if (!unlinked) {
        flags = spin_lock_irqsave(&queue->lock);
        unlinked = !list_is_linked(&waiter->link);
        list_remove(&waiter->link);
        spin_unlock_irqrestore(&queue->lock, flags);
    }
    if (unlinked && result != 0 && waiter->exclusive)
        wake_one(queue); /* the wake was ours, and we do not use it */
}

void completion_init(struct completion *completion)
{
    completion->done = false;
    wait_queue_init(&completion->queue);
}

/* The completion may be on the waiter's stack: it must not go before the signaller is done with it.
 */
static void completion_settle(struct completion *completion)
{
    irqflags_t flags = spin_lock_irqsave(&completion->queue.lock);

    spin_unlock_irqrestore(&completion->queue.lock, flags);
}

void completion_wait(struct completion *completion)
{
    wait_event(&completion->queue, load_acquire(&completion->done));
    completion_settle(completion);
}

int completion_wait_killable(struct completion *completion)
{
    int error = wait_event_killable(&completion->queue, load_acquire(&completion->done));

    completion_settle(completion);
    return error;
}

void completion_signal(struct completion *completion)
{
    irqflags_t flags = spin_lock_irqsave(&completion->queue.lock);
    struct waiter *waiter, *following;

    store_release(&completion->done, true);
    list_for_each_entry_safe (waiter, following, &completion->queue.waiters, link)
        (void)wake_waiter(waiter, 0);
    spin_unlock_irqrestore(&completion->queue.lock, flags);
}
