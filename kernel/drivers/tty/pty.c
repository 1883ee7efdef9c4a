/*
 * Pseudo-terminal pairs: the master side, which is a file, and the slave side, which is a tty.
 *
 * What programs write to the slave stays in the slave's output ring until the master reads it; what
 * the master writes goes straight through the slave's line discipline. A pair lives while either
 * side is referenced: the master's file holds one reference to the slave tty; the slave's
 * ops->destroy frees the pair.
 *
 * Packet mode (TIOCPKT) prefixes each read of the master with a status byte, kept in line.packet.
 */
#include "pty.h"

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <abi/stat.h>
#include <arch/user.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/bitmap.h>
#include <lib/printf.h>
#include <proc/task.h>
#include <vfs/device.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/poll.h>

#include "pts_filesystem.h"
#include "tty.h"

#define CHUNK 256

struct pty {
    struct tty slave;
    unsigned number;    /* (I) */
    bool locked;        /* (slave.lock) until unlockpt() */
    bool slave_opened;  /* (slave.lock) has been open: then no opener is the end of the master's
                           input */
    bool packet_mode;   /* (slave.lock) */
    struct file *async; /* (slave.lock) the master's file, if it wants SIGIO */
    struct wait_queue master_wait; /* output to read, room to write, the slave's last close */
};

static struct {
    struct spinlock lock;
    BITMAP_DECLARE(used, PTS_MAX); /* (lock) numbers */
    struct pty *pairs[PTS_MAX];    /* (lock) open masters, for opening slaves by number */
} table = {.lock = SPINLOCK_INIT(LOCK_RANK_FILE_INNER)};

static struct pty *pty_of(struct tty *slave)
{
    return container_of(slave, struct pty, slave);
}

static int number_alloc(struct pty *pty)
{
    size_t end = pts_number_end();
    size_t number;

    spin_lock(&table.lock);
    number = bitmap_find_first_zero(table.used, end);
    if (number < end) {
        bitmap_set(table.used, number);
        table.pairs[number] = pty;
    }
    spin_unlock(&table.lock);
    return number < end ? (int)number : -ENOSPC;
}

static void number_hide(unsigned number)
{
    spin_lock(&table.lock);
    table.pairs[number] = NULL;
    spin_unlock(&table.lock);
}

static void number_free(unsigned number)
{
    spin_lock(&table.lock);
    bitmap_clear(table.used, number);
    spin_unlock(&table.lock);
}

static void slave_destroy(struct tty *slave)
{
    struct pty *pty = pty_of(slave);

    number_free(pty->number);
    kfree(pty);
}

static void slave_output_changed(struct tty *slave)
{
    struct pty *pty = pty_of(slave);

    wake_key(&pty->master_wait, EPOLLIN | EPOLLRDNORM | EPOLLPRI);
    spin_lock(&slave->lock);
    if (pty->async)
        file_notify_owner(pty->async, POLLIN);
    spin_unlock(&slave->lock);
}

static void slave_has_room(struct tty *slave)
{
    wake_key(&pty_of(slave)->master_wait, EPOLLOUT | EPOLLWRNORM);
}

static void slave_last_close(struct tty *slave)
{
    wake_all(&pty_of(slave)->master_wait);
}

static const struct tty_ops slave_ops = {
    .output_changed = slave_output_changed,
    .unthrottle = slave_has_room,
    .last_close = slave_last_close,
    .destroy = slave_destroy,
    .is_pty_slave = true,
};

/* Open by device number: 136, N. */
static int open_slave(struct inode *inode, struct file *file)
{
    u64 number = inode->device & 0xFF;
    struct pty *pty = NULL;
    int error = -EIO;

    spin_lock(&table.lock);
    if (number < PTS_MAX && table.pairs[number]) {
        pty = table.pairs[number];
        tty_get(&pty->slave);
    }
    spin_unlock(&table.lock);
    if (!pty)
        return -EIO;
    if (!pty->locked && !pty->slave.peer_closed)
        error = tty_open_file(&pty->slave, file);
    if (!error) {
        pty->slave_opened = true;
        tty_adopt_if_free(&pty->slave, file);
    }
    tty_put(&pty->slave);
    return error;
}

