/*
 * POSIX message queues, for the files that name them and use them (ipc/mqueue.h has the theory).
 */
#pragma once

#include <ipc/mqueue.h>
#include <lib/list.h>
#include <sched/wait.h>

struct file;
struct mq_message;
struct process;
struct user_account;

/* Who is told of the next message. */
struct mq_notification {
    struct process *process; /* only compared and signalled while it lives; NULL: nobody */
    struct abi_sigevent event;
    s32 process_id;
};

/* What an inode of the filesystem holds. (q): mqueue.lock. (I): immutable. */
struct mqueue {
    struct user_account *account; /* (I) whose limit it counts against; referenced */
    u64 charged;                  /* (I) bytes */
    u64 max_messages;             /* (I) */
    u64 message_size;             /* (I) */
    struct mutex lock;
    u64 nr_messages;            /* (q) */
    struct list_head messages;  /* (q) struct mq_message, highest priority and oldest first */
    struct list_head receivers; /* (q) struct mq_waiter, by arrival */
    struct list_head senders;   /* (q) */
    struct wait_queue poll;
    struct mq_notification notification; /* (q) */
};

extern const struct file_ops mqueue_file_ops;

/* The queue of an open file; NULL: it is none. */
struct mqueue *mqueue_of(struct file *file);

/* mqueue_queue.c */
void mqueue_settings_init(void);
/* => @attributes NULL: the usual ones; ERR_PTR: -EINVAL, -ENOSPC, -EMFILE, -ENOMEM */
struct mqueue *mqueue_create(const struct abi_mq_attr *attributes) __must_check;
void mqueue_destroy(struct mqueue *queue);

/* mqueue_transfer.c */
void mqueue_drop_messages(struct mqueue *queue);
u64 mqueue_count_bytes(struct mqueue *queue); /* => queue.lock held */
/* The process closes a descriptor: it is told no more. */
void mqueue_forget_process(struct mqueue *queue, const struct process *process);
