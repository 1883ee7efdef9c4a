/*
 * Process groups and sessions. Everything is under the process tree lock; memory is allocated
 * before it is taken and freed under it.
 */
#include <proc/session.h>

#include <abi/errno.h>
#include <abi/signal.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <proc/task.h>
#include <signal/signal.h>

#include "proc_internal.h"

static void session_put_locked(struct session *session)
{
    if (--session->references != 0)
        return;
    ASSERT(session->terminal == NULL);
    if (session->hung_up != NULL)
        pid_put(session->hung_up);
    session->pid->session = NULL;
    pid_put(session->pid);
    kfree(session);
}

static void group_put_locked(struct process_group *group)
{
    if (--group->references != 0)
        return;
    group->pid->group = NULL;
    pid_put(group->pid);
    session_put_locked(group->session);
    kfree(group);
}

struct process_group *process_group_get_locked(struct process_group *group)
{
    group->references++;
    return group;
}

struct session *session_get_locked(struct session *session)
{
    session->references++;
    return session;
}

struct process_group *process_group_get(struct process_group *group)
{
    irqflags_t flags = process_tree_lock();

    group->references++;
    process_tree_unlock(flags);
    return group;
}

void process_group_put(struct process_group *group)
{
    irqflags_t flags = process_tree_lock();

    group_put_locked(group);
    process_tree_unlock(flags);
}

struct session *session_get(struct session *session)
{
    irqflags_t flags = process_tree_lock();

    session->references++;
    process_tree_unlock(flags);
    return session;
}

void session_put(struct session *session)
{
    irqflags_t flags = process_tree_lock();

    session_put_locked(session);
    process_tree_unlock(flags);
}

struct process_group *process_group_get_current(void)
{
    irqflags_t flags = process_tree_lock();
    struct process_group *group = current_process()->group;

    group->references++;
    process_tree_unlock(flags);
    return group;
}

struct session *session_get_current(void)
{
    irqflags_t flags = process_tree_lock();
    struct session *session = current_process()->group->session;

    session->references++;
    process_tree_unlock(flags);
    return session;
}

struct process_group *process_group_find(int number)
{
    irqflags_t flags = process_tree_lock();
    struct pid *pid = pid_find(number);
    struct process_group *group = pid != NULL ? pid->group : NULL;

    if (group != NULL)
        group->references++;
    process_tree_unlock(flags);
    return group;
}

struct process_group *process_group_of(struct pid *number)
{
    irqflags_t flags = process_tree_lock();
    struct process_group *group = number->group;

    if (group != NULL)
        group->references++;
    process_tree_unlock(flags);
    return group;
}

struct session *session_of_number(const struct pid *number)
{
    const struct process *process = number->process;

    ASSERT(process_tree_is_locked());
    if (number->group != NULL)
        return number->group->session;
    return process != NULL && process->group != NULL ? process->group->session : NULL;
}

int process_group_number(const struct process_group *group)
{
    return group->pid->number;
}

int session_number(const struct session *session)
{
    return session->pid->number;
}

/* Membership. => tree lock held */

void process_group_join(struct process *process, struct process_group *group)
{
    ASSERT(process_tree_is_locked());
    group->references++;
    if (process->group != NULL)
        process_group_leave(process);
    process->group = group;
    list_add_tail(&process->group_link, &group->members);
}

void process_group_leave(struct process *process)
{
    struct process_group *group = process->group;

    ASSERT(process_tree_is_locked());
    list_remove(&process->group_link);
    process->group = NULL;
    group_put_locked(group);
}

/* Fill in fresh storage and hand out the numbers. The group has no reference yet, but its first
 * member's to come. */
static void group_setup(struct process_group *group, struct pid *pid, struct session *session)
{
    list_init(&group->members);
    group->pid = pid;
    group->session = session;
    session->references++;
    pid_get(pid);
    pid->group = group;
}

static void session_setup(struct session *session, struct pid *pid, struct process *leader)
{
    session->pid = pid;
    session->leader = leader;
    pid_get(pid);
    pid->session = session;
}

long session_create(void)
{
    struct process *self = current_process();
    struct process_group *group = kzalloc(sizeof(*group), ALLOC_WAIT);
    struct session *session = kzalloc(sizeof(*session), ALLOC_WAIT);
    irqflags_t flags;
    long result = process_id(self);

    if (group == NULL || session == NULL) {
        kfree(group);
        kfree(session);
        return -ENOMEM;
    }
    flags = process_tree_lock();
    if (self->pid->group != NULL || self->pid->session != NULL) {
        result = -EPERM;
    } else {
        session_setup(session, self->pid, self);
        group_setup(group, self->pid, session);
        process_group_join(self, group);
        self->terminal_serial = 0;
    }
    process_tree_unlock(flags);
    if (result < 0) {
        kfree(group);
        kfree(session);
    }
    return result;
}

/* Number 0: the kernel's own session and group, in which pid 1 starts; it leads neither until it
 * calls setsid(2). */
static struct pid kernel_pid = {.number = 0, .references = 1};

