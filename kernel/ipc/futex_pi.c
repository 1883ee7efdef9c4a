/*
 * Priority-inheriting locks.
 *
 * The word holds the owner's thread id, FUTEX_WAITERS when the kernel must be asked to unlock, and
 * FUTEX_OWNER_DIED. All waiters for all such locks are in one list under one lock: contention on
 * them is rare. The most urgent waiter (real-time priority, then arrival) gets the lock when it is
 * released: the releasing thread writes the new owner's id. When an owner ends without releasing,
 * the waiter is granted the lock and writes the word itself (it may be in another address space
 * than the owner was); until then it stays in the list and counts as the owner. While it has
 * waiters an owner runs at least at the priority of the most urgent real-time one, and so does whom
 * that owner waits for in turn. A task waits for one lock at a time, so the owners that one can
 * reach are a chain; a lock that would close it to a circle is refused (EDEADLK).
 *
 * pi_waiter.owner stays valid because an ending task hands its waiters over (futex_pi_exit) after
 * it set TASK_EXITING, and a task with that flag gets no new waiters.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>

#include "futex_internal.h"

static struct spinlock pi_lock = SPINLOCK_INIT(LOCK_RANK_FUTEX);
static struct list_head pi_waiters = LIST_INIT(pi_waiters); /* (pi_lock) in order of arrival */

static int waiter_priority(const struct pi_waiter *waiter)
{
    return READ_ONCE(waiter->task->thread.priority);
}

/* The most urgent waiter on @key that has not got it, or NULL. */
static struct pi_waiter *find_first(const struct mm_futex_key *key)
{
    struct pi_waiter *waiter, *best = NULL;

    list_for_each_entry (waiter, &pi_waiters, link) {
        if (!futex_key_is_equal(&waiter->key, key) || waiter->granted)
            continue;
        if (best == NULL || waiter_priority(waiter) > waiter_priority(best))
            best = waiter;
    }
    return best;
}

/* The waiter that owns the lock but has yet to write the word, or NULL. */
static struct pi_waiter *find_granted(const struct mm_futex_key *key)
{
    struct pi_waiter *waiter;

    list_for_each_entry (waiter, &pi_waiters, link) {
        if (futex_key_is_equal(&waiter->key, key) && waiter->granted)
            return waiter;
    }
    return NULL;
}

/* What @task waits for, or NULL. */
static struct pi_waiter *find_waiter(const struct task *task)
{
    struct pi_waiter *waiter;

    list_for_each_entry (waiter, &pi_waiters, link) {
        if (waiter->task == task && !waiter->granted)
            return waiter;
    }
    return NULL;
}

/* Let @owner, and whom it waits for, run at the priority of the most urgent real-time waiter. */
static void update_boost(struct task *owner)
{
    while (owner != NULL) {
        struct pi_waiter *waiter;
        int priority = 0;

        list_for_each_entry (waiter, &pi_waiters, link) {
            if (waiter->owner == owner && !waiter->granted)
                priority = max(priority, waiter_priority(waiter));
        }
        sched_set_boost(&owner->thread, priority);
        waiter = find_waiter(owner);
        owner = waiter != NULL ? waiter->owner : NULL;
    }
}

/* Does @owner, or whom it waits for, wait for @task? */
static bool closes_circle(const struct task *task, const struct task *owner)
{
    const struct pi_waiter *waiter;

    while (owner != task) {
        waiter = find_waiter(owner);
        if (waiter == NULL)
            return false;
        owner = waiter->owner;
    }
    return true;
}

/* @waiter becomes the owner; the others on the key wait for it now. => pi_lock held */
static void grant(struct pi_waiter *waiter, bool owner_died)
{
    struct task *old = waiter->owner;
    struct pi_waiter *other;

    list_for_each_entry (other, &pi_waiters, link) {
        if (futex_key_is_equal(&other->key, &waiter->key))
            other->owner = waiter->task;
    }
    waiter->granted = true;
    waiter->owner_died = owner_died;
    if (!owner_died)
        list_remove(&waiter->link);
    update_boost(old);
    update_boost(waiter->task);
    thread_wake(&waiter->task->thread);
}

/*
 * take_or_queue_locked: one look at the lock, with *@word what its word should hold (on success,
 * does hold then) and @owner the task that names, or NULL.
 * => enum pi_result; -EFAULT: fault in and look again; -EDEADLK, -EWOULDBLOCK (try only), -ESRCH,
 *    -EPERM
 */
