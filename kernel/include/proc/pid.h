/*
 * Numbers of tasks, processes, groups and sessions. One number may mean all four at once, and is
 * not given out again while any of them lives.
 *
 * Everything here is protected by the process tree lock.
 */
#pragma once

#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/types.h>

#define PID_MAX_DEFAULT 32768   /* numbers are given out below kernel.pid_max, at first this */
#define PID_MAX_LIMIT   4194304 /* the largest kernel.pid_max, as on Linux */

struct task;
struct process;
struct process_group;
struct session;

struct pid {
    int number;                  /* (I) */
    u32 references;              /* (T) task, process, group, session */
    struct list_head hash_link;  /* (T) */
    struct task *task;           /* (T) each NULL when there is none */
    struct process *process;     /* (T) */
    struct process_group *group; /* (T) */
    struct session *session;     /* (T) */
};

/* The process tree lock: rank PROCESS_TREE, interrupts off. */
irqflags_t process_tree_lock(void);
void process_tree_unlock(irqflags_t flags);
bool process_tree_is_locked(void);

/* pid_alloc: a new number with one reference. => ERR_PTR(-EAGAIN): all in use; ERR_PTR(-ENOMEM) */
struct pid *pid_alloc(void) __must_check;
/* The same for one particular number (clone3 set_tid): also ERR_PTR(-EEXIST, -EINVAL). */
struct pid *pid_alloc_number(int number) __must_check;
void pid_get(struct pid *pid);    /* => tree lock held */
void pid_put(struct pid *pid);    /* => tree lock held */
struct pid *pid_find(int number); /* => tree lock held; NULL */
int pid_next(int number);         /* the first number >= @number in use; 0: none. tree lock held */
int pid_last(void);               /* the last number given out, for /proc/loadavg */

void pid_init(void);
