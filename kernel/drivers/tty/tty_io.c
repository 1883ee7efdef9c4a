/*
 * Reading, writing and polling a terminal: termios(3) "Canonical and noncanonical mode",
 * POSIX 11.1.7.
 *
 * Bytes cross in chunks through the stack, because user memory may not be touched under the tty's
 * spin lock.
 */
#include <abi/epoll.h>
#include <abi/errno.h>
#include <time/time.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#include "tty.h"

#define CHUNK 256

/* What the settings ask of one read in raw mode. */
struct raw_read {
    size_t minimum; /* VMIN, at most the buffer's length */
    u64 timeout;    /* VTIME in ns, 0: none */
};

static bool is_readable(struct file *file, size_t minimum)
{
    struct tty *tty = tty_of_file(file);
    bool readable;

    spin_lock(&tty->lock);
    readable = line_is_readable(&tty->line, minimum) || tty->peer_closed || tty_is_hung_up(file);
    spin_unlock(&tty->lock);
    return readable;
}

static struct raw_read raw_read_settings(struct tty *tty, size_t len)
{
    const u8 *cc = tty->line.termios.c_cc;

    return (struct raw_read){
        .minimum = min((size_t)cc[VMIN], len),
        .timeout = cc[VTIME] * (NS_PER_SECOND / 10),
    };
}

/* One chunk from the line into the buffer. *end: the line ended. */
static ssize_t read_chunk(struct tty *tty, struct io_buffer *buffer, bool *end)
{
    u8 chunk[CHUNK];
    size_t len;

    spin_lock(&tty->lock);
    len = line_read(&tty->line, chunk, min(buffer->remaining, sizeof(chunk)), end);
    spin_unlock(&tty->lock);
    if (io_buffer_copy_to(buffer, chunk, len) != len)
        return -EFAULT;
    return (ssize_t)len;
}

/* A whole line, or as much of it as fits. *end: it ended. 0 without that: there was no line. */
static ssize_t read_line(struct tty *tty, struct io_buffer *buffer, bool *end)
{
    ssize_t done = 0;

    *end = false;
    while (!*end && buffer->remaining) {
        ssize_t part = read_chunk(tty, buffer, end);

        if (part < 0)
            return done ? done : part;
        done += part;
        if (part == 0)
            break;
    }
    return done;
}

static ssize_t read_available(struct tty *tty, struct io_buffer *buffer)
{
    ssize_t done = 0;
    bool end;

    while (buffer->remaining) {
        ssize_t part = read_chunk(tty, buffer, &end);

        if (part < 0)
            return done ? done : part;
        if (part == 0)
            break;
        done += part;
    }
    return done;
}

static int wait_readable(struct file *file, size_t minimum, u64 deadline)
{
    return wait_event_interruptible_timeout(&tty_of_file(file)->read_wait,
                                            is_readable(file, minimum), deadline);
}

/* The four cases of VMIN and VTIME: 0 when there is something to read (or nothing ever will be). */
static int wait_raw(struct file *file, const struct raw_read *want)
{
    int error;

    if (want->minimum == 0) {
        if (want->timeout == 0)
            return 0;
        error = wait_readable(file, 1, time_monotonic_ns() + want->timeout);
        return error == -ETIMEDOUT ? 0 : error;
    }
    if (want->timeout == 0)
        return wait_readable(file, want->minimum, WAIT_FOREVER);
    error = wait_readable(file, 1, WAIT_FOREVER);
    for (size_t count = 1; !error && count < want->minimum; count++) {
        error = wait_readable(file, count + 1, time_monotonic_ns() + want->timeout);
        if (error == -ETIMEDOUT)
            return 0;
    }
    return error;
}

/* One attempt. *again: what there was to read has been flushed (^C) meanwhile, which is no end of
 * file. */
static ssize_t read_once(struct file *file, struct io_buffer *buffer, bool *again)
{
    struct tty *tty = tty_of_file(file);
    bool canonical = tty->line.termios.c_lflag & ICANON;
    bool nonblocking = file_is_nonblocking(file, buffer);
    struct raw_read want = raw_read_settings(tty, buffer->remaining);
    bool end = false;
    ssize_t done;
    int error = 0;

    *again = false;
    if (nonblocking) {
        if (!is_readable(file, 1))
            return !canonical && want.minimum == 0 ? 0 : -EAGAIN;
    } else if (canonical) {
        error = wait_readable(file, 1, WAIT_FOREVER);
    } else {
        error = wait_raw(file, &want);
    }
    if (error && !line_is_readable(&tty->line, 1))
        return error;
    if (tty->peer_closed && !line_is_readable(&tty->line, 1))
        return -EIO;
    if (tty_is_hung_up(file))
        return 0;
    done = canonical ? read_line(tty, buffer, &end) : read_available(tty, buffer);
    *again = done == 0 && !end && (canonical || want.minimum > 0);
    return done;
}

