/*
 * Job control: whose controlling terminal a tty is, which group is in the foreground, and what
 * happens to the others that read, write or change it (POSIX 11.1.3 to 11.1.5, credentials(7),
 * tty_ioctl(4)).
 *
 * tty->session and tty->foreground are protected by the process tree lock. A session holds a
 * reference to its terminal, the terminal one to the session and to the number of the foreground
 * group: the group itself may end and leave the number there.
 */
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/signal.h>
#include <arch/user.h>
#include <proc/credentials.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/cred.h>
#include <vfs/file.h>

#include "tty.h"

/* One session at a time takes a terminal: between the look whether it is free and the taking. */
static struct mutex controlling_mutex = MUTEX_INIT(controlling_mutex);

bool tty_is_controlling(struct tty *tty)
{
    return session_terminal_is(tty);
}

/* Is the current process in a background group of the session this terminal controls? */
static bool in_background(struct tty *tty)
{
    irqflags_t flags;
    bool other;

    if (READ_ONCE(tty->foreground) == NULL)
        return false;
    flags = process_tree_lock(); /* setpgid(2) may be taking the caller's group away */
    other = tty->foreground != NULL && tty->foreground != current_process()->group->pid;
    process_tree_unlock(flags);
    return other && tty_is_controlling(tty);
}

static bool ignores(int signal)
{
    struct abi_sigaction action;

    if (signal_get_blocked() & (1ull << (signal - 1)))
        return true;
    signal_action_get(current_process(), signal, &action);
    return (uintptr_t)action.handler == 1; /* SIG_IGN */
}

static bool is_orphaned(void)
{
    irqflags_t flags = process_tree_lock();
    bool orphaned = process_group_is_orphaned(current_process()->group);

    process_tree_unlock(flags);
    return orphaned;
}

/* Stop the caller's group with @signal; the call is made again when it continues. */
static int stop_group(int signal)
{
    struct process_group *group = process_group_get_current();

    signal_group(group, signal);
    process_group_put(group);
    return -ERESTARTSYS;
}

int tty_check_background_read(struct tty *tty)
{
    if (!in_background(tty))
        return 0;
    if (ignores(SIGTTIN) || is_orphaned())
        return -EIO;
    return stop_group(SIGTTIN);
}

int tty_check_background_write(struct tty *tty, bool always)
{
    if (!always && !(tty->line.termios.c_lflag & TOSTOP))
        return 0;
    if (!in_background(tty) || ignores(SIGTTOU))
        return 0;
    if (is_orphaned())
        return -EIO;
    return stop_group(SIGTTOU);
}

static void number_put(struct pid *number)
{
    irqflags_t flags;

    if (number == NULL)
        return;
    flags = process_tree_lock();
    pid_put(number);
    process_tree_unlock(flags);
}

/* The number of the foreground group, referenced; NULL: none. */
static struct pid *foreground_get(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    struct pid *number = tty->foreground;

    if (number != NULL)
        pid_get(number);
    process_tree_unlock(flags);
    return number;
}

void tty_signal_foreground(struct tty *tty, int signal)
{
    struct pid *number = foreground_get(tty);
    struct process_group *group = number != NULL ? process_group_of(number) : NULL;

    if (group != NULL) {
        signal_group(group, signal);
        process_group_put(group);
    }
    number_put(number);
}

/* Make @session and @foreground (references handed over, NULL allowed) the tty's, dropping the old
 * ones. */
static void replace_owner(struct tty *tty, struct session *session, struct pid *foreground)
{
    irqflags_t flags = process_tree_lock();
    struct session *old_session = tty->session;
    struct pid *old_foreground = tty->foreground;

    tty->session = session;
    __atomic_store_n(&tty->foreground, foreground, __ATOMIC_RELEASE);
    process_tree_unlock(flags);
    number_put(old_foreground);
    if (old_session)
        session_put(old_session);
}

static struct session *tty_session_get(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    struct session *session = tty->session ? session_get_locked(tty->session) : NULL;

    process_tree_unlock(flags);
    return session;
}

static void lose_session(struct tty *tty, enum terminal_loss loss)
{
    struct session *session = tty_session_get(tty);

    if (!session)
        return;
    session_drop_terminal(session, loss);
    session_put(session);
}

void tty_give_up(struct tty *tty)
{
    if (session_is_leader())
        lose_session(tty, TERMINAL_GIVEN_UP);
    else
        session_forget_terminal();
}

