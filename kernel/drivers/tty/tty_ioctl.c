/*
 * ioctl_tty(2). Requests that change a terminal are refused to background groups with SIGTTOU, as
 * POSIX asks of the tcset*() functions.
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/session.h>
#include <signal/signal.h>
#include <vfs/cred.h>
#include <vfs/file.h>

#include "tty.h"

#define CC_TERMIO 8 /* characters that struct termio carries */

static u32 speed_of(u32 cflag)
{
    static const u32 low[] = {0,   50,   75,   110,  134,  150,  200,   300,
                              600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
    static const u32 high[] = {57600,   115200,  230400,  460800,  500000,
                               576000,  921600,  1000000, 1152000, 1500000,
                               2000000, 2500000, 3000000, 3500000, 4000000};
    u32 code = cflag & CBAUD;

    if (code & 0010000)
        return (code & 017) >= 1 && (code & 017) <= ARRAY_SIZE(high) ? high[(code & 017) - 1]
                                                                     : 38400;
    return low[code & 017];
}

static long get_termios(struct tty *tty, unsigned request, void __user *argument)
{
    struct abi_termios2 settings = {0};
    struct abi_termio old = {0};

    spin_lock(&tty->lock);
    settings.base = tty->line.termios;
    spin_unlock(&tty->lock);
    if (request == TCGETS)
        return copy_to_user(argument, &settings.base, sizeof(settings.base));
    if (request == TCGETS2) {
        settings.c_ispeed = settings.c_ospeed = speed_of(settings.base.c_cflag);
        return copy_to_user(argument, &settings, sizeof(settings));
    }
    old.c_iflag = (u16)settings.base.c_iflag;
    old.c_oflag = (u16)settings.base.c_oflag;
    old.c_cflag = (u16)settings.base.c_cflag;
    old.c_lflag = (u16)settings.base.c_lflag;
    old.c_line = settings.base.c_line;
    memcpy(old.c_cc, settings.base.c_cc, CC_TERMIO);
    return copy_to_user(argument, &old, sizeof(old));
}

static int read_settings(struct tty *tty, unsigned request, const void __user *argument,
                         struct abi_termios *settings)
{
    struct abi_termio old;
    int error;

    if (request != TCSETA && request != TCSETAW && request != TCSETAF)
        return copy_from_user(settings, argument, sizeof(*settings));
    error = copy_from_user(&old, argument, sizeof(old));
    if (error)
        return error;
    spin_lock(&tty->lock);
    *settings = tty->line.termios;
    spin_unlock(&tty->lock);
    settings->c_iflag = (settings->c_iflag & ~0xFFFFu) | old.c_iflag;
    settings->c_oflag = (settings->c_oflag & ~0xFFFFu) | old.c_oflag;
    settings->c_cflag = (settings->c_cflag & ~0xFFFFu) | old.c_cflag;
    settings->c_lflag = (settings->c_lflag & ~0xFFFFu) | old.c_lflag;
    settings->c_line = old.c_line;
    memcpy(settings->c_cc, old.c_cc, CC_TERMIO);
    return 0;
}

static long set_termios(struct tty *tty, unsigned request, const void __user *argument)
{
    bool flush = request == TCSETSF || request == TCSETAF || request == TCSETSF2;
    bool drain = flush || request == TCSETSW || request == TCSETAW || request == TCSETSW2;
    struct abi_termios settings;
    int error = tty_check_background_write(tty, true);

    if (!error)
        error = read_settings(tty, request, argument, &settings);
    if (!error && drain)
        error = tty_wait_drained(tty);
    if (error)
        return error;
    if (flush) {
        spin_lock(&tty->lock);
        line_flush_input(&tty->line);
        spin_unlock(&tty->lock);
        tty_input_taken(tty);
    }
    return tty_set_termios(tty, &settings);
}

static long get_locked(struct tty *tty, void __user *argument)
{
    struct abi_termios locked;

    spin_lock(&tty->lock);
    locked = tty->locked;
    spin_unlock(&tty->lock);
    return copy_to_user(argument, &locked, sizeof(locked));
}

static long set_locked(struct tty *tty, const void __user *argument)
{
    struct abi_termios locked;

    if (!capable(CAP_SYS_ADMIN))
        return -EPERM;
    if (copy_from_user(&locked, argument, sizeof(locked)) != 0)
        return -EFAULT;
    spin_lock(&tty->lock);
    tty->locked = locked;
    spin_unlock(&tty->lock);
    return 0;
}

static long flush(struct tty *tty, unsigned long which)
{
    int error = tty_check_background_write(tty, true);

    if (error)
        return error;
    if (which > TCIOFLUSH)
        return -EINVAL;
    spin_lock(&tty->lock);
    if (which != TCOFLUSH)
        line_flush_input(&tty->line);
    if (which != TCIFLUSH)
        line_flush_output(&tty->line);
    spin_unlock(&tty->lock);
    tty_changed(tty);
    if (which != TCOFLUSH)
        tty_input_taken(tty);
    if (which != TCIFLUSH)
        wake_all(&tty->write_wait);
    return 0;
}

static long flow(struct tty *tty, unsigned long action)
{
    int error = tty_check_background_write(tty, true);
    u8 character;

    if (error)
        return error;
    switch (action) {
    case TCOOFF:
    case TCOON:
        spin_lock(&tty->lock);
        line_set_stopped(&tty->line, action == TCOOFF);
        spin_unlock(&tty->lock);
        tty_changed(tty);
        tty_pump(tty);
        return 0;
    case TCIOFF:
    case TCION:
        character = tty->line.termios.c_cc[action == TCIOFF ? VSTOP : VSTART];
        spin_lock(&tty->lock);
        if (character && tty->ops->write && tty->ops->room(tty))
            tty->ops->write(tty, &character, 1);
        spin_unlock(&tty->lock);
        return 0;
    default:
        return -EINVAL;
    }
}

static long drain_and_break(struct tty *tty)
{
    int error = tty_check_background_write(tty, true);

    return error ? error : tty_wait_drained(tty);
}

static long window_get(struct tty *tty, void __user *argument)
{
    struct abi_winsize window;

    spin_lock(&tty->lock);
    window = tty->window;
    spin_unlock(&tty->lock);
    return copy_to_user(argument, &window, sizeof(window));
}

static long window_set(struct tty *tty, const void __user *argument)
{
    struct abi_winsize window;
    int error = copy_from_user(&window, argument, sizeof(window));

    if (!error)
        tty_set_window(tty, &window);
    return error;
}

static long fake_input(struct tty *tty, const u8 __user *argument)
{
    u8 byte;
    int error;

    if (!tty_is_controlling(tty) && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    error = get_user(byte, argument);
    if (!error)
        tty_receive_now(tty, &byte, 1);
    return error;
}

static long put_int(void __user *argument, long value)
{
    int word = (int)value;

    return value < 0 ? value : copy_to_user(argument, &word, sizeof(word));
}

static long input_count(struct tty *tty, void __user *argument)
{
    size_t count;

    spin_lock(&tty->lock);
    count = line_input_count(&tty->line);
    spin_unlock(&tty->lock);
    return put_int(argument, (long)count);
}

static long set_discipline(const int __user *argument)
{
    int number;
    int error = get_user(number, argument);

    if (error)
        return error;
    return number == 0 ? 0 : -EINVAL; /* N_TTY is the only one */
}

static long set_exclusive(struct tty *tty, bool on)
{
    spin_lock(&tty->lock);
    tty->exclusive = on;
    spin_unlock(&tty->lock);
    return 0;
}

static long give_up_terminal(struct tty *tty)
{
    if (!tty_is_controlling(tty))
        return -ENOTTY;
    tty_give_up(tty);
    return 0;
}

/* Settings and flow. -ENOTTY: not one of these. */
static long line_request(struct tty *tty, unsigned request, unsigned long argument)
{
    void __user *pointer = (void __user *)argument;

    switch (request) {
    case TCGETS:
    case TCGETS2:
    case TCGETA:
        return get_termios(tty, request, pointer);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
        return set_termios(tty, request, pointer);
    case TIOCGLCKTRMIOS:
        return get_locked(tty, pointer);
    case TIOCSLCKTRMIOS:
        return set_locked(tty, pointer);
    case TCFLSH:
        return flush(tty, argument);
    case TCXONC:
        return flow(tty, argument);
    case TCSBRK:
    case TCSBRKP:
        return drain_and_break(tty);
    case TIOCGWINSZ:
        return window_get(tty, pointer);
    case TIOCSWINSZ:
        return window_set(tty, pointer);
    case TIOCINQ:
        return input_count(tty, pointer);
    case TIOCOUTQ:
        return put_int(pointer, (long)tty_output_waiting(tty));
    case TIOCSTI:
        return fake_input(tty, pointer);
    case TIOCGETD:
        return put_int(pointer, 0);
    case TIOCSETD:
        return set_discipline(pointer);
    case TIOCEXCL:
        return set_exclusive(tty, true);
    case TIOCNXCL:
        return set_exclusive(tty, false);
    case TIOCGEXCL:
        return put_int(pointer, tty->exclusive);
    default:
        return -ENOTTY;
    }
}

/* Sessions and groups. */
static long job_request(struct tty *tty, struct file *file, unsigned request,
                        unsigned long argument)
{
    void __user *pointer = (void __user *)argument;

    switch (request) {
    case TIOCSCTTY:
        return tty_make_controlling(tty, file, argument == 1);
    case TIOCNOTTY:
        return give_up_terminal(tty);
    case TIOCGPGRP:
        if (!tty_is_controlling(tty))
            return -ENOTTY;
        return put_int(pointer, tty_get_foreground(tty));
    case TIOCSPGRP:
        return tty_set_foreground(tty, pointer);
    case TIOCGSID:
        if (!tty_is_controlling(tty))
            return -ENOTTY;
        return put_int(pointer, tty_get_session(tty));
    case TIOCVHANGUP:
        if (!capable(CAP_SYS_ADMIN))
            return -EPERM;
        tty_hangup(tty);
        return 0;
    case TIOCGDEV:
        return put_int(pointer, (long)tty_device(tty));
    default:
        return -ENOTTY;
    }
}

long tty_request(struct tty *tty, struct file *file, unsigned request, unsigned long argument)
{
    long result = line_request(tty, request, argument);

    return result == -ENOTTY ? job_request(tty, file, request, argument) : result;
}

long tty_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct tty *tty = tty_of_file(file);
    long result = -ENOTTY;

    if (tty_is_hung_up(file))
        return request == TIOCSPGRP ? -ENOTTY : -EIO;
    if (tty->ops->ioctl)
        result = tty->ops->ioctl(tty, file, request, argument);
    return result == -ENOTTY ? tty_request(tty, file, request, argument) : result;
}
