/*
 * /dev/kmsg: the kernel log as records, "level,sequence,microseconds,-;text". One read gives one
 * record; a write becomes one. The position is the file's own: file->private holds the next
 * record's number.
 */
#include "char.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <kern/printk.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/machine.h>
#include <time/time.h>
#include <vfs/context.h>
#include <vfs/inode.h>
#include <vfs/poll.h>

#define KMSG_LINE_MAX 512

/* How often a waiting reader looks again: the log can be written where nobody may be woken. */
#define KMSG_POLL_NS (100 * NS_PER_MS)

static int kmsg_open(struct inode *inode, struct file *file)
{
    (void)inode;
    if ((file->mode & FILE_READ) && machine_log_permission(SYSLOG_READ_ALL) != 0)
        return -EPERM;
    file->private = (void *)log_first_sequence();
    return 0;
}

static int kmsg_wait(u64 sequence)
{
    int err = 0;

    while (err == 0 && log_next_sequence() <= sequence)
        err = sleep_until_interruptible(time_monotonic_ns() + KMSG_POLL_NS);
    return err;
}

static ssize_t kmsg_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    u64 *next = (u64 *)&file->private;
    struct log_record record;
    char line[KMSG_LINE_MAX];
    size_t len;
    int err;

    (void)position;
    if (log_next_sequence() <= *next) {
        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        err = kmsg_wait(*next);
        if (err != 0)
            return err;
    }
    err = log_read(*next, &record);
    if (err != 0) {
        *next = log_first_sequence();
        return -EPIPE;
    }
    len = scnprintf(line, sizeof(line), "%u,%lu,%lu,-;%.*s", record.level, record.sequence,
                    (u64)(record.time_ns / NS_PER_US), (int)record.len, record.text);
    if (line[len - 1] != '\n')
        line[len++] = '\n';
    if (buffer->remaining < len)
        return -EINVAL;
    (*next)++;
    return io_buffer_copy_to(buffer, line, len) == len ? (ssize_t)len : -EFAULT;
}

static ssize_t kmsg_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    char line[KMSG_LINE_MAX];
    size_t len = buffer->remaining;
    enum log_level level = (enum log_level)(printk_default_level() & 7);
    char *text = line;

    (void)file;
    (void)position;
    if (len >= sizeof(line))
        return -EINVAL;
    if (io_buffer_copy_from(buffer, line, len) != len)
        return -EFAULT;
    line[len] = '\0';
    if (len >= 3 && line[0] == '<' && char_is_digit(line[1]) && line[2] == '>') {
        level = (enum log_level)((line[1] - '0') & 7);
        text += 3;
    }
    printk(level, "%s%s", text, len > 0 && line[len - 1] == '\n' ? "" : "\n");
    return (ssize_t)len;
}

static s64 kmsg_seek(struct file *file, s64 offset, int whence)
{
    if (offset != 0)
        return -ESPIPE;
    if (whence == SEEK_SET || whence == SEEK_DATA)
        file->private = (void *)log_first_sequence();
    else if (whence == SEEK_END)
        file->private = (void *)log_next_sequence();
    else
        return -EINVAL;
    return 0;
}

static unsigned kmsg_poll(struct file *file, struct poll_table *table)
{
    (void)table;
    return log_next_sequence() > (u64)file->private ? EPOLLIN | EPOLLRDNORM : 0;
}

const struct file_ops kmsg_ops = {
    .open = kmsg_open,
    .read = kmsg_read,
    .write = kmsg_write,
    .seek = kmsg_seek,
    .poll = kmsg_poll,
};