static struct pty *pty_of_file(struct file *file)
{
    return file->private;
}

/* Nothing will come any more: every opener of the slave has closed it. */
static bool slave_is_gone(struct pty *pty)
{
    return pty->slave_opened && pty->slave.open_count == 0;
}

static bool master_is_readable(struct pty *pty)
{
    bool readable;

    spin_lock(&pty->slave.lock);
    readable = (line_output_count(&pty->slave.line) && !pty->slave.line.stopped) ||
               slave_is_gone(pty) || (pty->packet_mode && pty->slave.line.packet);
    spin_unlock(&pty->slave.lock);
    return readable;
}

/* Fill @chunk. The first byte of packet mode included. */
static size_t master_take(struct pty *pty, u8 *chunk, size_t len)
{
    size_t count = 0;

    spin_lock(&pty->slave.lock);
    if (pty->packet_mode) {
        chunk[0] = pty->slave.line.packet;
        count = 1;
    }
    if (!pty->packet_mode || !pty->slave.line.packet)
        count += line_take_output(&pty->slave.line, chunk + count, len - count);
    if (pty->packet_mode && count == 1 && !pty->slave.line.packet)
        count = 0;
    pty->slave.line.packet = 0;
    spin_unlock(&pty->slave.lock);
    return count;
}

static ssize_t master_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pty *pty = pty_of_file(file);
    u8 chunk[CHUNK];
    ssize_t done = 0;

    (void)position;
    if (buffer->remaining == 0)
        return 0;
    while (done == 0) {
        size_t len = master_take(pty, chunk, min(buffer->remaining, sizeof(chunk)));
        int error;

        if (len) {
            if (io_buffer_copy_to(buffer, chunk, len) != len)
                return -EFAULT;
            done = (ssize_t)len;
            break;
        }
        if (slave_is_gone(pty))
            return -EIO;
        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        error = wait_event_interruptible(&pty->master_wait, master_is_readable(pty));
        if (error)
            return error;
    }
    while (!pty->packet_mode && buffer->remaining) {
        size_t len = master_take(pty, chunk, min(buffer->remaining, sizeof(chunk)));

        if (len == 0 || io_buffer_copy_to(buffer, chunk, len) != len)
            break;
        done += (ssize_t)len;
    }
    wake_key(&pty->slave.write_wait, EPOLLOUT | EPOLLWRNORM);
    return done;
}

static bool master_is_writable(struct pty *pty)
{
    bool writable;

    spin_lock(&pty->slave.lock);
    writable = line_has_room(&pty->slave.line);
    spin_unlock(&pty->slave.lock);
    return writable;
}

static ssize_t master_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct pty *pty = pty_of_file(file);
    ssize_t total = 0;

    (void)position;
    while (buffer->remaining) {
        u8 chunk[CHUNK];
        size_t len = io_buffer_copy_from(buffer, chunk, min(buffer->remaining, sizeof(chunk)));
        size_t done = 0;

        if (len == 0)
            return total ? total : -EFAULT;
        for (;;) {
            int error;

            done += tty_receive_now(&pty->slave, chunk + done, len - done);
            if (done == len)
                break;
            total += (ssize_t)done;
            if (file_is_nonblocking(file, buffer))
                return total ? total : -EAGAIN;
            error = wait_event_interruptible(&pty->master_wait, master_is_writable(pty));
            if (error)
                return total ? total : error;
            total -= (ssize_t)done;
        }
        total += (ssize_t)len;
    }
    return total;
}

static unsigned master_poll(struct file *file, struct poll_table *table_)
{
    struct pty *pty = pty_of_file(file);
    unsigned events = 0;

    poll_wait(file, &pty->master_wait, table_);
    if (master_is_readable(pty))
        events |= EPOLLIN | EPOLLRDNORM;
    if (pty->packet_mode && pty->slave.line.packet)
        events |= EPOLLPRI;
    if (master_is_writable(pty))
        events |= EPOLLOUT | EPOLLWRNORM;
    if (slave_is_gone(pty))
        events |= EPOLLHUP;
    return events;
}

static long lock_set(struct pty *pty, const int __user *argument)
{
    int value;
    int error = get_user(value, argument);

    if (!error)
        pty->locked = value != 0;
    return error;
}

