/*
 * semop(2) and semtimedop(2).
 *
 * An operation is tried as a whole and taken back when a part of it cannot be done. It then waits
 * in the set's list; whoever changes a value tries the list again. The one who tries does the work
 * in the waiter's name, so a waiter that wakes has nothing to do but to look at its result.
 */
#include "sem_set.h"

#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/task.h>
#include <sched/wait.h>

/* Most calls have few operations: those fit on the stack. */
#define OPERATIONS_ON_STACK 16

/* ---- trying ---- */

/* One part: 0; -ERANGE; SEM_WAITING: not now. */
static int part_apply(struct sem_set *set, const struct abi_sembuf *part, struct sem_undo *undo)
{
    struct semaphore *semaphore = &set->semaphores[part->number];
    s32 value = semaphore->value + part->operation;
    s32 adjustment;

    if (part->operation == 0 && semaphore->value != 0)
        return SEM_WAITING;
    if (value < 0)
        return SEM_WAITING;
    if (value > SEMVMX)
        return -ERANGE;
    if (part->flags & SEM_UNDO) {
        adjustment = undo->adjustments[part->number] - part->operation;
        if (adjustment < -SEMAEM - 1 || adjustment > SEMAEM)
            return -ERANGE;
        undo->adjustments[part->number] = (s16)adjustment;
    }
    semaphore->value = value;
    return 0;
}

static void parts_revert(struct sem_set *set, const struct sem_operation *operation, u32 nr)
{
    while (nr-- > 0) {
        const struct abi_sembuf *part = &operation->operations[nr];

        set->semaphores[part->number].value -= part->operation;
        if (part->flags & SEM_UNDO)
            operation->undo->adjustments[part->number] =
                (s16)(operation->undo->adjustments[part->number] + part->operation);
    }
}

/* All of it or nothing: 0; -ERANGE, -EAGAIN; SEM_WAITING. => set.lock held */
static int operation_try(struct sem_operation *operation)
{
    struct sem_set *set = operation->set;
    int result = 0;
    u32 i;

    for (i = 0; i < operation->nr; i++) {
        result = part_apply(set, &operation->operations[i], operation->undo);
        if (result != 0)
            break;
    }
    if (result != 0) {
        parts_revert(set, operation, i);
        operation->blocking = i;
        if (result == SEM_WAITING && (operation->operations[i].flags & IPC_NOWAIT))
            return -EAGAIN;
        return result;
    }
    for (i = 0; i < operation->nr; i++)
        set->semaphores[operation->operations[i].number].process_id = operation->process_id;
    set->operation_time = ipc_time_now();
    return 0;
}

static bool operation_alters(const struct sem_operation *operation)
{
    for (u32 i = 0; i < operation->nr; i++) {
        if (operation->operations[i].operation != 0)
            return true;
    }
    return false;
}

/* Serve the waiters that alter values, or those that wait for zeroes only; true: some value was
 * changed. */
static bool serve_some(struct sem_set *set, bool alters)
{
    struct sem_operation *waiter, *following;

    list_for_each_entry_safe (waiter, following, &set->waiters, link) {
        int result;

        if (operation_alters(waiter) != alters)
            continue;
        result = operation_try(waiter);
        if (result == SEM_WAITING)
            continue;
        list_remove(&waiter->link);
        WRITE_ONCE(waiter->result, result);
        wake_all(&waiter->queue);
        if (result == 0 && alters)
            return true;
    }
    return false;
}

void sem_serve(struct sem_set *set)
{
    do
        (void)serve_some(set, false);
    while (serve_some(set, true));
}

/* ---- the call ---- */

/* Wait for the result. => set.lock held, and given up meanwhile */
static int operation_wait(struct sem_operation *operation, u64 deadline)
{
    struct sem_set *set = operation->set;
    int err;

    operation->result = SEM_WAITING;
    wait_queue_init(&operation->queue);
    list_add_tail(&operation->link, &set->waiters);
    mutex_unlock(&set->lock);
    err = wait_event_interruptible_timeout(&operation->queue,
                                           READ_ONCE(operation->result) != SEM_WAITING, deadline);
    mutex_lock(&set->lock); /* who woke us has left our stack */
    if (operation->result != SEM_WAITING)
        return operation->result;
    list_remove(&operation->link);
    return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

static int operate_locked(struct sem_operation *operation, u64 deadline)
{
    int result = operation_try(operation);

    if (result == SEM_WAITING)
        return operation_wait(operation, deadline);
    if (result == 0 && operation_alters(operation))
        sem_serve(operation->set);
    return result;
}

static bool wants_undo(const struct sem_operation *operation)
{
    for (u32 i = 0; i < operation->nr; i++) {
        if (operation->operations[i].flags & SEM_UNDO)
            return true;
    }
    return false;
}

/* The set, locked and referenced. */
static struct sem_set *find_set(s32 id, const struct sem_operation *operation)
{
    u32 mode = operation_alters(operation) ? IPC_MAY_WRITE : IPC_MAY_READ;
    struct sem_set *set;
    u32 highest = 0;

    for (u32 i = 0; i < operation->nr; i++)
        highest = max(highest, (u32)operation->operations[i].number);
    set = sem_set_lock(id, highest, mode);
    return IS_ERR(set) && PTR_ERR(set) == -ERANGE ? ERR_PTR(-EFBIG) : set;
}

/* What is to be undone later. => set.lock held, and given up meanwhile */
static int find_undo(struct sem_operation *operation)
{
    mutex_unlock(&operation->set->lock);
    operation->undo = sem_undo_find(operation->set);
    mutex_lock(&operation->set->lock);
    if (IS_ERR(operation->undo))
        return PTR_ERR(operation->undo);
    return operation->set->removed ? -EIDRM : 0;
}

static long operate(s32 id, struct sem_operation *operation, u64 deadline)
{
    long result = 0;

    operation->set = find_set(id, operation);
    if (IS_ERR(operation->set))
        return PTR_ERR(operation->set);
    if (wants_undo(operation))
        result = find_undo(operation);
    if (result == 0)
        result = operate_locked(operation, deadline);
    sem_set_unlock(operation->set);
    return result;
}

long sem_operate(s32 id, const struct abi_sembuf __user *user, size_t nr, u64 deadline)
{
    struct abi_sembuf few[OPERATIONS_ON_STACK];
    struct abi_sembuf *parts = few;
    struct sem_operation operation = {.nr = (u32)nr, .process_id = process_id(current_process())};
    long result = -EFAULT;

    if (nr > OPERATIONS_ON_STACK)
        parts = kmalloc_array(nr, sizeof(*parts), ALLOC_WAIT);
    if (parts == NULL)
        return -ENOMEM;
    operation.operations = parts;
    if (copy_from_user(parts, user, nr * sizeof(*parts)) == 0)
        result = id < 0 ? -EINVAL : operate(id, &operation, deadline);
    if (parts != few)
        kfree(parts);
    return result;
}
