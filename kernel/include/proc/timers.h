/*
 * Timers that a process sets for itself: alarm, setitimer(2), timer_create(2), and RLIMIT_CPU.
 */
#pragma once

#include <abi/signal.h>
#include <abi/time.h>
#include <lib/types.h>

struct process;
struct task;

/* Read a clock as clock_gettime(2): -EINVAL. Negative ids are CPU clocks of other tasks. */
int clock_read(int clock, s64 *ns) __must_check;

/* setitimer and getitimer, ns; value 0: off. */
int interval_timer_set(int which, u64 value, u64 interval, u64 *old_value,
                       u64 *old_interval) __must_check;
int interval_timer_get(int which, u64 *value, u64 *interval) __must_check;

/* POSIX timers of the current process. */
int posix_timer_create(int clock, const struct abi_sigevent *event, int *id) __must_check;
int posix_timer_set(int id, bool absolute, u64 value, u64 interval, u64 *old_value,
                    u64 *old_interval) __must_check;
int posix_timer_get(int id, u64 *value, u64 *interval) __must_check;
int posix_timer_overrun(int id) __must_check;
int posix_timer_delete(int id) __must_check;

/* What a POSIX timer was made as: /proc/PID/timers. */
struct posix_timer_description {
    int id, clock;      /* a clock of CPU time as the number that clock_getcpuclockid gives */
    int signal, notify; /* SIGEV_* */
    union abi_sigval value;
    int target; /* number of the task, for SIGEV_THREAD_ID; else of the process */
};
/* Those of @process, newest first, at most @max of them into @out. => how many it has */
unsigned posix_timers_describe(struct process *process, struct posix_timer_description *out,
                               unsigned max);

/*
 * timer_signal_taken: the current task has taken a signal; the timer that sent it goes on.
 * => no lock held
 * => a POSIX timer's overrun count is in @info
 */
void timer_signal_taken(struct abi_siginfo *info);

void process_timers_init(struct process *process);
void process_timers_exec(struct process *process); /* POSIX timers do not survive execve */
void process_timers_exit(struct process *process);
/* Something that the CPU-time watch looks at has changed; RLIMIT_CPU has: warn anew. */
void process_cpu_watch_update(struct process *process);
void process_cpu_watch_restart(struct process *process);
/* The process has one more task to use CPU time: look earlier. => process.lock held */
void process_cpu_watch_hurry_locked(struct process *process);

/* CLOCK_REALTIME was set: timers on it are set anew. => after time_set_realtime; may take the tree
 * lock */
void process_timers_clock_changed(void);