static long packet_set(struct pty *pty, const int __user *argument)
{
    int value;
    int error = get_user(value, argument);

    if (error)
        return error;
    spin_lock(&pty->slave.lock);
    if (value != 0 && !pty->packet_mode)
        pty->slave.line.packet = 0;
    pty->packet_mode = value != 0;
    spin_unlock(&pty->slave.lock);
    return 0;
}

static long foreground_get(struct pty *pty, int __user *argument)
{
    return put_user((int)tty_get_foreground(&pty->slave), argument);
}

static long session_get(struct pty *pty, int __user *argument)
{
    long number = tty_get_session(&pty->slave);

    return number < 0 ? number : put_user((int)number, argument);
}

static long master_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct pty *pty = pty_of_file(file);
    int __user *pointer = (int __user *)argument;

    switch (request) {
    case TIOCGPTN:
        return put_user((int)pty->number, pointer);
    case TIOCSPTLCK:
        return lock_set(pty, pointer);
    case TIOCGPTLCK:
        return put_user((int)pty->locked, pointer);
    case TIOCPKT:
        return packet_set(pty, pointer);
    case TIOCGPKT:
        return put_user((int)pty->packet_mode, pointer);
    case TIOCGPTPEER:
        return pts_open_peer(pty->number, (u32)argument);
    case TIOCGPGRP:
        return foreground_get(pty, pointer);
    case TIOCGSID:
        return session_get(pty, pointer);
    case TIOCNOTTY: /* a master is nobody's terminal */
        return -ENOTTY;
    default:
        return tty_request(&pty->slave, file, request, argument);
    }
}

static int master_set_async(struct file *file, bool on)
{
    struct pty *pty = pty_of_file(file);

    spin_lock(&pty->slave.lock);
    pty->async = on ? file : NULL;
    spin_unlock(&pty->slave.lock);
    if (on)
        file_own_by_default(file, F_OWNER_PID, process_id(current_process()));
    return 0;
}

static void master_release(struct file *file)
{
    struct pty *pty = pty_of_file(file);

    pts_remove(pty->number);
    number_hide(pty->number);
    spin_lock(&pty->slave.lock);
    pty->slave.peer_closed = true;
    pty->async = NULL;
    spin_unlock(&pty->slave.lock);
    tty_hangup(&pty->slave);
    tty_put(&pty->slave);
}

static const struct file_ops master_ops = {
    .gives_splice = true,
    .takes_splice = true,
    .release = master_release,
    .read = master_read,
    .write = master_write,
    .poll = master_poll,
    .ioctl = master_ioctl,
    .set_async = master_set_async,
};

static int open_master(struct inode *inode, struct file *file)
{
    struct pty *pty = kzalloc(sizeof(*pty), ALLOC_WAIT);
    char name[16];
    int number;
    int error;

    (void)inode;
    if (!pty)
        return -ENOMEM;
    wait_queue_init(&pty->master_wait);
    number = number_alloc(pty);
    if (number < 0) {
        kfree(pty);
        return number;
    }
    pty->number = (unsigned)number;
    pty->locked = true;
    scnprintf(name, sizeof(name), "pts/%d", number);
    tty_init(&pty->slave, &slave_ops, name, TTY_MAJOR_PTS, pty->number, pty);
    pty->slave.line.termios.c_cflag = B38400 | CS8 | CREAD;
    error = pts_add(pty->number);
    if (error) {
        number_hide(pty->number);
        tty_put(&pty->slave);
        return error;
    }
    file->private = pty;
    file->ops = &master_ops;
    file->mode |= FILE_STREAM;
    return 0;
}

const struct file_ops ptmx_file_ops = {.open = open_master};
static const struct file_ops slave_file_ops = {.open = open_slave};

void pty_init(void)
{
    int error =
        device_register("ptmx", S_IFCHR | 0666, TTY_MAJOR_AUXILIARY, 2, &ptmx_file_ops, NULL);

    if (!error)
        error =
            device_register_range(S_IFCHR, TTY_MAJOR_PTS, 0, PTS_MAX, &slave_file_ops, NULL, "pts");
    ASSERT(error == 0);
    pts_filesystem_init();
}
