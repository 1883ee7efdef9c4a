/*
 * Signals: sending, blocking, waiting, delivering (signal(7)).
 *
 * 1. A signal is sent to a process (any task may take it) or to one task. It is queued under the
 * lock of the process. Standard signals queue once; real-time signals every time, each entry
 * charged to the user's RLIMIT_SIGPENDING.
 * 2. What is ignored is dropped on sending. SIGCONT and the stop signals cancel each other on
 * sending, and SIGCONT wakes stopped tasks whether it is blocked or not. A signal whose default is
 * to kill starts the exit of the process at once, so SIGKILL needs no cooperation.
 * 3. THREAD_SIGNAL_PENDING of a task says that it has something to do before it returns to user
 * mode; it is recomputed under the lock whenever a queue or a mask changes.
 * 4. Delivery happens in signal_user_return: dequeue, act (ignore, stop, exit, or push a frame),
 * repeat.
 * 5. A stop is a property of the process: the task that takes the stop signal asks every other one
 * to stop; the last to do so tells the parent.
 *
 * Locks: process.lock (rank SIGNAL), always with interrupts off. Sending to a group or to everybody
 * also takes the process tree lock, outside it.
 */
#pragma once

#include <abi/signal.h>
#include <lib/types.h>
#include <signal/state.h>

struct task;
struct process;
struct process_group;
struct trap_frame;

/* Information of a signal from the kernel itself (SI_KERNEL), and of kill(2) by the current task
 * (SI_USER). */
void signal_info_kernel(struct abi_siginfo *info, int signal);
void signal_info_user(struct abi_siginfo *info, int signal, int code);
/*
 * Between kernel and user memory, where information is larger (struct abi_siginfo_whole).
 * => -EFAULT; from_user also -E2BIG: information of a kind that nobody knows, and something behind
 *    it. signal_info_from_user_as: it becomes that of @signal, whatever it says itself
 */
int signal_info_to_user(void __user *user, const struct abi_siginfo *info) __must_check;
int signal_info_from_user(struct abi_siginfo *info, const void __user *user) __must_check;
int signal_info_from_user_as(struct abi_siginfo *info, int signal,
                             const void __user *user) __must_check;

/*
 * signal_send_process / signal_send_task: queue @info->signo. The target is referenced by the
 * caller.
 * => no permission check; callable from interrupts; @info NULL is not allowed
 * => -EAGAIN: a real-time signal over RLIMIT_SIGPENDING
 */
int signal_send_process(struct process *process, const struct abi_siginfo *info);
int signal_send_task(struct task *task, const struct abi_siginfo *info);
/* The same with process.lock held; @task NULL: any task. 1: nothing was queued because the signal
 * is ignored. */
int signal_send_locked(struct process *process, struct task *task, const struct abi_siginfo *info);

/* Short forms for the kernel: SI_KERNEL. */
void signal_process(struct process *process, int signal);
void signal_task(struct task *task, int signal);

/* To every process of @group. => takes the process tree lock: hold no spin lock */
void signal_group(struct process_group *group, int signal);
void signal_group_info(struct process_group *group, const struct abi_siginfo *info);

/* signal_force: a synchronous fault of the current task: delivered even if blocked or ignored (then
 * it kills). */
void signal_force(const struct abi_siginfo *info);
/* => true: no handler takes it, so that it kills if no tracer prevents it */
bool signal_force_fault(int signal, int code, vaddr_t address);
/* The same of a page whose protection key denied the access. */
bool signal_force_key_fault(vaddr_t address, unsigned key);
/* Die of @signal whatever its action is: exec past its point of no return, a broken signal frame.
 */
void signal_force_fatal(int signal);
void signal_force_fatal_info(const struct abi_siginfo *info);

/*
 * The kill(2) family, permissions included. Errors as the manual page.
 * signal_kill: @pid as kill(2): > 0, 0, -1, < -1.
 */
long signal_kill(int pid, const struct abi_siginfo *info);
long signal_kill_task(int process_id, int task_id,
                      const struct abi_siginfo *info); /* process_id <= 0: any (tkill) */
/* May the current task send @signal to @process? 0 or -EPERM. */
int signal_permission(struct process *process, int signal);

