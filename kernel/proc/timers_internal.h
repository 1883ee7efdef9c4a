/*
 * POSIX timers, as the files of timers share them.
 */
#pragma once

#include <proc/task.h>
#include <proc/timers.h>

/*
 * A timer runs (deadline set), or waits for the signal of its last expiry to be taken (is_waiting),
 * or is off. A periodic one is set again when that signal is taken, and the periods gone by are its
 * overrun (timer_create(2)).
 */
struct posix_timer {
    struct posix_timer *next; /* (p) */
    struct process *process;  /* (I) not a reference: the process deletes its timers */
    int id;                   /* (I) */
    int clock;                /* (I) */
    int counts_on; /* (p) the clock of deadline: a relative time is not moved when the clock is set
                    */
    struct task *clock_task; /* (I) whose CPU time, referenced; NULL: not a thread's clock */
    struct process
        *clock_process;   /* (I) another whose CPU time, referenced; NULL: not such a clock */
    u64 clock_process_ns; /* (p) what that was when somebody last looked */
    struct task *target;  /* (I) SIGEV_THREAD_ID, referenced */
    struct user_account *account; /* (I) charged for it; a reference */
    int notify, signal;           /* (I) */
    union abi_sigval value;       /* (I) */
    u64 deadline;                 /* (p) ns of its clock; 0: off */
    u64 interval;                 /* (p) */
    bool is_waiting;              /* (p) */
    s64 overrun;                  /* (p) collected since the last taken signal */
    int overrun_last;             /* (p) of the last taken signal */
    struct timer timer;           /* not used for CPU clocks */
};

bool clock_is_cpu(int clock);
#define CPU_CLOCK_KIND      3 /* 0: user and system, 1: user, 2: scheduler's */
#define CPU_CLOCK_THREAD    4
#define CPU_CLOCK_OF_CALLER (~7 | 2) /* of no task by its number */
/* The clock of a timer now. => process.lock held */
u64 posix_timer_now(struct posix_timer *timer);
/* The deadline has passed: signal, and go on or wait. => process.lock held */
void posix_timer_expire(struct posix_timer *timer, u64 now);
/* The signal of @info's timer was taken: the timer is set again. => no lock held */
void posix_timer_continue(struct abi_siginfo *info);

/* Look again at everything that depends on CPU time. => process.lock held */
void cpu_watch_arm(struct process *process);
void cpu_watch_init(struct process *process);
