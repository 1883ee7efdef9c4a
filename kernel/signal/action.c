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

_Static_assert(NR_SIGNALS % SIGNAL_GROUP_SIZE == 0, "whole groups");

/* Where the action of @signal is kept; NULL: it is the default. => actions.lock held */
static struct abi_sigaction *place_of(const struct signal_actions *actions, int signal)
{
    unsigned index = (unsigned)signal - 1;
    struct signal_group *group = actions->groups[index / SIGNAL_GROUP_SIZE];

    return group != NULL ? &group->action[index % SIGNAL_GROUP_SIZE] : NULL;
}

static inline void copy_action(const struct signal_actions *actions, int signal,
                               struct abi_sigaction *action)
{
    const struct abi_sigaction *place = place_of(actions, signal);

    *action = place != NULL ? *place : (struct abi_sigaction){.handler = SIG_DFL};
}

/* => actions.lock held */
static void install_group(struct signal_actions *actions, int index, struct signal_group **group)
{
    if (actions->groups[index] == NULL) {
        store_release(&actions->groups[index], *group);
        *group = NULL;
    }
}

/* There is a place for the action of @signal from now on. -ENOMEM */
static int make_place(struct signal_actions *actions, int signal)
{
    int index = (signal - 1) / SIGNAL_GROUP_SIZE;
    struct signal_group *group;
    irqflags_t flags;

    if (READ_ONCE(actions->groups[index]) != NULL)
        return 0;
    group = kzalloc(sizeof(*group), ALLOC_WAIT);
    if (group == NULL)
        return -ENOMEM;
    flags = spin_lock_irqsave(&actions->lock);
    install_group(actions, index, &group);
    spin_unlock_irqrestore(&actions->lock, flags);
    kfree(group);
    return 0;
}

/* Out of line, as few tables are shared by processes. */
static __noinline void read_shared(struct signal_actions *actions, int signal,
                                   struct abi_sigaction *action)
{
    spin_lock_nested(&actions->lock);
    copy_action(actions, signal, action);
    spin_unlock(&actions->lock);
}

/*
 * process.lock keeps the table of one process still: it is changed under that and shared under that
 * (signal_actions_share). Only a shared one needs its own lock.
 */
void signal_action_read(struct process *process, int signal, struct abi_sigaction *action)
{
    struct signal_actions *actions = process->signals.actions;

    ASSERT_HELD(&process->lock);
    if (likely(refcount_read(&actions->references) == 1))
        copy_action(actions, signal, action);
    else
        read_shared(actions, signal, action);
}

void signal_action_get(struct process *process, int signal, struct abi_sigaction *action)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    signal_action_read(process, signal, action);
    spin_unlock_irqrestore(&process->lock, flags);
}

void signal_action_set_default_locked(struct process *process, int signal)
{
    struct signal_actions *actions = process->signals.actions;
    struct abi_sigaction *place;

    ASSERT_HELD(&process->lock);
    spin_lock_nested(&actions->lock);
    place = place_of(actions, signal);
    if (place != NULL)
        place->handler = SIG_DFL;
    spin_unlock(&actions->lock);
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
    actions = process->signals.actions; /* ours while we run */
    if (action != NULL && make_place(actions, signal) != 0)
        return -ENOMEM;
    flags = spin_lock_irqsave(&process->lock);
    spin_lock_nested(&actions->lock);
    if (old != NULL)
        copy_action(actions, signal, old);
    if (action != NULL) {
        struct abi_sigaction *place = place_of(actions, signal);

        *place = *action;
        place->flags &= SA_KNOWN; /* a program can see which flags exist (sigaction(2)) */
        place->mask &= ~SIGNALS_UNBLOCKABLE;
    }
    spin_unlock(&actions->lock);
    if (action != NULL && signal_handler_ignores(action->handler, signal))
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

/* Places in @copy for all that @from has; which may grow meanwhile. */
static int make_places_like(struct signal_actions *copy, const struct signal_actions *from)
{
    int err = 0;

    for (int i = 0; i < NR_SIGNAL_GROUPS && err == 0; i++)
        if (READ_ONCE(from->groups[i]) != NULL)
            err = make_place(copy, i * SIGNAL_GROUP_SIZE + 1);
    return err;
}

/* False: @from has a group that @copy has no place for. => from.lock held */
static bool copy_groups(struct signal_actions *copy, const struct signal_actions *from)
{
    for (int i = 0; i < NR_SIGNAL_GROUPS; i++) {
        if (from->groups[i] == NULL)
            continue;
        if (copy->groups[i] == NULL)
            return false;
        *copy->groups[i] = *from->groups[i];
    }
    return true;
}

struct signal_actions *signal_actions_copy(struct process *process)
{
    struct signal_actions *copy = signal_actions_create();
    struct signal_actions *from = process->signals.actions;
    bool complete = false;
    irqflags_t flags;

    while (copy != NULL && !complete) {
        if (make_places_like(copy, from) != 0) {
            signal_actions_put(copy);
            return NULL;
        }
        flags = spin_lock_irqsave(&from->lock);
        complete = copy_groups(copy, from);
        spin_unlock_irqrestore(&from->lock, flags);
    }
    return copy;
}

struct signal_actions *signal_actions_share(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct signal_actions *actions = process->signals.actions;

    refcount_get(&actions->references);
    spin_unlock_irqrestore(&process->lock, flags);
    return actions;
}

void signal_actions_put(struct signal_actions *actions)
{
    if (!refcount_put_and_test(&actions->references))
        return;
    for (int i = 0; i < NR_SIGNAL_GROUPS; i++)
        kfree(actions->groups[i]);
    kfree(actions);
}

void signal_actions_reset_handlers(struct process *process)
{
    struct signal_actions *actions = process->signals.actions;
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    spin_lock_nested(&actions->lock);
    for (int signal = 1; signal <= NR_SIGNALS; signal++) {
        struct abi_sigaction *place = place_of(actions, signal);

        if (place != NULL)
            *place =
                (struct abi_sigaction){.handler = place->handler == SIG_IGN ? SIG_IGN : SIG_DFL};
    }
    spin_unlock(&actions->lock);
    spin_unlock_irqrestore(&process->lock, flags);
}
