/*
 * futex(2) and the robust lists.
 */
#include <abi/futex.h>
#include <ipc/futex.h>
#include <proc/control.h>
#include <proc/task.h>
#include <signal/signal.h>

#include "sys.h"

long sys_futex(void __user *address, int operation, unsigned value,
               struct abi_timespec __user *timeout, void __user *address2, unsigned value3)
{
    return futex_call(address, operation, value, timeout, address2, value3);
}

long sys_futex_waitv(void __user *words, unsigned nr, unsigned long flags,
                     struct abi_timespec __user *timeout, int clock)
{
    return futex_waitv(words, nr, (unsigned)flags, timeout, clock);
}

long sys_set_robust_list(void __user *head, size_t size)
{
    if (size != sizeof(struct abi_robust_list_head))
        return -EINVAL;
    current_task()->robust_list = head;
    return 0;
}

long sys_get_robust_list(int pid, void __user *user_head, void __user *user_size)
{
    struct task *task = pid ? task_find(pid) : task_get(current_task());
    void __user *head;
    int error;

    if (!task)
        return -ESRCH;
    error = task_may_inspect(task);
    head = task->robust_list;
    task_put(task);
    if (error)
        return error;
    if (put_user((u64)sizeof(struct abi_robust_list_head), (u64 __user *)user_size))
        return -EFAULT;
    return put_user(head, (void __user *__user *)user_head);
}