/* Something to deliver to the current task? */
bool signal_pending(void);
bool signal_fatal_pending(void);

/* Change the current task's mask. SIGKILL and SIGSTOP are never blocked. */
void signal_set_blocked(u64 blocked);
u64 signal_get_blocked(void);
/* For pselect, ppoll, sigsuspend, epoll_pwait: set a mask now, and go back after the call (or after
 * the handler). */
void signal_set_temporary_mask(u64 blocked);
/* After such a call: restore now unless @interrupted, when delivery restores it. */
void signal_end_temporary_mask(bool interrupted);

/* All pending signals of the current task that are blocked (sigpending(2)). */
u64 signal_pending_set(void);

/*
 * signal_wait: rt_sigtimedwait: take one signal of @set, waiting until @deadline (0: do not wait;
 * WAIT_FOREVER).
 * => the signal number and *info; -EAGAIN: none in time; -EINTR: another signal is pending
 */
int signal_wait(u64 set, u64 deadline, struct abi_siginfo *info) __must_check;
/* Take one pending signal of @set without waiting; 0: none. For signalfd. */
int signal_take(u64 set, struct abi_siginfo *info);

/* Actions. */
int signal_action_change(int signal, const struct abi_sigaction *action,
                         struct abi_sigaction *old) __must_check;
void signal_action_get(struct process *process, int signal, struct abi_sigaction *action);
/* => process.lock held */
void signal_action_read(struct process *process, int signal, struct abi_sigaction *action);
struct signal_actions *signal_actions_create(void) __must_check; /* all default; NULL: no memory */
struct signal_actions *signal_actions_copy(struct process *process) __must_check;
struct signal_actions *signal_actions_share(struct process *process); /* referenced */
void signal_actions_put(struct signal_actions *actions);
/* clone3(CLONE_CLEAR_SIGHAND) and exec: handlers become default, ignored ones stay ignored. */
void signal_actions_reset_handlers(struct process *process);

/* sigaltstack(2) for the current task. */
long signal_alternate_stack(const struct abi_stack *new_stack, struct abi_stack *old,
                            vaddr_t stack_pointer);

/*
 * signal_restart_block: a call that sleeps for a time or until a time was interrupted: @function
 * shall continue it after the signal; it finds its arguments in restart->argument.
 * => -ERESTART_RESTARTBLOCK, for the caller to return
 */
long signal_restart_block(long (*function)(struct restart_block *restart), const u64 argument[5]);

/* arch upcalls: deliver before the return to user mode; rt_sigreturn. */
void signal_user_return(struct trap_frame *frame);
long signal_return(struct trap_frame *frame);

/* Life of the state. */
void signal_state_init_task(struct task *task);
void signal_state_init_process(struct process *process);
/* Recompute THREAD_SIGNAL_PENDING. => process.lock held */
void signal_recalculate(struct task *task);
/* Drop everything queued to a task that exits (TASK_EXITING: no more comes). => process.lock not
 * held */
void signal_flush_task(struct task *task);
/* The same of a process that has no task any more: no more comes. => process.lock held */
void signal_flush_process_locked(struct process *process);
/* Begin the exit of every task of @process with wait status @status. => process.lock held; no
 * effect when begun */
void signal_group_exit(struct process *process, int status);
/* A task leaves its process: hand over process-wide signals it might have been chosen for, and
 * complete a group stop. => process.lock held */
void signal_task_leaves(struct task *task);
/* @task, new in its process or traced no more, comes to the stop that its process is in, if it is.
 * => process.lock held */
void signal_join_stop_locked(struct task *task);
/* Tell the parent what process_signals.notify owes it. => no lock held */
void signal_notify_parent_stop(struct process *process);

/* For /proc/PID/status: sets, what is queued for the user and how much may be. */
struct signal_sets {
    u64 task_pending, process_pending, blocked, ignored, caught;
    u64 queued, queue_limit;
};
/* @task: of @process, alive or held by a reference; NULL: there is none, its part is 0. */
void signal_sets_get(struct process *process, struct task *task, struct signal_sets *sets);

const char *signal_name(int signal); /* "SIGINT"; "SIGRT" for all real-time ones */
void signal_init(void);
