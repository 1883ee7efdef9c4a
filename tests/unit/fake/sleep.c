/*
 * Threads and sleeping of the fake machine: there is one thread, so whoever would have to wait
 * would wait for ever, and the test ends. RCU callbacks and deferred work are kept until
 * fake_run_deferred, so that what is freed too early is seen.
 */
#include "fake/mmu.h"

#include <arch/smp.h>
#include <kern/preempt.h>
#include <sched/rcu.h>
#include <sched/wait.h>
#include <sched/work.h>

#include "fake/fake.h"

#define WRITER (~0ul)

static struct thread the_thread;
static struct rcu_head *callbacks;
static struct work *works[16];
static unsigned nr_works;

void fake_thread_start(void)
{
    unsigned cpu;

    for (cpu = 0; cpu < cpu_count(); cpu++)
        fake_cpus[cpu].current = &the_thread;
}

static void check_sleep(const char *what)
{
    if (preempt_depth() != 0 || !irq_enabled())
        fake_fatal("%s where sleeping is not allowed", what);
}

/* ---- readers-writer locks and mutexes ---- */

void rwlock_init(struct rwlock *lock)
{
    *lock = (struct rwlock){.count = 0};
}

bool read_trylock(struct rwlock *lock)
{
    if (lock->count == WRITER)
        return false;
    lock->count++;
    return true;
}

void read_lock(struct rwlock *lock)
{
    check_sleep("read_lock");
    if (!read_trylock(lock))
        fake_fatal("read_lock of a lock held for writing");
}

void read_unlock(struct rwlock *lock)
{
    if (lock->count == 0 || lock->count == WRITER)
        fake_fatal("read_unlock of a lock not held for reading");
    lock->count--;
}

bool write_trylock(struct rwlock *lock)
{
    if (lock->count != 0)
        return false;
    lock->count = WRITER;
    return true;
}

void write_lock(struct rwlock *lock)
{
    check_sleep("write_lock");
    if (!write_trylock(lock))
        fake_fatal("write_lock of a held lock");
}

void write_unlock(struct rwlock *lock)
{
    if (lock->count != WRITER)
        fake_fatal("write_unlock of a lock not held for writing");
    lock->count = 0;
}

void write_downgrade(struct rwlock *lock)
{
    if (lock->count != WRITER)
        fake_fatal("write_downgrade of a lock not held for writing");
    lock->count = 1;
}

bool rwlock_is_held(const struct rwlock *lock)
{
    return lock->count != 0;
}

bool rwlock_is_write_held(const struct rwlock *lock)
{
    return lock->count == WRITER;
}

void mutex_lock(struct mutex *mutex)
{
    check_sleep("mutex_lock");
    if (mutex->owner != 0)
        fake_fatal("mutex_lock of a held mutex");
    mutex->owner = (uintptr_t)&the_thread;
}

void mutex_unlock(struct mutex *mutex)
{
    if (mutex->owner != (uintptr_t)&the_thread)
        fake_fatal("mutex_unlock of a mutex not held");
    mutex->owner = 0;
}

/* ---- wait queues ---- */

bool wake_waiters(struct wait_queue *queue __unused, unsigned long key __unused, bool all __unused)
{
    return false;
}

void wait_prepare(struct wait_queue *queue __unused, struct waiter *waiter __unused,
                  enum thread_state state __unused, bool exclusive __unused)
{
    check_sleep("waiting");
}

int (*fake_on_wait)(void);

int wait_once(enum thread_state state __unused, u64 deadline __unused)
{
    if (fake_on_wait == NULL)
        fake_fatal("waiting for an event that nobody will cause");
    return fake_on_wait();
}

void wait_finish(struct wait_queue *queue __unused, struct waiter *waiter __unused,
                 int result __unused)
{
}

/* ---- later ---- */

void rcu_call(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
    head->function = function;
    head->next = callbacks;
    callbacks = head;
}

bool work_queue(struct work *work)
{
    if (work->queued)
        return false;
    if (nr_works == ARRAY_SIZE(works))
        fake_fatal("too much deferred work");
    work->queued = 1;
    works[nr_works++] = work;
    return true;
}

void fake_run_deferred(void)
{
    check_sleep("deferred work");
    while (callbacks != NULL) {
        struct rcu_head *head = callbacks;

        callbacks = head->next;
        head->function(head);
    }
    while (nr_works > 0) {
        struct work *work = works[--nr_works];

        work->queued = 0;
        work->function(work);
    }
}
