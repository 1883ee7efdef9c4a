/*
 * System V semaphores (semget(2), semop(2), semctl(2), sysvipc(7)).
 *
 * 1. A set of semaphores has an identifier, a key and an owner (ipc/ipc_ids.h). One call of semop
 * changes several of its values at once or waits until it can.
 * 2. Who waits stands in the set's list, in the order of arrival. Whoever changes a value goes
 * through the list and does for the waiters what has become possible (sem_operate.c).
 * 3. SEM_UNDO: a task keeps for each set the opposite of what it did. Tasks that share memory may
 * share that (CLONE_SYSVSEM); it is done when the last of them exits (sem_undo.c).
 *
 * Locks, outermost first: the identifiers' > sem_undo_list.lock > sem_set.lock. All sleep; user
 * memory is not touched with any of them held.
 */
#pragma once

#include <abi/sem.h>
#include <lib/types.h>

struct sem_undo_list;
struct task;

void sem_init(void);

/* The calls; each returns what its system call returns. */
long sem_get(s32 key, s32 nr_semaphores, u32 flags);
long sem_operate(s32 id, const struct abi_sembuf __user *operations, size_t nr,
                 u64 deadline); /* monotonic ns; WAIT_FOREVER */
long sem_control(s32 id, s32 number, s32 command, u64 argument);

/* How many operations one call may have: checked before they are copied. */
u32 sem_operations_max(void);

/* A new task shares the undo list of the current one. -ENOMEM */
int sem_undo_share(struct task *child) __must_check;
/* The task leaves its undo list; the last one undoes. */
void sem_task_exit(struct task *task);

/* ---- /proc ---- */

struct sem_line {
    struct abi_semid_ds status;
    s32 id;
};
/* Visit every set, in the order of their indices. => nonzero stops and is returned */
int sem_for_each(int (*visit)(const struct sem_line *line, void *argument), void *argument);