static ssize_t read_locked(struct file *file, struct io_buffer *buffer)
{
    ssize_t done;
    bool again;

    do {
        done = read_once(file, buffer, &again);
    } while (again);
    return done;
}

ssize_t tty_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct tty *tty = tty_of_file(file);
    ssize_t result;

    (void)position;
    if (tty_is_hung_up(file))
        return 0;
    result = tty_check_background_read(tty);
    if (result)
        return result;
    if (buffer->remaining == 0)
        return 0;
    if (file_is_nonblocking(file, buffer)) {
        if (!mutex_trylock(&tty->read_lock))
            return -EAGAIN;
    } else {
        result = mutex_lock_interruptible(&tty->read_lock);
        if (result)
            return result;
    }
    result = read_locked(file, buffer);
    mutex_unlock(&tty->read_lock);
    tty_input_taken(tty);
    return result;
}

static bool has_output_room(struct file *file)
{
    struct tty *tty = tty_of_file(file);
    bool room;

    spin_lock(&tty->lock);
    room = line_can_write(&tty->line) || tty->peer_closed || tty_is_hung_up(file);
    spin_unlock(&tty->lock);
    return room;
}

/* Who wants SIGIO gets it when there is room again. */
static void note_short_write(struct tty *tty)
{
    spin_lock(&tty->lock);
    tty->async_write = !list_is_empty(&tty->async);
    spin_unlock(&tty->lock);
}

/* Hand a chunk that is already in the kernel to the line, waiting for room. Bytes taken, or an
 * error if none. */
static ssize_t write_chunk(struct file *file, const u8 *chunk, size_t len, bool nonblocking)
{
    struct tty *tty = tty_of_file(file);
    size_t done = 0;

    for (;;) {
        int error;

        if (tty->peer_closed || tty_is_hung_up(file))
            return done ? (ssize_t)done : -EIO;
        spin_lock(&tty->lock);
        done += line_write(&tty->line, chunk + done, len - done);
        spin_unlock(&tty->lock);
        tty_pump(tty);
        if (done == len)
            return (ssize_t)done;
        if (nonblocking && !has_output_room(file)) {
            note_short_write(tty);
            return done ? (ssize_t)done : -EAGAIN;
        }
        error = wait_event_interruptible(&tty->write_wait, has_output_room(file));
        if (error)
            return done ? (ssize_t)done : error;
    }
}

static ssize_t write_locked(struct file *file, struct io_buffer *buffer, bool nonblocking)
{
    ssize_t total = 0;
    u8 chunk[CHUNK];

    while (buffer->remaining) {
        size_t wanted = min(buffer->remaining, sizeof(chunk));
        size_t len = io_buffer_copy_from(buffer, chunk, wanted);
        ssize_t done;

        if (len == 0)
            return total ? total : -EFAULT;
        done = write_chunk(file, chunk, len, nonblocking);
        if (done < 0)
            return total ? total : done;
        total += done;
        if ((size_t)done < wanted)
            break;
    }
    return total;
}

ssize_t tty_write(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct tty *tty = tty_of_file(file);
    bool nonblocking = file_is_nonblocking(file, buffer);
    ssize_t result;

    (void)position;
    if (tty->peer_closed || tty_is_hung_up(file))
        return -EIO;
    result = tty_check_background_write(tty, false);
    if (result)
        return result;
    if (nonblocking) {
        if (!mutex_trylock(&tty->write_lock))
            return -EAGAIN;
    } else {
        result = mutex_lock_interruptible(&tty->write_lock);
        if (result)
            return result;
    }
    result = write_locked(file, buffer, nonblocking);
    mutex_unlock(&tty->write_lock);
    return result;
}

unsigned tty_poll(struct file *file, struct poll_table *table)
{
    struct tty *tty = tty_of_file(file);
    unsigned events = 0;
    size_t minimum;

    poll_wait(file, &tty->read_wait, table);
    poll_wait(file, &tty->write_wait, table);
    if (tty_is_hung_up(file))
        return EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLRDNORM | EPOLLWRNORM;
    spin_lock(&tty->lock);
    minimum = tty->line.termios.c_cc[VTIME] ? 1 : tty->line.termios.c_cc[VMIN];
    if (line_is_readable(&tty->line, minimum))
        events |= EPOLLIN | EPOLLRDNORM;
    if (tty->peer_closed)
        events |= EPOLLHUP | EPOLLIN | EPOLLRDNORM;
    if (line_output_room(&tty->line) >= LINE_OUTPUT_SIZE / 4)
        events |= EPOLLOUT | EPOLLWRNORM;
    spin_unlock(&tty->lock);
    return events;
}
