/*
 * /proc/kmsg: the log as syslog(2) has it. What one reader takes is gone for the others, whichever
 * way they read.
 */
#include <abi/errno.h>
#include <abi/poll.h>
#include <abi/utsname.h>
#include <proc/machine.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#include "views.h"

static int open_log(struct inode *inode, struct file *file)
{
    (void)inode;
    (void)file;
    return machine_log_permission(SYSLOG_OPEN);
}

static ssize_t read_log(struct file *file, struct io_buffer *buffer, u64 *position)
{
    (void)position;
    if (file_is_nonblocking(file, buffer) && machine_log_unread() == 0)
        return -EAGAIN;
    return machine_log_read(buffer);
}

static s64 seek_log(struct file *file, s64 offset, int whence)
{
    return file_seek_position(file, offset, whence, 0);
}

static unsigned poll_log(struct file *file, struct poll_table *table)
{
    (void)file;
    (void)table;
    return machine_log_unread() > 0 ? EPOLLIN | EPOLLRDNORM : 0;
}

const struct file_ops proc_kmsg_file_ops = {
    .open = open_log,
    .read = read_log,
    .seek = seek_log,
    .poll = poll_log,
};
