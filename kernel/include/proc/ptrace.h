/*
 * ptrace(2): one task watches another.
 *
 * 1. A traced task has a struct ptrace, which hangs in the list of its tracer's process. It comes
 * to rest in a trace stop (ptrace_stop.c): for each signal before it is acted on, at the entry and
 * exit of system calls, at events that were asked for, when its process stops, and when
 * PTRACE_INTERRUPT wants it. Each stop is told to the tracer by SIGCHLD and by wait(2), as a
 * status.
 * 2. In a stop its registers and memory are the tracer's. It goes on when the tracer says so, when
 * it is killed, or when the tracer ends.
 * 3. A traced task that ends leaves its struct ptrace to the tracer, which learns of the end by
 * wait(2). A process ends for its tracer when the tracers of its other tasks have waited, and for
 * its parent when its tracer has.
 *
 * Locks: the process tree lock for who traces whom; process.lock of the traced for its stop.
 */
#pragma once

#include <abi/ptrace.h>
#include <abi/signal.h>
#include <lib/types.h>
#include <proc/task.h>

struct trap_frame;
struct wait_request;
struct wait_result;

/* The system call. Errors as ptrace(2). */
long ptrace_call(long request, int pid, unsigned long addr, unsigned long data);

static inline bool ptrace_is_on(const struct task *task)
{
    return __atomic_load_n(&task->ptrace, __ATOMIC_RELAXED) != NULL;
}

/* ---- stops of the running task; each does nothing when it is not traced, or not asked for ---- */

/* What the tracer makes of a signal about to be acted on: another number, 0: nothing. *info
 * follows. */
int ptrace_signal(struct abi_siginfo *info);
/* What the tracer will read of the next event. */
void ptrace_set_message(u64 message);
/* Before and after a system call. => enter: false: the call is skipped, its result is in @frame */
bool ptrace_syscall_enter(struct trap_frame *frame);
void ptrace_syscall_exit(struct trap_frame *frame);
/* A seccomp filter asks the tracer. => false: nobody is there to be asked */
bool ptrace_seccomp(struct trap_frame *frame, u32 data);
void ptrace_event(int event, u64 message);
/* The process stops (@signal), or PTRACE_INTERRUPT wanted a stop (SIGTRAP). => true: the task shall
 * rest like one that is not traced, until the process goes on */
bool ptrace_group_stop(int signal);
/* Does the tracer of @task, which is traced, listen? => process.lock held */
bool ptrace_listens_locked(const struct task *task);
/* The running task comes to a stop that its tracer does not listen to yet. */
void ptrace_stop_listening(struct task *self);
/* The new program is there; the task was known as @old_tid. */
void ptrace_exec(int old_tid);

/* ---- fork ---- */

/* Which event the making of a child with these clone flags is, and room for its tracing.
 * => 0: the child is not traced; -ENOMEM. *inherited NULL then */
int ptrace_prepare_child(u64 clone_flags, int exit_signal, struct ptrace **inherited) __must_check;
/* @child gets the running task's tracer. Takes over @inherited. => tree lock and process.lock of
 * the child held; not started yet */
void ptrace_attach_child(struct task *child, struct ptrace *inherited);
void ptrace_discard(struct ptrace *inherited);

/* ---- ends ---- */

/* What the running task traces goes free, or is killed where that was asked for. => tree lock held;
 * what @forgotten gets goes to process_forget */
void ptrace_tracer_exit_locked(struct task *self, struct list_head *forgotten);
/* The running task leaves its process / was the last of it, with process.exit_status. => true: the
 * parent learns of the end later, from ptrace_collect. tree lock held */
void ptrace_task_exit(struct task *self, int status);
bool ptrace_process_exit(struct process *process);
/* execve: the running task takes the number of the process. => tree lock held */
void ptrace_become_leader(struct task *self);

/*
 * ptrace_collect: for wait: something to tell of a task that the running one's process traces?
 * => its number; 0: not now; -ECHILD: it traces nobody that @request means
 * => tree lock held; what @forgotten gets goes to process_forget
 */
int ptrace_collect(const struct wait_request *request, struct wait_result *result,
                   struct list_head *forgotten);

/* Is the running task traced by one that may not trace privileged programs? */
bool ptrace_forbids_privileges(void);

/* The number of the task that traces @task; 0: none. */
int ptrace_tracer_id(struct task *task);
/* Is @task in a trace stop? => a hint, without a lock */
bool ptrace_is_stopped(const struct task *task);
