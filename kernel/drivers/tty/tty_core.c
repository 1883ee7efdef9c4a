/*
 * The life of a tty and the flow of bytes through it (tty.h 1 to 3).
 */
#include "tty.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/poll.h>
#include <abi/signal.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/session.h>
#include <signal/signal.h>
#include <time/time.h>
#include <vfs/file.h>

/* How often a device is asked whether its last byte has gone. */
#define SENT_CHECK_NS (1000 * 1000ULL)

static void tty_work(struct work *work);

void tty_init(struct tty *tty, const struct tty_ops *ops, const char *name, u32 major, u32 minor,
              void *device)
{
    memset(tty, 0, sizeof(*tty));
    tty->ops = ops;
    refcount_init(&tty->references, 1);
    scnprintf(tty->name, sizeof(tty->name), "%s", name);
    tty->major = major;
    tty->minor = minor;
    tty->device = device;
    mutex_init(&tty->read_lock);
    mutex_init(&tty->write_lock);
    spin_lock_init(&tty->lock, LOCK_RANK_FILE);
    spin_lock_init(&tty->receive_lock, LOCK_RANK_DEVICE);
    wait_queue_init(&tty->read_wait);
    wait_queue_init(&tty->write_wait);
    line_init(&tty->line);
    list_init(&tty->async);
    tty->work = (struct work)WORK_INIT(tty_work);
}

struct tty *tty_get(struct tty *tty)
{
    refcount_get(&tty->references);
    return tty;
}

void tty_put(struct tty *tty)
{
    if (!refcount_put_and_test(&tty->references))
        return;
    work_flush(&tty->work);
    tty->ops->destroy(tty);
}

u64 tty_device(const struct tty *tty)
{
    return (u64)tty->major << 8 | (tty->minor & 0xFF) | (u64)(tty->minor >> 8) << 20;
}

size_t tty_receive(struct tty *tty, const u8 *bytes, size_t len)
{
    irqflags_t flags = spin_lock_irqsave(&tty->receive_lock);
    size_t taken = min(len, (size_t)(TTY_RECEIVE_SIZE - (tty->receive_head - tty->receive_tail)));

    for (size_t i = 0; i < taken; i++)
        tty->received[tty->receive_head++ % TTY_RECEIVE_SIZE] = bytes[i];
    if (taken < len)
        tty->throttled = true;
    spin_unlock_irqrestore(&tty->receive_lock, flags);
    work_queue(&tty->work);
    return taken;
}

size_t tty_receive_room(struct tty *tty)
{
    irqflags_t flags = spin_lock_irqsave(&tty->receive_lock);
    size_t room = TTY_RECEIVE_SIZE - (tty->receive_head - tty->receive_tail);

    if (room == 0)
        tty->throttled = true;
    spin_unlock_irqrestore(&tty->receive_lock, flags);
    return room;
}

void tty_receive_break(struct tty *tty)
{
    irqflags_t flags = spin_lock_irqsave(&tty->receive_lock);

    tty->break_received = true;
    spin_unlock_irqrestore(&tty->receive_lock, flags);
    work_queue(&tty->work);
}

/* The next received byte; false: none. */
static bool receive_ring_take(struct tty *tty, u8 *byte)
{
    irqflags_t flags = spin_lock_irqsave(&tty->receive_lock);
    bool found = tty->receive_tail != tty->receive_head;

    if (found)
        *byte = tty->received[tty->receive_tail++ % TTY_RECEIVE_SIZE];
    spin_unlock_irqrestore(&tty->receive_lock, flags);
    return found;
}

static bool take_flag(struct tty *tty, bool *flag)
{
    irqflags_t flags = spin_lock_irqsave(&tty->receive_lock);
    bool was = *flag;

    *flag = false;
    spin_unlock_irqrestore(&tty->receive_lock, flags);
    return was;
}

/* Typing faster than the device shows waits for it; but when output is stopped the key that starts
 * it again must get through, and echo is dropped instead. */
static bool echo_has_room(const struct line *line)
{
    return line->stopped || line_output_room(line) > 64;
}

