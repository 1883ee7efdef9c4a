/*
 * semctl(2).
 */
#include "sem_set.h"

#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/task.h>

/* ---- the whole ---- */

static long control_information(s32 command, void __user *user)
{
    struct abi_seminfo info = {
        .map = SEMMNS,
        .sets = READ_ONCE(sem_limits[SEM_LIMIT_SETS]),
        .semaphores = READ_ONCE(sem_limits[SEM_LIMIT_TOTAL]),
        .undos = SEMMNS,
        .per_set = READ_ONCE(sem_limits[SEM_LIMIT_PER_SET]),
        .operations = READ_ONCE(sem_limits[SEM_LIMIT_OPERATIONS]),
        .per_undo = SEMOPM,
        .undo_size = SEMUSZ,
        .max_value = SEMVMX,
        .max_adjustment = SEMAEM,
    };
    long highest;

    mutex_lock(&sem_ids.lock);
    if (command == SEM_INFO) {
        info.undo_size = (s32)sem_ids.nr_objects;
        info.max_adjustment = (s32)sem_total;
    }
    highest = ipc_ids_highest(&sem_ids);
    mutex_unlock(&sem_ids.lock);
    return copy_to_user(user, &info, sizeof(info)) != 0 ? -EFAULT : highest;
}

/* ---- one set ---- */

/* IPC_STAT by identifier; SEM_STAT and SEM_STAT_ANY by index, and the answer is the identifier. */
static long stat_locked(s32 id, s32 command, struct abi_semid_ds *status)
{
    struct ipc_object *object =
        command == IPC_STAT ? ipc_ids_find(&sem_ids, id) : ipc_ids_find_index(&sem_ids, id);

    if (object == NULL)
        return -EINVAL;
    if (command != SEM_STAT_ANY && ipc_may_access(object, IPC_MAY_READ) != 0)
        return -EACCES;
    sem_set_describe(container_of(object, struct sem_set, ipc), status);
    return command == IPC_STAT ? 0 : object->id;
}

static long control_stat(s32 id, s32 command, void __user *user)
{
    struct abi_semid_ds status;
    long result;

    mutex_lock(&sem_ids.lock);
    result = stat_locked(id, command, &status);
    mutex_unlock(&sem_ids.lock);
    if (result >= 0 && copy_to_user(user, &status, sizeof(status)) != 0)
        return -EFAULT;
    return result;
}

/* IPC_SET and, with @perm NULL, IPC_RMID. */
static long own_locked(s32 id, const struct abi_ipc_perm *perm)
{
    struct ipc_object *object = ipc_ids_find(&sem_ids, id);
    struct sem_set *set = container_of(object, struct sem_set, ipc);
    long err = object == NULL ? -EINVAL : ipc_may_control(object);

    if (err == 0 && perm == NULL) {
        sem_set_remove(set);
    } else if (err == 0) {
        err = ipc_object_set(object, perm);
        if (err == 0)
            WRITE_ONCE(set->change_time, ipc_time_now());
    }
    return err;
}

static long control_own(s32 id, const struct abi_ipc_perm *perm)
{
    long err;

    mutex_lock(&sem_ids.lock);
    err = own_locked(id, perm);
    mutex_unlock(&sem_ids.lock);
    return err;
}

static long control_set(s32 id, const void __user *user)
{
    struct abi_semid_ds status;

    if (copy_from_user(&status, user, sizeof(status)) != 0)
        return -EFAULT;
    return control_own(id, &status.perm);
}

/* ---- values ---- */

/* Set @nr values from @first on; what was to be undone to them is forgotten. => set.lock held */
static void values_set(struct sem_set *set, u32 first, u32 nr, const u16 *values)
{
    struct sem_undo *undo;
    u32 i;

    for (i = 0; i < nr; i++) {
        set->semaphores[first + i].value = values[i];
        set->semaphores[first + i].process_id = process_id(current_process());
    }
    list_for_each_entry (undo, &set->undos, set_link) {
        for (i = 0; i < nr; i++)
            undo->adjustments[first + i] = 0;
    }
    set->change_time = ipc_time_now();
    sem_serve(set);
}

