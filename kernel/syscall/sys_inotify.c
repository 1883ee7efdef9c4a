/*
 * inotify_init(2), inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2).
 */
#include <vfs/inotify.h>

#include "sys.h"

long sys_inotify_init1(unsigned long flags)
{
    return sys_install(inotify_create((int)flags), (int)flags & O_CLOEXEC);
}

long sys_inotify_init(void)
{
    return sys_inotify_init1(0);
}

static long add_watch(struct file *file, const char __user *user, u32 mask)
{
    return WITH_NAME(user, name, inotify_watch_add(vfs_current(), file, name, mask));
}

long sys_inotify_add_watch(int fd, const char __user *user, unsigned long mask)
{
    int error = inotify_check_mask((u32)mask);

    if (error)
        return error;
    return WITH_FILE(fd, file, add_watch(file, user, (u32)mask));
}

long sys_inotify_rm_watch(int fd, int number)
{
    return WITH_FILE(fd, file, inotify_watch_remove(file, number));
}
