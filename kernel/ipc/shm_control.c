/*
 * shmctl(2).
 *
 * User memory is copied before the lock is taken and after it was given back.
 */
#include "shm_segment.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/resource.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <mm/object.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <vfs/user_account.h>

/* ---- the whole ---- */

static long control_limits(void __user *user)
{
    struct abi_shminfo info = {.min_size = SHMMIN};
    long highest;

    mutex_lock(&shm_ids.lock);
    info.max_size = READ_ONCE(shmmax);
    info.max_pages = READ_ONCE(shmall);
    info.max_segments = info.max_per_process = (u64)READ_ONCE(shmmni);
    highest = ipc_ids_highest(&shm_ids);
    mutex_unlock(&shm_ids.lock);
    return copy_to_user(user, &info, sizeof(info)) != 0 ? -EFAULT : highest;
}

static int add_resident(const struct shm_line *line, void *argument)
{
    struct abi_shm_info *info = argument;

    info->used_ids++;
    info->pages += div_round_up(line->status.size, PAGE_SIZE);
    info->resident += line->resident;
    return 0;
}

static long control_usage(void __user *user)
{
    struct abi_shm_info info = {0};
    long highest;

    (void)shm_for_each(add_resident, &info);
    mutex_lock(&shm_ids.lock);
    highest = ipc_ids_highest(&shm_ids);
    mutex_unlock(&shm_ids.lock);
    return copy_to_user(user, &info, sizeof(info)) != 0 ? -EFAULT : highest;
}

/* ---- one segment ---- */

/* IPC_STAT by identifier; SHM_STAT and SHM_STAT_ANY by index, and the answer is the identifier. */
static long stat_locked(s32 id, s32 command, struct abi_shmid_ds *status)
{
    struct ipc_object *object =
        command == IPC_STAT ? ipc_ids_find(&shm_ids, id) : ipc_ids_find_index(&shm_ids, id);

    if (object == NULL)
        return -EINVAL;
    if (command != SHM_STAT_ANY && ipc_may_access(object, IPC_MAY_READ) != 0)
        return -EACCES;
    shm_describe(container_of(object, struct shm_segment, ipc), status);
    return command == IPC_STAT ? 0 : object->id;
}

static long control_stat(s32 id, s32 command, struct abi_shmid_ds __user *user)
{
    struct abi_shmid_ds status;
    long result;

    mutex_lock(&shm_ids.lock);
    result = stat_locked(id, command, &status);
    mutex_unlock(&shm_ids.lock);
    if (result >= 0 && copy_to_user(user, &status, sizeof(status)) != 0)
        return -EFAULT;
    return result;
}

static long set_locked(s32 id, const struct abi_ipc_perm *perm)
{
    struct shm_segment *segment = shm_find(id);
    long err = segment == NULL ? -EINVAL : ipc_may_control(&segment->ipc);

    if (err == 0)
        err = ipc_object_set(&segment->ipc, perm);
    if (err == 0)
        segment->change_time = ipc_time_now();
    return err;
}

static long control_set(s32 id, const struct abi_shmid_ds __user *user)
{
    struct abi_shmid_ds status;
    long err;

    if (copy_from_user(&status, user, sizeof(status)) != 0)
        return -EFAULT;
    mutex_lock(&shm_ids.lock);
    err = set_locked(id, &status.perm);
    mutex_unlock(&shm_ids.lock);
    return err;
}

/* While something maps it a segment keeps its identifier, but not its key. */
static long remove_locked(s32 id)
{
    struct shm_segment *segment = shm_find(id);
    long err = segment == NULL ? -EINVAL : ipc_may_control(&segment->ipc);

    if (err != 0)
        return err;
    if (segment->attached == 0) {
        shm_destroy(segment);
    } else {
        segment->ipc.mode |= SHM_DEST;
        ipc_ids_hide(&shm_ids, &segment->ipc);
    }
    return 0;
}

static long control_remove(s32 id)
{
    long err;

    mutex_lock(&shm_ids.lock);
    err = remove_locked(id);
    mutex_unlock(&shm_ids.lock);
    return err;
}

/* ---- locking ---- */

static int may_lock(const struct shm_segment *segment, bool lock)
{
    if (capable(CAP_IPC_LOCK))
        return 0;
    if (!ipc_is_owner(&segment->ipc))
        return -EPERM;
    return lock && rlimit_current(RLIMIT_MEMLOCK) == 0 ? -EPERM : 0;
}

/* The pages of a segment stay in memory in any case (there is no swap); locking it counts against
 * the user's limit. */
static int lock_segment(struct shm_segment *segment)
{
    struct user_account *account = current_task()->account;
    u64 pages = shm_segment_pages(segment);
    u64 limit = rlimit_current(RLIMIT_MEMLOCK);

    if (segment->ipc.mode & SHM_LOCKED)
        return 0;
    if (limit != RLIM_INFINITY)
        limit >>= PAGE_SHIFT;
    if (fetch_add(&account->locked_pages, pages) + pages > limit && !capable(CAP_IPC_LOCK)) {
        fetch_sub(&account->locked_pages, pages);
        return -ENOMEM;
    }
    segment->locker = user_account_get(account);
    segment->ipc.mode |= SHM_LOCKED;
    return 0;
}

static void unlock_segment(struct shm_segment *segment)
{
    if (!(segment->ipc.mode & SHM_LOCKED))
        return;
    fetch_sub(&segment->locker->locked_pages, shm_segment_pages(segment));
    user_account_put(segment->locker);
    segment->locker = NULL;
    segment->ipc.mode &= ~(u32)SHM_LOCKED;
}

static long control_lock(s32 id, bool lock)
{
    struct shm_segment *segment;
    long err;

    mutex_lock(&shm_ids.lock);
    segment = shm_find(id);
    err = segment == NULL ? -EINVAL : may_lock(segment, lock);
    if (err == 0 && lock)
        err = lock_segment(segment);
    else if (err == 0)
        unlock_segment(segment);
    mutex_unlock(&shm_ids.lock);
    return err;
}

long shm_control(s32 id, s32 command, struct abi_shmid_ds __user *user)
{
    if (command < 0 || id < 0)
        return -EINVAL;
    switch (command) {
    case IPC_INFO:
        return control_limits(user);
    case SHM_INFO:
        return control_usage(user);
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY:
        return control_stat(id, command, user);
    case IPC_SET:
        return control_set(id, user);
    case IPC_RMID:
        return control_remove(id);
    case SHM_LOCK:
    case SHM_UNLOCK:
        return control_lock(id, command == SHM_LOCK);
    default:
        return -EINVAL;
    }
}
