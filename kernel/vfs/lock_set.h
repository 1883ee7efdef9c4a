/*
 * The locks of one inode, between flock and record locks (lock.c) and leases (lease.c).
 */
#pragma once

#include <lib/list.h>
#include <sched/wait.h>

struct inode;

struct lock_set {
    struct inode *inode;      /* (I) */
    struct list_head all;     /* (locks_mutex) in the list of all sets */
    struct list_head flocks;  /* (locks_mutex) */
    struct list_head records; /* (locks_mutex) struct record_lock */
    struct list_head leases;  /* (locks_mutex; whether it is empty is also read without) */
    u64 generation;           /* (locks_mutex to write) */
    struct wait_queue changed;
};

extern struct mutex locks_mutex;

/* The inode's set, made if it has none. => locks_mutex held; NULL: no memory */
struct lock_set *lock_set_get(struct inode *inode);
/* Waiters look again. => locks_mutex held */
void lock_set_changed(struct lock_set *set);
/* Sleep until the set changes. => locks_mutex held, and again on return; -ERESTARTSYS, -ETIMEDOUT
 */
int lock_set_wait(struct lock_set *set, u64 deadline) __must_check;

/* The last reference to @file goes: so does its lease. => locks_mutex held */
struct file;
void lease_drop_file(struct lock_set *set, struct file *file);
/* Its leases, for /proc/locks. => locks_mutex held; as lock_for_each */
struct lock_description;
int lease_for_each(const struct lock_set *set,
                   int (*visit)(const struct lock_description *lock, void *argument),
                   void *argument);
