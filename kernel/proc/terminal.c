/*
 * The controlling terminal of a session, as far as proc knows it: an opaque pointer that the tty
 * room understands.
 */
#include <proc/session.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <proc/task.h>

static const struct session_terminal_ops *terminal_ops; /* (I) once registered */

void session_set_terminal_ops(const struct session_terminal_ops *ops)
{
    store_release(&terminal_ops, ops);
}

const struct session_terminal_ops *session_terminal_ops_get(void)
{
    return load_acquire(&terminal_ops);
}

int session_set_terminal(struct tty *terminal)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    struct session *session = self->group->session;
    bool allowed = session->leader == self && session->terminal == NULL;

    if (allowed) {
        session->terminal = terminal;
        session->references++; /* the terminal's */
    }
    process_tree_unlock(flags);
    return allowed ? 0 : -EPERM;
}

struct tty *session_get_terminal(void)
{
    irqflags_t flags = process_tree_lock();
    struct tty *terminal = current_process()->group->session->terminal;

    if (terminal != NULL)
        terminal = terminal_ops->get(terminal);
    process_tree_unlock(flags);
    return terminal;
}

void session_drop_terminal(struct session *session, bool exiting)
{
    irqflags_t flags = process_tree_lock();
    struct tty *terminal = session->terminal;

    session->terminal = NULL;
    process_tree_unlock(flags);
    if (terminal != NULL)
        terminal_ops->release(terminal, session, exiting); /* hands over both references */
}

u32 process_terminal_device(struct process *process, int *foreground)
{
    irqflags_t flags = process_tree_lock();
    struct tty *terminal = process->group != NULL ? process->group->session->terminal : NULL;
    u32 device = terminal != NULL ? terminal_ops->device(terminal) : 0;

    *foreground = terminal != NULL ? terminal_ops->foreground(terminal) : -1;
    process_tree_unlock(flags);
    return device;
}
