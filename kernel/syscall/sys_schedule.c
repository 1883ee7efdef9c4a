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

/* What the structure is longer than ours must be zero. => -E2BIG, and the size we know is told */
static int check_rest(struct abi_sched_attr __user *user, u32 size)
{
    const u8 __user *rest = (const u8 __user *)(user + 1);
    u8 byte = 0;

    for (u32 i = sizeof(*user); i < size && byte == 0; i++) {
        if (get_user(byte, rest++))
            return -EFAULT;
    }
    if (byte == 0)
        return 0;
    return put_user((u32)sizeof(*user), &user->size) ? -EFAULT : -E2BIG;
}

/* => -EFAULT, -E2BIG, -EINVAL; @attr->nice is in bounds */
static int read_attr(struct abi_sched_attr __user *user, struct abi_sched_attr *attr)
{
    u32 size;
    int error;

    if (get_user(size, &user->size))
        return -EFAULT;
    if (size == 0)
        size = SCHED_ATTR_SIZE_VER0;
    if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE) {
        error = put_user((u32)sizeof(*attr), &user->size);
        return error ? error : -E2BIG;
    }
    if (copy_from_user(attr, user, min((size_t)size, sizeof(*attr))))
        return -EFAULT;
    error = check_rest(user, size);
    if (error)
        return error;
    if ((attr->flags & SCHED_FLAG_UTIL_CLAMP) && size < sizeof(*attr))
        return -EINVAL;
    attr->nice = max(-20, min(attr->nice, 19));
    return 0;
}

/* SCHED_FLAG_KEEP_POLICY and SCHED_FLAG_KEEP_PARAMS: with the latter nothing changes but what is
 * reset on fork, as on Linux. => the policy for scheduling_set, -EINVAL, -ESRCH */
static int apply_kept(int pid, struct abi_sched_attr *attr)
{
    int reset = attr->flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0;
    struct scheduling_state state;
    int error = scheduling_get(pid, &state);

    if (error)
        return error;
    if (attr->flags & SCHED_FLAG_KEEP_POLICY) {
        attr->policy = (u32)state.policy;
        reset = state.reset_on_fork ? SCHED_RESET_ON_FORK : 0;
    }
    if (attr->flags & SCHED_FLAG_KEEP_PARAMS) {
        if (sys_sched_get_priority_min((int)attr->policy) < 0 ||
            (sys_sched_get_priority_max((int)attr->policy) > 0) != (state.priority > 0))
            return -EINVAL;
        attr->policy = (u32)state.policy;
        attr->priority = (u32)state.priority;
        attr->nice = state.nice;
    }
    return (int)attr->policy | reset;
}

long sys_sched_setattr(int pid, void __user *user, unsigned long flags)
{
    struct abi_sched_attr attr = {0};
    int policy, error;

    if (!user || pid < 0 || flags)
        return -EINVAL;
    error = read_attr(user, &attr);
    if (error)
        return error;
    if ((int)attr.policy < 0)
        return -EINVAL;
    policy = apply_kept(pid, &attr);
    if (policy < 0)
        return policy;
    if (attr.flags & ~(u64)SCHED_FLAG_ALL)
        return -EINVAL;
    if (attr.flags & SCHED_FLAG_UTIL_CLAMP)
        return -EOPNOTSUPP;
    error = scheduling_set(pid, policy, (int)attr.priority);
    if (!error && (attr.policy == SCHED_OTHER || attr.policy == SCHED_BATCH))
        error = scheduling_set_nice_of_task(pid, attr.nice);
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
