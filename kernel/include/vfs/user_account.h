/*
 * What is counted per user, against limits that each user has: one account for each that has
 * anything.
 */
#pragma once

#include <lib/refcount.h>
#include <lib/types.h>

struct user_account {
    u32 uid;                   /* (I) */
    refcount_t references;     /* the last one goes under the account table lock */
    s64 nr_tasks;              /* (a) for RLIMIT_NPROC */
    s64 nr_signals;            /* (a) queued, for RLIMIT_SIGPENDING */
    u64 locked_pages;          /* (a) of segments, by SHM_LOCK */
    u64 queue_bytes;           /* (a) of POSIX message queues, for RLIMIT_MSGQUEUE */
    s64 nr_in_flight;          /* (a) descriptors sent over sockets and not yet received */
    s64 pipe_pages;            /* (a) that the pipes of the user have room for */
    s64 nr_epoll_watches;      /* (a) */
    s64 nr_inotify_instances;  /* (a) */
    s64 nr_inotify_watches;    /* (a) */
    struct user_account *next; /* (account table lock) */
};

/* Made if new; referenced. NULL: no memory */
struct user_account *user_account_find(u32 uid) __must_check;
static inline struct user_account *user_account_get(struct user_account *account)
{
    refcount_get(&account->references);
    return account;
}
void user_account_put(struct user_account *account);
/* One more, unless there are @limit: false. One less. */
bool user_account_charge(s64 *count, s64 limit);
void user_account_uncharge(s64 *count);
