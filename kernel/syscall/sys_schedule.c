/*
 * Scheduling parameters: sched(7), setpriority(2), affinity.
 */
#include <abi/resource.h>
#include <abi/sched.h>
#include <lib/string.h>
#include <proc/scheduling.h>
#include <proc/task.h>
#include <sched/sched.h>

#include "sys.h"

long sys_sched_setscheduler(int pid, int policy, void __user *user)
{
    struct abi_sched_param param;

    if (policy < 0 || !user)
        return -EINVAL;
    if (copy_from_user(&param, user, sizeof(param)))
        return -EFAULT;
    return scheduling_set(pid, policy, param.priority);
}

long sys_sched_setparam(int pid, void __user *user)
{
    struct abi_sched_param param;

    if (!user)
        return -EINVAL;
    if (copy_from_user(&param, user, sizeof(param)))
        return -EFAULT;
    return scheduling_set(pid, SCHEDULING_KEEP_POLICY, param.priority);
}

long sys_sched_getscheduler(int pid)
{
    struct scheduling_state state;
    int error = scheduling_get(pid, &state);

    return error ? error : state.policy | (state.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
}

long sys_sched_getparam(int pid, void __user *user)
{
    struct scheduling_state state;
    struct abi_sched_param param;
    int error;

    if (!user)
        return -EINVAL;
    error = scheduling_get(pid, &state);
    if (error)
        return error;
    param.priority = state.priority;
    return copy_to_user(user, &param, sizeof(param));
}

long sys_sched_get_priority_max(int policy)
{
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return 99;
    return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE ||
                   policy == SCHED_DEADLINE
               ? 0
               : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
    long max = sys_sched_get_priority_max(policy);

    return max > 0 ? 1 : max;
}

long sys_sched_rr_get_interval(int pid, struct abi_timespec __user *user)
{
    struct scheduling_state state;
    int error = scheduling_get(pid, &state);

    return error ? error : sys_write_timespec(user, (s64)state.round_robin_ns);
}

long sys_sched_setattr(int pid, void __user *user, unsigned long flags)
{
    struct abi_sched_attr attr = {0};
    u32 size;
    int error;

    if (!user || pid < 0 || flags)
        return -EINVAL;
    if (get_user(size, (u32 __user *)user))
        return -EFAULT;
    if (size == 0)
        size = SCHED_ATTR_SIZE_VER0;
    if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE) {
        error = put_user((u32)sizeof(attr), (u32 __user *)user);
        return error ? error : -E2BIG;
    }
    if (copy_from_user(&attr, user, min((size_t)size, sizeof(attr))))
        return -EFAULT;
    if ((int)attr.policy < 0 || attr.flags & ~(u64)SCHED_FLAG_RESET_ON_FORK)
        return -EINVAL;
    error = scheduling_set(pid, (int)attr.policy | (attr.flags ? SCHED_RESET_ON_FORK : 0),
                           (int)attr.priority);
    if (!error && (attr.policy == SCHED_OTHER || attr.policy == SCHED_BATCH))
        error = scheduling_set_nice_of_task(pid, max(-20, min(attr.nice, 19)));
    return error;
}

long sys_sched_getattr(int pid, void __user *user, unsigned size, unsigned long flags)
{
    struct scheduling_state state;
    struct abi_sched_attr attr = {.size = SCHED_ATTR_SIZE_VER0};
    int error;

    if (!user || pid < 0 || size > PAGE_SIZE || size < SCHED_ATTR_SIZE_VER0 || flags)
        return -EINVAL;
    error = scheduling_get(pid, &state);
    if (error)
        return error;
    attr.size = (u32)min((size_t)size, sizeof(attr));
    attr.policy = (u32)state.policy;
    attr.flags = state.reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
    attr.priority = (u32)state.priority;
    attr.nice = state.priority ? 0 : state.nice;
    return copy_to_user(user, &attr, attr.size);
}

long sys_sched_setaffinity(int pid, size_t size, void __user *user)
{
    u64 mask = 0;

    if (copy_from_user(&mask, user, min(size, sizeof(mask))))
        return -EFAULT;
    return scheduling_set_affinity(pid, mask);
}

long sys_sched_getaffinity(int pid, size_t size, void __user *user)
{
    u64 mask;
    int error;

    if (size < sizeof(mask) || size % sizeof(mask))
        return -EINVAL;
    error = scheduling_get_affinity(pid, &mask);
    if (error)
        return error;
    if (put_user(mask, (u64 __user *)user))
        return -EFAULT;
    return sizeof(mask);
}

long sys_setpriority(int which, int who, int nice)
{
    return scheduling_set_nice(which, who, max(-20, min(nice, 19)));
}

/* The result may not be negative: 20 - nice. */
long sys_getpriority(int which, int who)
{
    int nice;
    int error = scheduling_get_nice(which, who, &nice);

    return error ? error : 20 - nice;
}

long sys_getcpu(void __user *cpu, void __user *node, void __user *unused)
{
    (void)unused;
    if (cpu && put_user((u32)current_thread()->cpu, (u32 __user *)cpu))
        return -EFAULT;
    if (node && put_user((u32)0, (u32 __user *)node))
        return -EFAULT;
    return 0;
}
