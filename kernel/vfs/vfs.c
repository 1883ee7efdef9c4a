/* The room's start: the caches and tables that everything else needs. */
#include <vfs/vfs.h>

#include <time/time.h>
#include <vfs/event.h>
#include <vfs/fd_table.h>
#include <vfs/inotify.h>
#include <vfs/lock.h>
#include <vfs/mount.h>
#include <vfs/pipe.h>
#include <vfs/poll.h>
#include "directory_notify.h"
#include "file_open.h"
#include "inode_cache.h"
#include "name_cache.h"
#include "pseudo.h"
#include "sticky.h"

void vfs_init(void)
{
    inode_cache_init();
    dentry_cache_init();
    file_cache_init();
    fd_table_cache_init();
    pseudo_init();
    mount_init();
    sticky_init();
    inotify_init();
    directory_notify_init();
    lease_init();
    epoll_init();
    pipe_init();
    time_add_change_hook(timerfd_clock_changed);
}
