/*
 * What processes do on signals (sigaction(2)).
 *
 * The table is shared by processes cloned with CLONE_SIGHAND, so it has a lock of its own, inside
 * process.lock.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>

#define SA_KNOWN                                                                                   \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |             \
     SA_RESETHAND | SA_EXPOSE_TAGBITS | SA_RESTORER)

static struct abi_sigaction read_action(struct signal_actions *actions, int signal)
{
    struct abi_sigaction action;

    spin_lock_nested(&actions->lock);
    action = actions->action[signal - 1];
    spin_unlock(&actions->lock);
    return action;
}

struct abi_sigaction signal_action_read(struct process *process, int signal)
{
    ASSERT_HELD(&process->lock);
    return read_action(process->signals.actions, signal);
}

void signal_action_get(struct process *process, int signal, struct abi_sigaction *action)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    *action = signal_action_read(process, signal);
    spin_unlock_irqrestore(&process->lock, flags);
}

void signal_action_set_default_locked(struct process *process, int signal)
{
    struct signal_actions *actions = process->signals.actions;

    ASSERT_HELD(&process->lock);
    spin_lock_nested(&actions->lock);
    actions->action[signal - 1].handler = SIG_DFL;
    spin_unlock(&actions->lock);
}

static bool action_ignores(const struct abi_sigaction *action, int signal)
{
    return action->handler == SIG_IGN ||
           (action->handler == SIG_DFL && signal_in_set(signal, SIGNALS_IGNORED));
}

bool signal_is_ignored_locked(struct process *process, int signal)
{
    struct abi_sigaction action = signal_action_read(process, signal);

    return action_ignores(&action, signal);
}

/* A signal that is now ignored is dropped wherever it is pending (sigaction(2), POSIX 2.4.3). */
static void drop_pending(struct process *process, int signal)
{
    struct task *task;

    signal_queue_drop(&process->signals.pending, SIGNAL_BIT(signal));
    list_for_each_entry (task, &process->tasks, process_link) {
        signal_queue_drop(&task->signals.pending, SIGNAL_BIT(signal));
        signal_recalculate(task);
    }
}

int signal_action_change(int signal, const struct abi_sigaction *action, struct abi_sigaction *old)
{
    struct process *process = current_process();
    struct signal_actions *actions;
    irqflags_t flags;

    if (signal < 1 || signal > NR_SIGNALS)
        return -EINVAL;
    if (action != NULL && signal_in_set(signal, SIGNALS_UNBLOCKABLE))
        return -EINVAL;
    flags = spin_lock_irqsave(&process->lock);
    actions = process->signals.actions;
    spin_lock_nested(&actions->lock);
    if (old != NULL)
        *old = actions->action[signal - 1];
    if (action != NULL) {
        struct abi_sigaction *place = &actions->action[signal - 1];

        *place = *action;
        place->flags &= SA_KNOWN; /* a program can see which flags exist (sigaction(2)) */
        place->mask &= ~SIGNALS_UNBLOCKABLE;
    }
    spin_unlock(&actions->lock);
    if (action != NULL && action_ignores(action, signal))
        drop_pending(process, signal);
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

struct signal_actions *signal_actions_create(void)
{
    struct signal_actions *actions = kzalloc(sizeof(*actions), ALLOC_WAIT);

    if (actions == NULL)
        return NULL;
    refcount_init(&actions->references, 1);
    spin_lock_init(&actions->lock, LOCK_RANK_SIGNAL);
    return actions;
}

struct signal_actions *signal_actions_copy(struct process *process)
{
    struct signal_actions *copy = signal_actions_create();
    irqflags_t flags;

    if (copy == NULL)
        return NULL;
    flags = spin_lock_irqsave(&process->lock);
    spin_lock_nested(&process->signals.actions->lock);
    memcpy(copy->action, process->signals.actions->action, sizeof(copy->action));
    spin_unlock(&process->signals.actions->lock);
    spin_unlock_irqrestore(&process->lock, flags);
    return copy;
}

struct signal_actions *signal_actions_get(struct signal_actions *actions)
{
    refcount_get(&actions->references);
    return actions;
}

void signal_actions_put(struct signal_actions *actions)
{
    if (refcount_put_and_test(&actions->references))
        kfree(actions);
}

void signal_actions_reset_handlers(struct signal_actions *actions)
{
    irqflags_t flags = spin_lock_irqsave(&actions->lock);

    for (int i = 0; i < NR_SIGNALS; i++) {
        u64 handler = actions->action[i].handler == SIG_IGN ? SIG_IGN : SIG_DFL;

        actions->action[i] = (struct abi_sigaction){.handler = handler};
    }
    spin_unlock_irqrestore(&actions->lock, flags);
}
