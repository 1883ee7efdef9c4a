/*
 * /dev/userfaultfd: who may open it may have userfaultfds that are asked about the kernel's faults,
 * too (ioctl_userfaultfd(2), USERFAULTFD_IOC_NEW).
 */
#include "char.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/userfaultfd.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/event.h>
#include <vfs/fd_table.h>

static long userfaultfd_device_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct file *fresh;

    (void)file;
    if (request != USERFAULTFD_IOC_NEW)
        return -EINVAL;
    fresh = userfaultfd_create(current_task()->mm, (int)argument);
    if (IS_ERR(fresh))
        return PTR_ERR(fresh);
    return fd_add(vfs_current(), fresh, (u32)argument & O_CLOEXEC);
}

const struct file_ops userfaultfd_device_ops = {
    .ioctl = userfaultfd_device_ioctl,
    .seek = file_seek_null,
};
