/*
 * kcmp(2), pidfd_getfd(2), rseq(2), ioprio_set(2), ioprio_get(2).
 */
#include <proc/compare.h>
#include <proc/rseq.h>
#include <proc/scheduling.h>

#include "sys.h"

long sys_kcmp(int first, int second, int type, unsigned long a, unsigned long b)
{
    return process_compare(first, second, type, a, b);
}

long sys_pidfd_getfd(int pidfd, int fd, unsigned long flags)
{
    if ((unsigned)flags)
        return -EINVAL;
    return WITH_FILE(pidfd, file, sys_install(pidfd_get_file(file, fd), O_CLOEXEC));
}

long sys_rseq(void __user *area, unsigned len, unsigned long flags, unsigned long signature)
{
    return rseq_register(area, len, (int)flags, (u32)signature);
}

long sys_ioprio_set(int which, int who, int priority)
{
    return io_priority_set(which, who, priority);
}

long sys_ioprio_get(int which, int who)
{
    return io_priority_get(which, who);
}