static int take_or_queue_locked(struct pi_waiter *self, u32 __user *address, u32 *word,
                                struct task *owner, bool try_only)
{
    struct pi_waiter *pending = find_granted(&self->key);
    struct pi_waiter *first = find_first(&self->key);
    u32 own = (u32)task_id(self->task);
    bool is_unowned = (*word & FUTEX_TID_MASK) == 0 && pending == NULL;
    /* Its owner gave it up with the robust list, and is going to grant it to who waits. */
    bool is_bequeathed = is_unowned && first != NULL && (*word & FUTEX_OWNER_DIED);
    bool is_free = is_unowned && !is_bequeathed;
    u32 wanted = *word | FUTEX_WAITERS;
    u32 found;

    if ((*word & FUTEX_TID_MASK) == own)
        return -EDEADLK;
    if (is_free) {
        wanted = own | (*word & FUTEX_OWNER_DIED);
        if (first != NULL)
            wanted |= FUTEX_WAITERS;
    } else if (pending != NULL) {
        owner = pending->task;
    } else if (is_bequeathed) {
        owner = first->owner;
    }
    if (!is_free && owner == NULL)
        return -ESRCH;
    if (!is_free && try_only)
        return -EWOULDBLOCK;
    if (!is_free && (owner->thread.arch.flags & THREAD_KERNEL))
        return -EPERM;
    if (!is_free && !is_bequeathed && pending == NULL && (READ_ONCE(owner->flags) & TASK_EXITING))
        return PI_LOOK_AGAIN;
    if (user_compare_exchange_nofault(&found, address, *word, wanted))
        return -EFAULT;
    if (found != *word)
        return PI_LOOK_AGAIN;
    *word = wanted;
    if (is_free)
        return PI_TAKEN;
    if (closes_circle(self->task, owner))
        return -EDEADLK;
    self->owner = owner;
    list_add_tail(&self->link, &pi_waiters);
    update_boost(owner);
    return PI_QUEUED;
}

/* One look by the current thread, which sleeps by state when it is queued. */
static int look_at_lock(struct pi_waiter *self, u32 __user *address, u32 word, bool try_only)
{
    struct task *owner = NULL;
    int result;

    if (word & FUTEX_TID_MASK)
        owner = task_find((int)(word & FUTEX_TID_MASK));
    spin_lock(&pi_lock);
    result = take_or_queue_locked(self, address, &word, owner, try_only);
    if (result == PI_QUEUED)
        thread_set_state(THREAD_INTERRUPTIBLE);
    spin_unlock(&pi_lock);
    if (owner != NULL)
        task_put(owner);
    return result;
}

/* => PI_TAKEN, PI_QUEUED, and the errors of one look */
static int take_or_queue(struct pi_waiter *self, u32 __user *address, unsigned flags, bool try_only)
{
    for (;;) {
        u32 value, again;
        int result = futex_key_get(address, flags & FUTEX_SHARED, &self->key);

        if (result)
            return result;
        if (get_user(value, address))
            return -EFAULT;
        if ((value & FUTEX_TID_MASK) != (u32)task_id(self->task) &&
            futex_has_plain_waiters(&self->key))
            return -EINVAL;
        result = look_at_lock(self, address, value, try_only);
        if (result == -ESRCH) { /* the task may have ended after we read the word */
            if (get_user(again, address))
                return -EFAULT;
            if (again != value)
                continue;
        }
        if (result == -EFAULT && !futex_fault_in(address, true))
            result = PI_LOOK_AGAIN;
        if (result != PI_LOOK_AGAIN)
            return result;
        if (thread_flag(&self->task->thread, THREAD_KILL_PENDING))
            return -ERESTARTNOINTR;
        sched_yield_current();
    }
}

int futex_pi_proxy(struct pi_waiter *self, u32 __user *address, u32 *word, struct task *owner)
{
    int result;

    spin_lock_nested(&pi_lock);
    result = take_or_queue_locked(self, address, word, owner, false);
    if (result == PI_TAKEN)
        self->granted = true;
    spin_unlock(&pi_lock);
    return result;
}

