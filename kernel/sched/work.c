/*
 * Deferred work: one list, one kernel thread.
 *
 * work.queued is cleared before the function runs, so that what is queued meanwhile runs again.
 */
#include <kern/panic.h>
#include <lib/atomic.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <sched/work.h>

static struct {
    struct spinlock lock;
    struct list_head list;         /* (lock) struct work */
    const struct work *running;    /* (lock) */
    struct thread *thread;         /* (I) after work_start */
    struct wait_queue flush_queue; /* woken after each item */
} works = {
    .lock = SPINLOCK_INIT(LOCK_RANK_RCU),
    .list = LIST_INIT(works.list),
    .flush_queue = WAIT_QUEUE_INIT(works.flush_queue),
};

bool work_queue(struct work *work)
{
    irqflags_t flags;

    if (xchg(&work->queued, 1) != 0)
        return false;
    flags = spin_lock_irqsave(&works.lock);
    list_add_tail(&work->link, &works.list);
    spin_unlock_irqrestore(&works.lock, flags);
    if (works.thread != NULL)
        thread_wake(works.thread);
    return true;
}

static struct work *take_first(void)
{
    irqflags_t flags = spin_lock_irqsave(&works.lock);
    struct work *work = list_first_entry_or_null(&works.list, struct work, link);

    if (work != NULL) {
        list_remove(&work->link);
        works.running = work;
        store_release(&work->queued, 0);
    }
    spin_unlock_irqrestore(&works.lock, flags);
    return work;
}

static void work_main(void *argument __unused)
{
    for (;;) {
        struct work *work;

        thread_set_state(THREAD_INTERRUPTIBLE); /* not part of the load */
        work = take_first();
        if (work == NULL) {
            schedule();
            continue;
        }
        WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
        work->function(work);
        store_release(&works.running, NULL);
        wake_all(&works.flush_queue);
    }
}

static bool is_busy(const struct work *work)
{
    irqflags_t flags = spin_lock_irqsave(&works.lock);
    bool busy = READ_ONCE(work->queued) || works.running == work;

    spin_unlock_irqrestore(&works.lock, flags);
    return busy;
}

void work_flush(struct work *work)
{
    wait_event(&works.flush_queue, !is_busy(work));
}

void work_start(void)
{
    struct thread *thread = thread_create_kernel("work", work_main, NULL);

    if (IS_ERR(thread))
        panic("no memory for the work thread");
    sched_set_nice(thread, NICE_MIN); /* as the RCU thread */
    store_release(&works.thread, thread);
    thread_wake(thread);
}
