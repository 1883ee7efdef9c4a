/*
 * flock locks and the threads that wait for any lock, between lock.c and lock_list.c.
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>

struct file;
struct lock_set;
struct record_lock;

struct flock_lock {
    struct list_head link; /* (locks_mutex) */
    struct file *file;     /* (I) owner, not referenced: its last put releases the lock */
    bool is_write;         /* (locks_mutex) */
    s32 process_id;        /* (I) */
};

/* A thread that sleeps for a lock, or has been woken and has not run yet. */
struct blocked {
    struct list_head link; /* (locks_mutex) */
    const struct lock_set *set;
    const struct record_lock *wanted; /* flock: the whole file, by the open file */
    bool is_flock;
    /* Of lock_list.c, while it lists: */
    const void *lock;            /* (locks_mutex) */
    const struct blocked *above; /* (locks_mutex) */
};

extern struct list_head all_lock_sets; /* (locks_mutex) */
extern struct list_head all_blocked;   /* (locks_mutex) longest first */

/* The first lock that forbids @wanted; NULL: none. => locks_mutex held */
const struct flock_lock *flock_find_conflict(const struct lock_set *set,
                                             const struct record_lock *wanted);