static long control_set_value(s32 id, s32 number, s32 value)
{
    u16 values[1] = {(u16)value};
    struct sem_set *set;

    if (value < 0 || value > SEMVMX)
        return -ERANGE;
    set = sem_set_lock(id, (u32)number, IPC_MAY_WRITE);
    if (IS_ERR(set))
        return PTR_ERR(set) == -ERANGE ? -EINVAL : PTR_ERR(set);
    values_set(set, (u32)number, 1, values);
    sem_set_unlock(set);
    return 0;
}

/* How many wait for the semaphore to grow, or to become zero. => set.lock held */
static long count_waiters(struct sem_set *set, u32 number, bool zero)
{
    struct sem_operation *waiter;
    long nr = 0;

    list_for_each_entry (waiter, &set->waiters, link) {
        const struct abi_sembuf *part = &waiter->operations[waiter->blocking];

        nr += part->number == number && (part->operation == 0) == zero;
    }
    return nr;
}

static long value_get(struct sem_set *set, s32 number, s32 command)
{
    if (number < 0 || (u32)number >= set->nr)
        return -EINVAL;
    switch (command) {
    case GETVAL:
        return set->semaphores[number].value;
    case GETPID:
        return set->semaphores[number].process_id;
    default:
        return count_waiters(set, (u32)number, command == GETZCNT);
    }
}

static long control_value(s32 id, s32 number, s32 command)
{
    struct sem_set *set = sem_set_lock(id, 0, IPC_MAY_READ);
    long result;

    if (IS_ERR(set))
        return PTR_ERR(set);
    result = value_get(set, number, command);
    sem_set_unlock(set);
    return result;
}

/* ---- all values ---- */

static long all_get(struct sem_set *set, u16 *values, u16 __user *user)
{
    mutex_lock(&set->lock);
    for (u32 i = 0; i < set->nr; i++)
        values[i] = (u16)set->semaphores[i].value;
    mutex_unlock(&set->lock);
    return copy_to_user(user, values, set->nr * sizeof(*values));
}

static long all_set(struct sem_set *set, u16 *values, const u16 __user *user)
{
    long result = 0;

    if (copy_from_user(values, user, set->nr * sizeof(*values)) != 0)
        return -EFAULT;
    for (u32 i = 0; i < set->nr; i++) {
        if (values[i] > SEMVMX)
            return -ERANGE;
    }
    mutex_lock(&set->lock);
    if (set->removed)
        result = -EIDRM;
    else
        values_set(set, 0, set->nr, values);
    mutex_unlock(&set->lock);
    return result;
}

static long control_all(s32 id, s32 command, u16 __user *user)
{
    struct sem_set *set = sem_set_lock(id, 0, command == SETALL ? IPC_MAY_WRITE : IPC_MAY_READ);
    long result = -ENOMEM;
    u16 *values;

    if (IS_ERR(set))
        return PTR_ERR(set);
    mutex_unlock(&set->lock); /* the reference stays */
    values = kmalloc_array(set->nr, sizeof(*values), ALLOC_WAIT);
    if (values != NULL)
        result = command == SETALL ? all_set(set, values, user) : all_get(set, values, user);
    kfree(values);
    sem_set_put(set);
    return result;
}

long sem_control(s32 id, s32 number, s32 command, u64 argument)
{
    void __user *user = (void __user *)argument;

    if (id < 0)
        return -EINVAL;
    switch (command) {
    case IPC_INFO:
    case SEM_INFO:
        return control_information(command, user);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
        return control_stat(id, command, user);
    case IPC_SET:
        return control_set(id, user);
    case IPC_RMID:
        return control_own(id, NULL);
    case GETALL:
    case SETALL:
        return control_all(id, command, user);
    case SETVAL:
        return control_set_value(id, number, (s32)argument);
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
        return control_value(id, number, command);
    default:
        return -EINVAL;
    }
}