/*
 * One signal character at a time: its signal is sent before the bytes behind it are looked at, so
 * that a pasted "^C command" reaches the shell in that order.
 */
static u32 receive_some(struct tty *tty)
{
    u32 signals = LINE_SIGNAL_INTERRUPT | LINE_SIGNAL_QUIT | LINE_SIGNAL_SUSPEND;
    u32 events = 0;
    u8 byte;

    spin_lock(&tty->lock);
    if (take_flag(tty, &tty->break_received))
        events |= line_receive_break(&tty->line);
    while (!(events & signals) && line_has_room(&tty->line) && echo_has_room(&tty->line) &&
           receive_ring_take(tty, &byte))
        events |= line_receive(&tty->line, byte);
    spin_unlock(&tty->lock);
    return events;
}

static void tty_work(struct work *work)
{
    struct tty *tty = container_of(work, struct tty, work);
    u32 events;

    do {
        events = receive_some(tty);
        tty_pump(tty);
        tty_line_events(tty, events);
    } while (events & (LINE_SIGNAL_INTERRUPT | LINE_SIGNAL_QUIT | LINE_SIGNAL_SUSPEND));
    if (tty->receive_head - tty->receive_tail < TTY_RECEIVE_SIZE / 2 &&
        take_flag(tty, &tty->throttled) && tty->ops->unthrottle)
        tty->ops->unthrottle(tty);
}

void tty_input_taken(struct tty *tty)
{
    if (tty->receive_head != tty->receive_tail || tty->throttled)
        work_queue(&tty->work);
    if (tty->ops->is_pty_slave && tty->ops->unthrottle)
        tty->ops->unthrottle(tty);
}

size_t tty_receive_now(struct tty *tty, const u8 *bytes, size_t len)
{
    u32 events = 0;
    size_t done = 0;

    spin_lock(&tty->lock);
    if (tty->peer_closed)
        done = len; /* nobody will read it: dropped */
    while (done < len && line_has_room(&tty->line))
        events |= line_receive(&tty->line, bytes[done++]);
    spin_unlock(&tty->lock);
    tty_pump(tty);
    tty_line_events(tty, events);
    return done;
}

/* SIGIO to the owners of files with O_ASYNC. */
static void notify_owners(struct tty *tty, unsigned events)
{
    struct tty_opening *opening;

    spin_lock(&tty->lock);
    list_for_each_entry (opening, &tty->async, async)
        file_notify_owner(opening->file, events);
    spin_unlock(&tty->lock);
}

void tty_changed(struct tty *tty)
{
    if (tty->ops->output_changed)
        tty->ops->output_changed(tty);
}

/* There is room: for those who wait, and those who had none when they wrote last. */
static void tell_room(struct tty *tty)
{
    bool async;

    wake_key(&tty->write_wait, POLLOUT | POLLWRNORM);
    spin_lock(&tty->lock);
    async = tty->async_write;
    tty->async_write = false;
    spin_unlock(&tty->lock);
    if (async)
        notify_owners(tty, POLLOUT);
}

void tty_line_events(struct tty *tty, u32 events)
{
    if (events & LINE_SIGNAL_INTERRUPT)
        tty_signal_foreground(tty, SIGINT);
    if (events & LINE_SIGNAL_QUIT)
        tty_signal_foreground(tty, SIGQUIT);
    if (events & LINE_SIGNAL_SUSPEND)
        tty_signal_foreground(tty, SIGTSTP);
    if (events & LINE_WAKE_READERS) {
        wake_key(&tty->read_wait, POLLIN | POLLRDNORM);
        notify_owners(tty, POLLIN);
    }
    if (events &
        (LINE_OUTPUT_STARTED | LINE_OUTPUT_STOPPED | LINE_FLUSHED_INPUT | LINE_FLUSHED_OUTPUT))
        tty_changed(tty);
    if (events & LINE_WAKE_WRITERS)
        wake_key(&tty->write_wait, POLLOUT | POLLWRNORM);
}

