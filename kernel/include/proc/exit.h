/*
 * The end of tasks and processes (exit(2), exit_group(2)).
 */
#pragma once

#include <lib/types.h>

struct process;
struct task;

/* End the current task; @status is a wait status, used if it is the last of its process and no
 * group exit has begun. */
__noreturn void task_exit(int status);
/* End every task of the current process. */
__noreturn void process_exit(int status);

/* execve: end every other task and become the leader. => -EAGAIN: somebody else ends or executes
 * this process */
int process_become_single(void) __must_check;

/* Free a zombie. => tree lock held; the caller holds a reference */
void process_reap_locked(struct process *process);

/* Choose a process and kill it (registered with mm and kmem). */
bool process_oom_kill(void);
/* 0..2000, higher is worse; for /proc/PID/oom_score (which shows half). 0: exempt. */
u64 process_oom_badness(struct process *process);
u64 process_oom_kill_count(void);