int session_create_first(struct process *init)
{
    struct process_group *group = kzalloc(sizeof(*group), ALLOC_WAIT);
    struct session *session = kzalloc(sizeof(*session), ALLOC_WAIT);
    irqflags_t flags;

    if (group == NULL || session == NULL) {
        kfree(group);
        kfree(session);
        return -ENOMEM;
    }
    flags = process_tree_lock();
    session_setup(session, &kernel_pid, NULL);
    group_setup(group, &kernel_pid, session);
    process_group_join(init, group);
    process_tree_unlock(flags);
    return 0;
}

/* setpgid(2)'s rules. On success *target is the group to join, or NULL: a new one with the number
 * of @process. */
static long check_move(struct process *self, struct process *process, int pgid,
                       struct process_group **target)
{
    struct session *session = self->group->session;
    struct pid *pid;

    if (process != self) {
        if (process->parent != self)
            return -ESRCH;
        if (process->group->session != session)
            return -EPERM;
        if (process->executed)
            return -EACCES;
    }
    if (process->group->session->leader == process)
        return -EPERM;
    *target = NULL;
    if (pgid == process_id(process) && process->pid->group == NULL)
        return 0;
    pid = pid_find(pgid);
    if (pid == NULL || pid->group == NULL || pid->group->session != session)
        return -EPERM;
    *target = pid->group;
    return 0;
}

long session_set_group(int pid, int pgid)
{
    struct process *self = current_process(), *process = self;
    struct process_group *fresh, *target;
    irqflags_t flags;
    long result = -ESRCH;

    if (pgid < 0)
        return -EINVAL;
    fresh = kzalloc(sizeof(*fresh), ALLOC_WAIT);
    if (fresh == NULL)
        return -ENOMEM;
    flags = process_tree_lock();
    if (pid != 0) {
        struct pid *number = pid_find(pid);

        process = number != NULL ? number->process : NULL;
    }
    if (process != NULL && process->state == PROCESS_ALIVE)
        result = check_move(self, process, pgid != 0 ? pgid : process_id(process), &target);
    if (result == 0) {
        if (target == NULL) {
            group_setup(fresh, process->pid, process->group->session);
            target = fresh;
            fresh = NULL;
        }
        process_group_join(process, target);
    }
    process_tree_unlock(flags);
    kfree(fresh);
    return result;
}

/* The process that number @pid names: any task's number will do. => tree lock held */
static struct process *process_of(int number)
{
    struct pid *pid = number != 0 ? pid_find(number) : current_process()->pid;

    if (pid == NULL)
        return NULL;
    if (pid->task != NULL)
        return pid->task->process;
    return pid->process;
}

long session_get_group(int pid)
{
    irqflags_t flags = process_tree_lock();
    struct process *process = process_of(pid);
    long result = process != NULL && process->group != NULL ? process->group->pid->number : -ESRCH;

    process_tree_unlock(flags);
    return result;
}

long session_get_id(int pid)
{
    irqflags_t flags = process_tree_lock();
    struct process *process = process_of(pid);
    long result =
        process != NULL && process->group != NULL ? process->group->session->pid->number : -ESRCH;

    process_tree_unlock(flags);
    return result;
}

bool session_is_leader(void)
{
    irqflags_t flags = process_tree_lock();
    struct process *self = current_process();
    bool leader = self->group->session->leader == self;

    process_tree_unlock(flags);
    return leader;
}

/* Orphaned groups (POSIX 3.264, setpgid(2)). */

/* Does @process, a member of @group, keep it from being orphaned? */
static bool keeps_group(const struct process *process, const struct process_group *group)
{
    const struct process *parent = process->parent;

    return process->state == PROCESS_ALIVE && parent != NULL && parent != process_init_get() &&
           parent->state == PROCESS_ALIVE && parent->group != group &&
           parent->group->session == group->session;
}

static bool orphaned_without(const struct process_group *group, const struct process *leaving)
{
    struct process *process;

    list_for_each_entry (process, &group->members, group_link) {
        if (process != leaving && keeps_group(process, group))
            return false;
    }
    return true;
}

bool process_group_is_orphaned(struct process_group *group)
{
    ASSERT(process_tree_is_locked());
    return orphaned_without(group, NULL);
}

bool process_group_is_empty(struct process_group *group)
{
    irqflags_t flags = process_tree_lock();
    bool empty = list_is_empty(&group->members);

    process_tree_unlock(flags);
    return empty;
}

static bool has_stopped_member(const struct process_group *group)
{
    struct process *process;

    list_for_each_entry (process, &group->members, group_link) {
        if (READ_ONCE(process->signals.stopped))
            return true;
    }
    return false;
}

static void check_group(struct process_group *group, const struct process *leaving)
{
    struct process *process;

    if (!orphaned_without(group, leaving) || !has_stopped_member(group))
        return;
    list_for_each_entry (process, &group->members, group_link) {
        signal_process(process, SIGHUP);
        signal_process(process, SIGCONT);
    }
}

void process_group_check_exit(struct process *process)
{
    ASSERT(process_tree_is_locked());
    if (keeps_group(process, process->group))
        check_group(process->group, process);
}

void process_group_check_child(struct process *child, const struct process *process)
{
    ASSERT(process_tree_is_locked());
    if (child->group != NULL && child->group != process->group &&
        child->group->session == process->group->session)
        check_group(child->group, NULL);
}
