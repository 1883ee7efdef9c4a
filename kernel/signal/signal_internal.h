/*
 * What the files of signal share among themselves.
 */
#pragma once

#include <proc/task.h>
#include <signal/signal.h>

/* Sets of signals by what happens by default. */
#define SIGNALS_STOP                                                                               \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))
#define SIGNALS_IGNORED                                                                            \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))
#define SIGNALS_CORE                                                                               \
    (SIGNAL_BIT(SIGQUIT) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGABRT) |        \
     SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGXCPU) |         \
     SIGNAL_BIT(SIGXFSZ) | SIGNAL_BIT(SIGSYS))
#define SIGNALS_SYNCHRONOUS                                                                        \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) |         \
     SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSYS))
#define SIGNALS_UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* What signal_send_locked returns when nothing was queued because the signal is ignored. */
#define SIGNAL_WAS_IGNORED 1

static inline bool signal_in_set(int signal, u64 set)
{
    return set >> (signal - 1) & 1;
}

/* The queues. => process.lock held */
int signal_queue_add(struct signal_queue *queue, struct task *charged,
                     const struct abi_siginfo *info) __must_check;
/* A fault of @task, the current one: no memory is needed and nobody charged, but for a second one.
 */
void signal_queue_fault(struct task *task, const struct abi_siginfo *info);
/* Take the first signal of @set: synchronous ones first, then the lowest number. 0: none. */
int signal_queue_take(struct signal_queue *queue, u64 set, struct abi_siginfo *info);
void signal_queue_drop(struct signal_queue *queue, u64 set);

/* From the task's own queue, then the process's. => process.lock held */
int signal_dequeue_locked(struct task *task, u64 set, struct abi_siginfo *info);

/* Recompute THREAD_SIGNAL_PENDING of the current task, which has no duty. => process.lock held */
void signal_recalculate_queues(struct task *self);
/* Add @signals to the mask of the current task; the flag is the caller's. => process.lock held */
void signal_block_locked(struct task *self, u64 signals);

void signal_action_set_default_locked(struct process *process, int signal);

/* The handler at this moment: one word of a table that stays, so no lock. => process.lock held, or
 * the current process */
static inline vaddr_t signal_handler_read(struct process *process, int signal)
{
    unsigned index = (unsigned)signal - 1;
    struct signal_group **group = &process->signals.actions->groups[index / SIGNAL_GROUP_SIZE];
    struct signal_group *found = load_acquire(group);

    return found != NULL ? READ_ONCE(found->action[index % SIGNAL_GROUP_SIZE].handler) : SIG_DFL;
}

/* Does @handler, or the default, throw @signal away? */
static inline bool signal_handler_ignores(vaddr_t handler, int signal)
{
    return handler == SIG_IGN || (handler == SIG_DFL && signal_in_set(signal, SIGNALS_IGNORED));
}

/* pid 1 takes only signals it has a handler for. */
bool signal_is_protected(const struct process *process);

/* Has @task joined a stop? It may not be asleep yet, but takes nothing but SIGKILL until SIGCONT.
 * => process.lock held */
static inline bool signal_has_stopped(const struct task *task)
{
    return task->process->signals.stop_signal != 0 && !task->signals.stop_requested &&
           task->ptrace == NULL;
}

/* The current task has taken the stop signal of @info with its default action / has been asked to
 * stop. */
void signal_stop_begin(const struct abi_siginfo *info);
void signal_stop_join(void);
/* The current task has been asked to come to a trace stop. */
void signal_trap(void);

void signal_queue_cache_init(void);

/* signalfd(2). */
void signal_readers_init(void);
void signal_readers_wake(struct process *process);

/* @signal, which leaves a core, ends the running task (kernel.print-fatal-signals). */
void fatal_report(int signal);
/* => once, at boot */
void fatal_report_init(void);