bool futex_pi_has_waiters(const struct mm_futex_key *key)
{
    bool found;

    if (list_is_empty(&pi_waiters)) /* a glance without the lock: who is there stays there */
        return false;
    spin_lock(&pi_lock);
    found = find_first(key) != NULL;
    spin_unlock(&pi_lock);
    return found;
}

/* The owner ended; the word is ours to write. */
static int write_inherited_word(struct pi_waiter *self, u32 __user *address)
{
    u32 own = (u32)task_id(self->task) | FUTEX_WAITERS | FUTEX_OWNER_DIED;
    u32 value, found;
    int error;

    for (;;) {
        error = get_user(value, address);
        if (error)
            break;
        error = user_compare_exchange_nofault(&found, address, value, own);
        if (error)
            error = futex_fault_in(address, true);
        else if (found == value)
            break;
        if (error)
            break;
    }
    spin_lock(&pi_lock);
    list_remove(&self->link);
    spin_unlock(&pi_lock);
    return error;
}

static bool is_granted(struct pi_waiter *self)
{
    bool granted;

    spin_lock(&pi_lock);
    granted = self->granted;
    spin_unlock(&pi_lock);
    return granted;
}

/* => 0 granted, -ETIMEDOUT, -ERESTARTNOINTR */
static int sleep_until_granted(struct pi_waiter *self, const struct futex_deadline *deadline)
{
    struct thread *thread = &self->task->thread;
    struct futex_alarm alarm;
    int result = 0;

    futex_alarm_set(&alarm, deadline);
    while (!is_granted(self)) {
        if (futex_deadline_passed(deadline))
            result = -ETIMEDOUT;
        else if (thread_signal_interrupts(thread, THREAD_INTERRUPTIBLE))
            result = -ERESTARTNOINTR;
        if (result)
            break;
        schedule();
        thread_set_state(THREAD_INTERRUPTIBLE);
    }
    WRITE_ONCE(thread->state, THREAD_RUNNABLE);
    futex_alarm_cancel(&alarm);
    return result;
}

long futex_pi_await(struct pi_waiter *self, u32 __user *address,
                    const struct futex_deadline *deadline)
{
    int result = sleep_until_granted(self, deadline);

    spin_lock(&pi_lock);
    if (self->granted) {
        result = 0;
    } else {
        list_remove(&self->link);
        update_boost(self->owner);
    }
    spin_unlock(&pi_lock);
    if (self->granted && self->owner_died)
        return write_inherited_word(self, address);
    return result;
}

long futex_lock_pi(u32 __user *address, unsigned flags, const struct futex_deadline *deadline,
                   bool try_only)
{
    struct pi_waiter self = {.task = current_task()};
    int result;

    list_init(&self.link);
    result = take_or_queue(&self, address, flags, try_only);
    return result == PI_QUEUED ? futex_pi_await(&self, address, deadline) : result;
}

long futex_unlock_pi(u32 __user *address, unsigned flags)
{
    u32 own = (u32)task_id(current_task());

    for (;;) {
        struct mm_futex_key key;
        struct pi_waiter *first;
        u32 value, found;
        int error;

        if (get_user(value, address))
            return -EFAULT;
        if ((value & FUTEX_TID_MASK) != own)
            return -EPERM;
        error = futex_key_get(address, flags & FUTEX_SHARED, &key);
        if (error)
            return error;
        if (futex_has_plain_waiters(&key))
            return -EINVAL;
        spin_lock(&pi_lock);
        first = find_first(&key);
        error = user_compare_exchange_nofault(
            &found, address, value, first ? (u32)task_id(first->task) | FUTEX_WAITERS : 0);
        if (!error && found == value && first != NULL)
            grant(first, false);
        spin_unlock(&pi_lock);
        if (!error && found == value)
            return 0;
        if (error && futex_fault_in(address, true))
            return -EFAULT;
    }
}

void futex_pi_exit(void)
{
    struct task *self = current_task();
    struct pi_waiter *waiter;
    bool found;

    do { /* who takes pi_lock after us sees TASK_EXITING */
        found = false;
        spin_lock(&pi_lock);
        list_for_each_entry (waiter, &pi_waiters, link) {
            found = waiter->owner == self && waiter->task != self && !waiter->granted;
            if (found)
                break;
        }
        if (found)
            grant(find_first(&waiter->key), true);
        spin_unlock(&pi_lock);
    } while (found);
}
