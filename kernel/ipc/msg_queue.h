/*
 * Message queues, for the files that make, use and control them (msg.h has the theory).
 */
#pragma once

#include <ipc/msg.h>
#include <lib/list.h>
#include <lib/refcount.h>

#include "ipc_ids.h"

struct message {
    struct list_head link; /* (q) in queue.messages */
    s64 type;              /* (I) positive */
    size_t len;            /* (I) */
    char text[];           /* (I) */
};

/* (l): msg_ids.lock. (q): queue.lock. (I): immutable. */
struct msg_queue {
    struct ipc_object ipc;
    refcount_t references; /* the table's, and of calls that wait */
    struct mutex lock;
    bool removed;                             /* (q) out of the table */
    s64 send_time, receive_time, change_time; /* (q) seconds; 0: never */
    u64 bytes;                                /* (q) in all messages */
    u64 nr_messages;                          /* (q) */
    u64 max_bytes;                            /* (q) msg_qbytes: messages are no more either */
    s32 sender_id, receiver_id;               /* (q) the last processes; 0: none */
    struct list_head messages;                /* (q) struct message, oldest first */
    struct list_head receivers;               /* (q) struct msg_receiver, by arrival */
    struct wait_queue senders;                /* who waits for room */
};

/* Which message a receiver wants. */
enum msg_choice { MSG_ANY, MSG_EQUAL, MSG_NOT_EQUAL, MSG_LOWEST, MSG_INDEX };

/* One call of msgrcv, on the stack of its task. */
struct msg_receiver {
    enum msg_choice choice;
    s64 type;       /* to compare with; MSG_INDEX: how many to pass by */
    size_t max_len; /* a longer message is refused with -E2BIG */
    s32 process_id;
    struct list_head link;   /* (q) in queue.receivers */
    struct wait_queue queue; /* its task waits here */
    struct message *message; /* (q) what it was handed */
    int result;              /* (q) MSG_WAITING, then 0 with a message, or an errno */
};
#define MSG_WAITING 1

extern struct ipc_ids msg_ids;
extern u64 msg_total, msg_total_bytes; /* (a) messages and their bytes in all queues */

/* Settings (a): sysctl kernel.NAME. */
extern s32 msgmni; /* queues */
extern s32 msgmax; /* bytes of one message */
extern s32 msgmnb; /* bytes of a new queue */

/*
 * msg_queue_lock: the queue with this identifier, locked and referenced.
 * => @mode: the permissions it must give, IPC_MAY_*
 * => ERR_PTR: -EINVAL there is none, -EACCES
 */
struct msg_queue *msg_queue_lock(s32 id, u32 mode) __must_check;
void msg_queue_unlock(struct msg_queue *queue);
void msg_queue_put(struct msg_queue *queue);

/* Take the queue out of the table, with its messages; who waits gets -EIDRM. => msg_ids.lock held
 */
void msg_queue_remove(struct msg_queue *queue);
void msg_queue_describe(const struct msg_queue *queue, struct abi_msqid_ds *status);

/* msg_transfer.c: every receiver ends its wait with @result. => queue.lock held */
void msg_receivers_end(struct msg_queue *queue, int result);
/* A message leaves the queue, or the queue ends: the counts. => queue.lock held */
void msg_take_out(struct msg_queue *queue, struct message *message);
