/*
 * What the files of epoll share. epoll.c has the theory.
 */
#pragma once

#include <lib/list.h>
#include <lib/rbtree.h>
#include <sched/wait.h>
#include <vfs/poll.h>

struct file;
struct user_account;

#define EPOLL_PRIVATE (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EPOLL_EXCLUSIVE_OK                                                                         \
    (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

struct epoll {
    struct mutex lock;
    struct file *file;    /* (I) its own; not referenced */
    struct rb_root items; /* (lock, epoll_mutex) by file and descriptor */
    struct spinlock ready_lock;
    struct list_head ready;       /* (ready_lock) watches that may have something to report */
    struct wait_queue queue;      /* epoll_wait sleepers and pollers of the epoll file */
    struct user_account *account; /* (I) where its watches are counted */
    u64 visit;                    /* (epoll_mutex) the last walk over the graph that came here */
    int depth;                    /* (epoll_mutex) what that walk found */
};

/* One queue that a watch is registered at. */
struct epoll_registration {
    struct waiter waiter;
    struct wait_queue *queue;
    struct epoll_item *item;
    struct epoll_registration *next;
};

struct epoll_item {
    struct rb_node node; /* (epoll.lock) */
    struct epoll *epoll; /* (I) */
    struct file *file;   /* (I) not referenced */
    int fd;              /* (I) */
    u32 events;          /* (ready_lock) wanted, and EPOLL_PRIVATE; only those after a one-shot */
    u64 data;            /* (epoll.lock) */
    struct list_head ready_link;              /* (ready_lock; epoll.lock, too, to leave the list) */
    struct list_head file_link;               /* (epoll_mutex) in file->epoll_items */
    struct epoll_registration *registrations; /* (epoll_mutex) */
    int err;                                  /* (epoll_mutex) a registration failed */
    bool woken; /* (ready_lock to set) something happened since the file was asked */
};

extern struct mutex epoll_mutex;

static inline struct epoll_item *epoll_item_of(struct rb_node *node)
{
    return rb_entry_or_null(node, struct epoll_item, node);
}

/* ---- epoll.c ---- */

/* The instance that @file is; NULL: it is none. */
struct epoll *epoll_of(const struct file *file);
/* => epoll.lock held */
struct epoll_item *epoll_item_find(struct epoll *epoll, const struct file *file, int fd);
/* Into the tree, and the list of its file. => epoll_mutex and epoll.lock held */
void epoll_item_insert(struct epoll *epoll, struct epoll_item *item);
/* Register at the queues of its file. => 0, -ENOMEM: not at all of them; locks as above */
int epoll_item_register(struct epoll_item *item) __must_check;
/* Out of everything, and free. => locks as above */
void epoll_item_destroy(struct epoll_item *item);
/* What is true of its file now, of what is wanted. */
u32 epoll_item_poll(struct epoll_item *item);
/* Put it on the ready list. => true: it was not there */
bool epoll_item_make_ready(struct epoll_item *item);

/* ---- epoll_graph.c ---- */

/* May @epoll watch @target? => -ELOOP: a circle, or too deep. epoll_mutex held */
int epoll_nesting_check(struct epoll *epoll, struct file *target) __must_check;
/* With the watch of @target by @epoll, which is there already: do not too many ways lead from one
 * file to instances that nobody watches? => epoll_mutex held */
bool epoll_paths_check(struct epoll *epoll, struct file *target);

/* ---- epoll_control.c ---- */

/* A watch of @epoll is no longer counted. */
void epoll_uncharge(struct epoll *epoll);
