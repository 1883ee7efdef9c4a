/*
 * Sets of semaphores, for the files that make, operate and control them (sem.h has the theory).
 */
#pragma once

#include <ipc/sem.h>
#include <lib/list.h>
#include <lib/refcount.h>

#include "ipc_ids.h"

struct semaphore {
    s32 value;      /* (s) 0..SEMVMX */
    s32 process_id; /* (s) who changed it last; 0: nobody */
};

/* (l): sem_ids.lock. (s): set.lock. (I): immutable. */
struct sem_set {
    struct ipc_object ipc;
    refcount_t references; /* the table's, waiters', undos' */
    struct mutex lock;
    bool removed;                  /* (s) out of the table; nothing is done with it any more */
    s64 operation_time;            /* (s) seconds */
    s64 change_time;               /* (s) */
    struct list_head waiters;      /* (s) struct sem_operation, by arrival */
    struct list_head undos;        /* (s) struct sem_undo */
    u32 nr;                        /* (I) */
    struct semaphore semaphores[]; /* (s) */
};

/* What one task shall undo in one set. */
struct sem_undo {
    struct list_head set_link;  /* (s) */
    struct list_head list_link; /* (sem_undo_list.lock) */
    struct sem_set *set;        /* (I) referenced */
    s16 adjustments[];          /* (s) one for each semaphore */
};

/* One call of semop, on the stack of its task. */
struct sem_operation {
    struct sem_set *set;
    const struct abi_sembuf *operations;
    u32 nr;
    u32 blocking;          /* (s) the one that cannot be done now */
    struct sem_undo *undo; /* NULL: none of them is to be undone */
    s32 process_id;
    struct list_head link;   /* (s) in set.waiters */
    struct wait_queue queue; /* its task waits here */
    int result;              /* (s) SEM_WAITING, then what the call returns */
};
#define SEM_WAITING 1

extern struct ipc_ids sem_ids;

/*
 * sem_set_lock: the set with this identifier, locked and referenced.
 * => @number: of a semaphore that it must have
 * => @mode: the permissions it must give, IPC_MAY_*
 * => ERR_PTR: -EINVAL there is none, -ERANGE it is smaller, -EACCES; in this order
 */
struct sem_set *sem_set_lock(s32 id, u32 number, u32 mode) __must_check;
void sem_set_unlock(struct sem_set *set);
void sem_set_put(struct sem_set *set);

/* Take the set out of the table and send its waiters away. => sem_ids.lock held */
void sem_set_remove(struct sem_set *set);
void sem_set_describe(const struct sem_set *set, struct abi_semid_ds *status);

/* Sets and semaphores there are. => sem_ids.lock held */
extern u32 sem_total;

/* Settings (a): sysctl kernel.sem. */
enum { SEM_LIMIT_PER_SET, SEM_LIMIT_TOTAL, SEM_LIMIT_OPERATIONS, SEM_LIMIT_SETS, NR_SEM_LIMITS };
extern s32 sem_limits[NR_SEM_LIMITS];

/* sem_operate.c: do for waiters what has become possible. => set.lock held */
void sem_serve(struct sem_set *set);

/*
 * sem_undo_find: what the current task has to undo in the set; made if new.
 * => @set is referenced, its lock not held; ERR_PTR(-ENOMEM)
 * => good until the set is removed, which is to be asked with its lock held
 */
struct sem_undo *sem_undo_find(struct sem_set *set) __must_check;
