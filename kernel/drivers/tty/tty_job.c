/*
 * Job control: whose controlling terminal a tty is, which group is in the foreground, and what
 * happens to the others that read, write or change it (POSIX 11.1.3 to 11.1.5, credentials(7),
 * tty_ioctl(4)).
 *
 * tty->session and tty->foreground are protected by the process tree lock. A session holds a
 * reference to its terminal, the terminal one to the session and to the foreground group.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <proc/credentials.h>
#include <proc/pid.h>
#include <proc/session.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/cred.h>

#include "tty.h"

bool tty_is_controlling(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    bool controlling = current_process()->group->session->terminal == tty;

    process_tree_unlock(flags);
    return controlling;
}

/* Is the current process in a background group of the session this terminal controls? */
static bool in_background(struct tty *tty)
{
    struct process_group *foreground = __atomic_load_n(&tty->foreground, __ATOMIC_ACQUIRE);

    if (foreground == current_process()->group || !tty_is_controlling(tty))
        return false;
    return foreground != NULL;
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

void tty_signal_foreground(struct tty *tty, int signal)
{
    irqflags_t flags = process_tree_lock();
    struct process_group *group =
        tty->foreground ? process_group_get_locked(tty->foreground) : NULL;

    process_tree_unlock(flags);
    if (!group)
        return;
    signal_group(group, signal);
    process_group_put(group);
}

/* Make @session and @group (references handed over, NULL allowed) the tty's, dropping the old ones.
 */
static void replace_owner(struct tty *tty, struct session *session, struct process_group *group)
{
    irqflags_t flags = process_tree_lock();
    struct session *old_session = tty->session;
    struct process_group *old_group = tty->foreground;

    tty->session = session;
    __atomic_store_n(&tty->foreground, group, __ATOMIC_RELEASE);
    process_tree_unlock(flags);
    if (old_group)
        process_group_put(old_group);
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

void tty_lose_session(struct tty *tty, bool hangup)
{
    struct session *session = tty_session_get(tty);

    if (!session)
        return;
    if (hangup)
        tty_signal_foreground(tty, SIGHUP);
    session_drop_terminal(session, hangup);
    session_put(session);
}

int tty_make_controlling(struct tty *tty, bool steal)
{
    struct session *owner;
    int error;

    if (tty_is_controlling(tty) && session_is_leader())
        return 0;
    if (!session_is_leader())
        return -EPERM;
    owner = tty_session_get(tty);
    if (owner) {
        session_put(owner);
        if (!steal || !capable(CAP_SYS_ADMIN))
            return -EPERM;
        tty_lose_session(tty, false);
    }
    error = session_set_terminal(tty_get(tty));
    if (error) {
        tty_put(tty);
        return error;
    }
    replace_owner(tty, session_get_current(), process_group_get_current());
    return 0;
}

void tty_adopt_if_free(struct tty *tty)
{
    struct session *owner;

    if (!session_is_leader())
        return;
    owner = tty_session_get(tty);
    if (owner) {
        session_put(owner);
        return;
    }
    /* -EPERM: the session has a terminal already; opening another one is no error. */
    if (tty_make_controlling(tty, false))
        return;
}

long tty_get_foreground(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    long number = tty->foreground ? process_group_number(tty->foreground) : 0;

    process_tree_unlock(flags);
    return number;
}

long tty_set_foreground(struct tty *tty, int group_number)
{
    struct process_group *group;
    struct process_group *old;
    irqflags_t flags;
    int error = tty_check_background_write(tty, true);

    if (error)
        return error == -EIO ? -ENOTTY : error;
    if (!tty_is_controlling(tty))
        return -ENOTTY;
    if (group_number < 0)
        return -EINVAL;
    group = process_group_find(group_number);
    if (!group)
        return -ESRCH;
    flags = process_tree_lock();
    if (group->session != current_process()->group->session) {
        process_tree_unlock(flags);
        process_group_put(group);
        return -EPERM;
    }
    old = tty->foreground;
    __atomic_store_n(&tty->foreground, group, __ATOMIC_RELEASE);
    process_tree_unlock(flags);
    if (old)
        process_group_put(old);
    return 0;
}

long tty_get_session(struct tty *tty)
{
    irqflags_t flags = process_tree_lock();
    long number = tty->session ? session_number(tty->session) : -ENOTTY;

    process_tree_unlock(flags);
    return number;
}

/* proc tells that a session gives its terminal up; its reference to the tty comes with the call. */
static void session_released(struct tty *tty, struct session *session, bool exiting)
{
    (void)session;
    if (exiting) {
        tty_signal_foreground(tty, SIGHUP);
        tty_signal_foreground(tty, SIGCONT);
    }
    replace_owner(tty, NULL, NULL);
    tty_put(tty);
}

static u32 terminal_device(struct tty *tty)
{
    return (u32)tty_device(tty);
}

static int terminal_foreground(struct tty *tty)
{
    return tty->foreground ? process_group_number(tty->foreground) : -1;
}

void tty_job_init(void)
{
    static const struct session_terminal_ops ops = {
        .release = session_released,
        .device = terminal_device,
        .foreground = terminal_foreground,
        .get = tty_get,
        .put = tty_put,
    };

    session_set_terminal_ops(&ops);
}