void tty_pump(struct tty *tty)
{
    bool had_output, has_room;
    u8 chunk[128];

    spin_lock(&tty->lock);
    had_output = line_output_count(&tty->line) != 0;
    if (tty->ops->write) {
        for (;;) {
            size_t len =
                line_take_output(&tty->line, chunk, min(tty->ops->room(tty), sizeof(chunk)));

            if (len == 0)
                break;
            tty->ops->write(tty, chunk, len);
        }
    }
    has_room = line_output_room(&tty->line) >= LINE_OUTPUT_SIZE / 4;
    spin_unlock(&tty->lock);
    if (had_output)
        tty_changed(tty);
    if (had_output && has_room)
        tell_room(tty);
}

void tty_output_ready(struct tty *tty)
{
    work_queue(&tty->work);
}

/* What a pseudo-terminal's program has written is with the master: read or not. */
size_t tty_output_waiting(struct tty *tty)
{
    size_t count;

    spin_lock(&tty->lock);
    count = tty->ops->is_pty_slave ? 0 : line_output_count(&tty->line);
    spin_unlock(&tty->lock);
    return count;
}

static bool is_drained(struct tty *tty)
{
    return tty_output_waiting(tty) == 0;
}

static bool is_sent(struct tty *tty)
{
    return !tty->ops->is_sent || tty->ops->is_sent(tty);
}

/* A device tells when it has room, not when its last byte is on the line: that is asked for. */
int tty_wait_drained(struct tty *tty)
{
    int error = wait_event_interruptible(&tty->write_wait, is_drained(tty));

    while (!error && !is_sent(tty)) {
        error = wait_event_interruptible_timeout(&tty->write_wait, is_sent(tty),
                                                 time_monotonic_ns() + SENT_CHECK_NS);
        if (error == -ETIMEDOUT)
            error = 0;
    }
    return error;
}

/* What is locked (TIOCSLCKTRMIOS) stays: bits of flags; the discipline or a character as a whole.
 */
static void keep_locked(struct abi_termios *new, const struct abi_termios *old,
                        const struct abi_termios *locked)
{
    new->c_iflag ^= (new->c_iflag ^ old->c_iflag) & locked->c_iflag;
    new->c_oflag ^= (new->c_oflag ^ old->c_oflag) & locked->c_oflag;
    new->c_cflag ^= (new->c_cflag ^ old->c_cflag) & locked->c_cflag;
    new->c_lflag ^= (new->c_lflag ^ old->c_lflag) & locked->c_lflag;
    if (locked->c_line)
        new->c_line = old->c_line;
    for (size_t i = 0; i < TERMIOS_NR_CC; i++)
        if (locked->c_cc[i])
            new->c_cc[i] = old->c_cc[i];
}

int tty_set_termios(struct tty *tty, const struct abi_termios *termios)
{
    struct abi_termios settings = *termios;

    spin_lock(&tty->lock);
    keep_locked(&settings, &tty->line.termios, &tty->locked);
    line_set_termios(&tty->line, &settings);
    if (tty->ops->settings)
        tty->ops->settings(tty);
    spin_unlock(&tty->lock);
    work_queue(&tty->work);
    tty_changed(tty);
    wake_key(&tty->read_wait, POLLIN | POLLRDNORM);
    return 0;
}

void tty_set_window(struct tty *tty, const struct abi_winsize *window)
{
    bool changed;

    spin_lock(&tty->lock);
    changed = memcmp(&tty->window, window, sizeof(*window)) != 0;
    tty->window = *window;
    spin_unlock(&tty->lock);
    if (changed)
        tty_signal_foreground(tty, SIGWINCH);
}

void tty_hangup(struct tty *tty)
{
    struct tty_opening *opening, *following;

    spin_lock(&tty->lock);
    tty->hangups++;
    list_for_each_entry_safe (opening, following, &tty->async, async) {
        if (opening->is_console)
            continue;
        list_remove(&opening->async);
        fetch_and(&opening->file->flags, ~(u32)O_ASYNC);
    }
    line_flush_input(&tty->line);
    line_flush_output(&tty->line);
    tty->line.stopped = false;
    spin_unlock(&tty->lock);
    tty_hang_up_session(tty);
    wake_all(&tty->read_wait);
    wake_all(&tty->write_wait);
    tty_changed(tty);
}
