/*
 * What the files of proc share among themselves.
 */
#pragma once

#include <proc/task.h>

/* A task of @process (NULL: of a new process) with nothing in it but a thread; not yet in any list.
 * NULL: no memory. */
struct task *task_allocate(struct process *process, const char *name) __must_check;
struct process *process_allocate(void) __must_check;
/* Undo task_allocate of a task that was never started, and what has been put into it. */
void task_free_unstarted(struct task *task);

/* Make the pair visible: numbers, tree, lists. => tree lock held */
void process_insert_locked(struct process *process, struct process *parent);
void task_insert_locked(struct task *task);
/* Take a dying task out of its process; true: it was the last. => tree lock held */
bool task_remove_locked(struct task *task);
/* A zombie leaves the tree. => tree lock held */
void process_remove_locked(struct process *process);

/* The parent of a zombie learns of its end. One that nobody waits for is reaped and goes to
 * @forgotten.
 * => tree lock held */
void process_show_to_parent_locked(struct process *process, struct list_head *forgotten);
/* => no lock held */
void process_forget(struct list_head *forgotten);

/* Free everything that a task points to and another may still need until the last reference goes.
 * => may sleep */
void task_free(struct task *task);

/* ---- dead_tasks.c ---- */

/* The current task is about to leave its stack, for task_reap. */
void dead_task_leaves(void);
/* Called on another stack, when nobody can be on the dead task's. */
void task_reap(struct thread *thread);
/* Wait while many dead tasks are to be freed. => no lock held; may sleep; -ERESTARTNOINTR: killed
 */
int dead_tasks_wait(void) __must_check;

/* pid 1, once it exists. */
void process_set_init(struct process *process);
void task_caches_init(void);

/* The part of leaving an address space that user mode sees: futexes, clear_child_tid, the vfork
 * parent. */
void task_leave_memory(struct task *task);
/* Remember how much memory the task's address space had resident at most, before it goes. */
void task_note_peak(struct task *task);
/* Give back memory and descriptors of a task that never ran. */
void task_drop_resources(struct task *task);

/* For upcalls.c. */
struct file_owner;
void notify_file_owner(const struct file_owner *owner, int fd, unsigned events);
int file_owner_kinds(s32 number);
void upcalls_init(void);

/* Do @visit to the tasks that (@which, @who) names as for setpriority(2): PRIO_*. -ESRCH: there are
 * none; -EINVAL; the worst of @visit's errors */
int task_visit_named(int which, int who, int (*visit)(struct task *task, int *value), int *value);
