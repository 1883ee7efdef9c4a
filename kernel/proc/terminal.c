/*
 * The controlling terminal of a session, as far as proc knows it: an opaque pointer that the tty
 * room understands.
 *
 * A process has the terminal of its session if it is the leader, or if it was forked by one that
 * had it, and has not given it up: it carries the serial number of the session's terminal.
 */
#include <proc/session.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <proc/pid.h>
#include <proc/task.h>
#include <signal/signal.h>

static const struct session_terminal_ops *terminal_ops; /* (I) once registered */

void session_set_terminal_ops(const struct session_terminal_ops *ops)
{
    store_release(&terminal_ops, ops);
}

const struct session_terminal_ops *session_terminal_ops_get(void)
{
    return load_acquire(&terminal_ops);
}

/* => tree lock held */
static bool has_terminal(const struct process *process)
{
    const struct session *session = process->group != NULL ? process->group->session : NULL;

    return session != NULL && session->terminal != NULL &&
           process->terminal_serial == session->terminal_serial;
}

int session_set_terminal(struct tty *terminal)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    struct session *session = self->group->session;
    bool allowed = session->leader == self && session->terminal == NULL;

    if (allowed) {
        session->terminal = terminal;
        self->terminal_serial = ++session->terminal_serial;
        if (session->hung_up != NULL)
            pid_put(session->hung_up);
        session->hung_up = NULL;
    }
    process_tree_unlock(flags);
    return allowed ? 0 : -EPERM;
}

struct tty *session_get_terminal(void)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    struct tty *terminal =
        has_terminal(self) ? terminal_ops->get(self->group->session->terminal) : NULL;

    process_tree_unlock(flags);
    return terminal;
}

bool session_terminal_is(const struct tty *terminal)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    bool is = has_terminal(self) && self->group->session->terminal == terminal;

    process_tree_unlock(flags);
    return is;
}

bool session_has_terminal(void)
{
    irqflags_t flags = process_tree_lock();
    bool has = current_process()->group->session->terminal != NULL;

    process_tree_unlock(flags);
    return has;
}

void session_forget_terminal(void)
{
    irqflags_t flags = process_tree_lock();

    current_process()->terminal_serial = 0;
    process_tree_unlock(flags);
}

void session_hang_up(void)
{
    struct tty *terminal = session_get_terminal();

    if (terminal == NULL)
        return;
    terminal_ops->hang_up(terminal);
    terminal_ops->put(terminal);
}

void session_drop_terminal(struct session *session, enum terminal_loss loss)
{
    irqflags_t flags = process_tree_lock();
    struct tty *terminal = session->terminal;

    session->terminal = NULL;
    process_tree_unlock(flags);
    if (terminal != NULL)
        terminal_ops->release(terminal, loss);
}

void session_note_hang_up(struct session *session, struct pid *foreground)
{
    irqflags_t flags = process_tree_lock();

    if (session->leader != NULL) {
        signal_process(session->leader, SIGHUP);
        signal_process(session->leader, SIGCONT);
    }
    if (session->hung_up == NULL && foreground != NULL) {
        pid_get(foreground);
        session->hung_up = foreground;
    }
    process_tree_unlock(flags);
}

/* The group that was in the foreground at a hang-up is told now that the leader is gone. */
static void tell_hung_up(struct session *session)
{
    struct process_group *group;
    struct pid *number;
    irqflags_t flags = process_tree_lock();

    number = session->hung_up;
    session->hung_up = NULL;
    process_tree_unlock(flags);
    if (number == NULL)
        return;
    group = process_group_of(number);
    if (group != NULL) {
        signal_group(group, SIGHUP);
        signal_group(group, SIGCONT);
        process_group_put(group);
    }
    flags = process_tree_lock();
    pid_put(number);
    process_tree_unlock(flags);
}

void session_leader_ends(void)
{
    struct session *session = session_get_current();

    tell_hung_up(session);
    session_drop_terminal(session, TERMINAL_LEADER_ENDS);
    session_put(session);
}

u32 process_terminal_device(struct process *process, int *foreground)
{
    irqflags_t flags = process_tree_lock();
    struct tty *terminal = has_terminal(process) ? process->group->session->terminal : NULL;
    u32 device = terminal != NULL ? terminal_ops->device(terminal) : 0;

    *foreground = terminal != NULL ? terminal_ops->foreground(terminal) : -1;
    process_tree_unlock(flags);
    return device;
}
