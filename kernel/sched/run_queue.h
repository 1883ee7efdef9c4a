/*
 * The run queue of one CPU, and what the files of the scheduler ask of each other.
 *
 * The running thread is in neither queue; it is put back when it is switched out while RUNNABLE.
 * The idle thread is in no queue and in no count.
 */
#pragma once

#include <kern/percpu.h>
#include <kern/spinlock.h>
#include <sched/sched.h>

#define TIME_NEVER          (~0ull)
#define WAKE_PATIENCE       60000ull     /* ns that a woken thread waits for its waker to sleep */
#define ROUND_ROBIN_QUANTUM 100000000ull /* ns */

/* Threads of the policies OTHER, BATCH and IDLE, by virtual runtime. (run-queue lock) */
struct fair_queue {
    struct rb_root threads; /* that wait for the CPU */
    struct rb_node *first;  /* leftmost of @threads, or NULL */
    u64 clock;              /* about the least virtual runtime here; never goes back */
    u64 weight;             /* sum over waiting and running threads */
    unsigned nr;            /* waiting and running threads */
};

/* Threads of the policies FIFO and RR that wait for the CPU. (run-queue lock) */
struct realtime_queue {
    u64 bitmap[2]; /* priorities with a waiting thread */
    struct list_head lists[REALTIME_PRIORITY_MAX + 1];
    u64 period_start; /* realtime_limit.c */
    u64 used;         /* ns that real-time threads ran in this period */
};

struct run_queue {
    struct spinlock lock;
    u32 cpu;                   /* (I) */
    struct thread *current;    /* (lock) */
    struct thread *idle;       /* (I) */
    struct thread *switch_out; /* (lock) the thread whose context switch is in progress */
    u32 nr_running;         /* (lock, read by anyone) runnable threads, the running one included */
    s32 running_rank;       /* (lock, read by anyone) -1 idle, 0 fair, else real-time priority */
    bool kicked;            /* (lock) a reschedule interrupt is on its way */
    bool kick_wanted;       /* (lock) and is sent by run_queue_unlock */
    u64 slice_end;          /* (lock) when competitors want the CPU; TIME_NEVER: there are none */
    u64 deadline_event;     /* (lock) when the running thread reaches its CPU-time limit */
    u64 balance_event;      /* (lock) when a waiting thread shall go to an idle CPU */
    u64 last_balance;       /* own CPU */
    s64 nr_uninterruptible; /* (lock) threads that fell asleep so here, minus those woken */
    struct fair_queue fair;
    struct realtime_queue realtime;

    /* Time-stamp counts of the threads that were switched out, and @current's when it came. (lock)
     */
    u64 user_cycles, nice_cycles, system_cycles;
    u64 start_user, start_kernel;
    u64 switches;
};

DECLARE_PER_CPU(struct run_queue, run_queue);
extern u64 sched_idle_cpus; /* (a) CPUs in the idle loop that nobody has given a thread to yet */

