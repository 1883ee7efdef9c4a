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

/* Choose a process and kill it, or wait for the one that was (registered with mm). True: trying the
 * allocation again makes sense. */
bool process_oom_kill(void);
/* Kill one because somebody asks for it (SysRq f), whether memory is short and another is dying or
 * not. => may sleep */
void process_oom_kill_now(void);
/* Pages, moved by oom_score_adj; higher is worse. OOM_EXEMPT: not to be killed for memory. */
#define OOM_EXEMPT INT64_MIN
s64 process_oom_badness(struct process *process);
/* Set oom_score_adj of all processes in the address space of @process; @lowest: the least that may
 * be set later without a privilege, too. */
void process_oom_adjust(struct process *process, int adj, bool lowest);
/* Settings of the killer; => once, at boot */
void process_oom_init(void);
u64 process_oom_kill_count(void);