void tty_hang_up_session(struct tty *tty)
{
    struct session *session = tty_session_get(tty);
    struct pid *foreground = foreground_get(tty);

    if (session) {
        session_note_hang_up(session, foreground);
        session_drop_terminal(session, TERMINAL_TAKEN);
        session_put(session);
    }
    number_put(foreground);
}

static struct pid *current_group_number(void)
{
    irqflags_t flags = process_tree_lock();
    struct pid *number = current_process()->group->pid;

    pid_get(number);
    process_tree_unlock(flags);
    return number;
}

/* => controlling_mutex held */
static int make_controlling(struct tty *tty, struct file *file, bool steal)
{
    struct session *owner;
    int error;

    if (tty_is_controlling(tty) && session_is_leader())
        return 0;
    if (!session_is_leader() || session_has_terminal())
        return -EPERM;
    owner = tty_session_get(tty);
    if (owner)
        session_put(owner);
    if (owner && (!steal || !capable(CAP_SYS_ADMIN)))
        return -EPERM;
    if (owner)
        lose_session(tty, TERMINAL_TAKEN);
    if (!(file->mode & FILE_READ) && !capable(CAP_SYS_ADMIN))
        return -EPERM;
    error = session_set_terminal(tty_get(tty));
    if (error) {
        tty_put(tty);
        return error;
    }
    replace_owner(tty, session_get_current(), current_group_number());
    return 0;
}

int tty_make_controlling(struct tty *tty, struct file *file, bool steal)
{
    int error;

    mutex_lock(&controlling_mutex);
    error = make_controlling(tty, file, steal);
    mutex_unlock(&controlling_mutex);
    return error;
}

void tty_adopt_if_free(struct tty *tty, struct file *file)
{
    struct session *owner;

    if ((file_flags(file) & O_NOCTTY) || !(file->mode & FILE_READ) || !session_is_leader())
        return;
    owner = tty_session_get(tty);
    if (owner) {
        session_put(owner);
        return;
    }
    /* -EPERM: the session has a terminal already; opening another one is no error. */
    if (tty_make_controlling(tty, file, false))
        return;
}

long tty_get_foreground(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    long number = tty->foreground ? tty->foreground->number : 0;

    process_tree_unlock(flags);
    return number;
}

/* Put @number into the foreground, if it is of the caller's session. *old: the one before, to be
 * put. => tree lock held */
static int foreground_replace(struct tty *tty, struct pid *number, struct pid **old)
{
    struct session *session = current_process()->group->session;

    if (session->terminal != tty)
        return -ENOTTY;
    if (number == NULL ||
        (number->group == NULL && number->task == NULL && number->process == NULL))
        return -ESRCH;
    if (session_of_number(number) != session)
        return -EPERM;
    pid_get(number);
    *old = tty->foreground;
    __atomic_store_n(&tty->foreground, number, __ATOMIC_RELEASE);
    return 0;
}

long tty_set_foreground(struct tty *tty, const int __user *argument)
{
    struct pid *old = NULL;
    irqflags_t flags;
    int number;
    int error = tty_check_background_write(tty, true);

    if (error)
        return error == -EIO ? -ENOTTY : error;
    error = get_user(number, argument);
    if (error)
        return error;
    if (number < 0)
        return -EINVAL;
    if (!tty_is_controlling(tty))
        return -ENOTTY;
    flags = process_tree_lock();
    error = foreground_replace(tty, pid_find(number), &old);
    process_tree_unlock(flags);
    number_put(old);
    return error;
}

long tty_get_session(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    long number = tty->session ? session_number(tty->session) : -ENOTTY;

    process_tree_unlock(flags);
    return number;
}

/* proc tells that a session has lost its terminal; its reference to the tty comes with the call. */
static void session_released(struct tty *tty, enum terminal_loss loss)
{
    if (loss != TERMINAL_TAKEN)
        tty_signal_foreground(tty, SIGHUP);
    if (loss == TERMINAL_GIVEN_UP)
        tty_signal_foreground(tty, SIGCONT);
    replace_owner(tty, NULL, NULL);
    if (loss == TERMINAL_LEADER_ENDS && !tty->ops->is_pty_slave)
        tty_hangup(tty);
    tty_put(tty);
}

static u32 terminal_device(struct tty *tty)
{
    return (u32)tty_device(tty);
}

static int terminal_foreground(struct tty *tty)
{
    return tty->foreground ? tty->foreground->number : -1;
}

void tty_job_init(void)
{
    static const struct session_terminal_ops ops = {
        .release = session_released,
        .hang_up = tty_hangup,
        .device = terminal_device,
        .foreground = terminal_foreground,
        .get = tty_get,
        .put = tty_put,
    };

    session_set_terminal_ops(&ops);
}