static inline bool policy_is_realtime(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static inline bool thread_is_allowed(const struct thread *thread, unsigned cpu)
{
    return thread->allowed_cpus >> cpu & 1;
}

/* fair_queue.c */
void fair_queue_init(struct fair_queue *queue);
u32 fair_weight(int policy, int nice);
/* A thread becomes runnable here (waits in the queue); stops being so, from the queue or from
 * running. */
void fair_join(struct fair_queue *queue, struct thread *thread);
void fair_leave(struct fair_queue *queue, struct thread *thread, bool running);
/* Start and end of running. */
struct thread *fair_take_first(struct fair_queue *queue);
void fair_put(struct fair_queue *queue, struct thread *thread);
struct thread *fair_first(const struct fair_queue *queue);
/*
 * fair_yields: whether a thread that calls sched_yield(2) gives way: not to threads that have had
 * so much more than their share that they could not have preempted one another, as on Linux.
 */
bool fair_yields(const struct fair_queue *queue, const struct thread *yielding);
/* The running thread ran @ns. */
void fair_charge(struct fair_queue *queue, struct thread *running, u64 ns);
/* Where a thread that slept, or a new one, stands in virtual time. */
void fair_place_woken(struct fair_queue *queue, struct thread *thread);
void fair_place_new(struct fair_queue *queue, struct thread *thread);
u64 fair_slice(const struct fair_queue *queue, const struct thread *thread);
bool fair_preempts(const struct thread *running, const struct thread *woken);

/* realtime_queue.c */
void realtime_queue_init(struct realtime_queue *queue);
void realtime_put(struct realtime_queue *queue, struct thread *thread, bool at_head);
void realtime_remove(struct realtime_queue *queue, struct thread *thread);
struct thread *realtime_take_first(struct realtime_queue *queue);
struct thread *realtime_first(const struct realtime_queue *queue);
int realtime_best_priority(const struct realtime_queue *queue); /* 0: empty */

/* realtime_limit.c */
void realtime_charge(struct realtime_queue *queue, u64 now, u64 ns);
/* When real-time threads have had what is theirs of this period: @now, or later; TIME_NEVER. */
u64 realtime_spent_at(struct realtime_queue *queue, u64 now);
/* Have they had it? */
extern u64 realtime_period, realtime_runtime; /* (a) ns, TIME_NEVER: all */
static inline bool realtime_is_spent(const struct realtime_queue *queue, u64 now)
{
    return queue->used >= READ_ONCE(realtime_runtime) &&
           now - queue->period_start < READ_ONCE(realtime_period);
}
/* When the next period begins. */
u64 realtime_renewed_at(const struct realtime_queue *queue);
void sched_realtime_init(void);

/* run_queue.c */
enum join_reason { JOIN_WOKEN, JOIN_NEW, JOIN_MOVED };
void run_queue_init(struct run_queue *queue, unsigned cpu, struct thread *idle);
/* Lock the queue of the CPU the thread names. */
struct run_queue *thread_queue_lock(struct thread *thread, irqflags_t *flags);
/* Unlock, then send the interrupt that was asked for: it is slow in a virtual machine. */
void run_queue_unlock(struct run_queue *queue, irqflags_t flags);
void run_queue_join(struct run_queue *queue, struct thread *thread, enum join_reason reason);
void run_queue_leave(struct run_queue *queue, struct thread *thread);
/* A waiting thread is taken away to @cpu: MOVING from here on; then it arrives, without a lock
 * held. */
void thread_depart(struct run_queue *queue, struct thread *thread, unsigned cpu);
void thread_arrive(struct thread *thread, enum join_reason reason, irqflags_t flags);
void run_queue_charge(struct run_queue *queue, u64 now);
void run_queue_reschedule(struct run_queue *queue); /* its CPU shall choose again */
/* Is anything waiting that may compete with the running thread? Sets slice_end. */
void run_queue_update_slice(struct run_queue *queue, u64 now);
static inline u64 run_queue_next_event(const struct run_queue *queue)
{
    return min(min(READ_ONCE(queue->slice_end), READ_ONCE(queue->deadline_event)),
               READ_ONCE(queue->balance_event));
}
void run_queue_reprogram(struct run_queue *queue); /* own CPU */
void queue_put_waiting(struct run_queue *queue, struct thread *thread, bool at_head);

/* balance.c */
unsigned cpu_choose_woken(const struct thread *thread, unsigned previous);
unsigned cpu_choose(const struct thread *thread, unsigned previous);
bool balance_pull(void); /* an idle CPU takes a waiting thread */
struct thread *
balance_pick_push(struct run_queue *queue); /* departs a thread that another CPU should run */

/* idle.c */
void idle_once(void);

/* account.c */
void account_switch(struct run_queue *queue, struct thread *previous, struct thread *next);
u64 account_cpu_ns(const struct thread *thread);
/* When @thread, the running one, reaches its CPU-time limit. */
void account_set_deadline_event(struct run_queue *queue, const struct thread *thread, u64 now);

/* schedule.c */
extern const struct sched_time_operations *sched_time;
extern u64 sched_online_mask; /* (a) */
extern void (*sched_cpu_deadline_hook)(struct thread *thread);
