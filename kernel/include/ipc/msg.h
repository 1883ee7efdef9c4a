/*
 * System V message queues (msgget(2), msgsnd(2), msgrcv(2), msgctl(2), sysvipc(7)).
 *
 * 1. A queue has an identifier, a key and an owner (ipc/ipc_ids.h), and holds messages: a positive
 * type and bytes. It takes messages as long as their bytes stay below its limit.
 * 2. A receiver that finds nothing stands in the queue's list and is handed its message by the
 * sender, first come first served. A sender that finds no room waits and tries again.
 *
 * Locks: the identifiers' > msg_queue.lock. Both sleep; user memory is not touched with either
 * held: a message is copied before it is sent and after it was received.
 */
#pragma once

#include <abi/msg.h>
#include <lib/types.h>

void msg_init(void);

/* The calls; each returns what its system call returns. @user: the type, then the bytes. */
long msg_get(s32 key, u32 flags);
long msg_send(s32 id, const void __user *user, size_t len, u32 flags);
long msg_receive(s32 id, void __user *user, size_t len, s64 type, u32 flags);
long msg_control(s32 id, s32 command, struct abi_msqid_ds __user *user);

/* ---- /proc ---- */

struct msg_line {
    struct abi_msqid_ds status;
    s32 id;
};
/* Visit every queue, in the order of their indices. => nonzero stops and is returned */
int msg_for_each(int (*visit)(const struct msg_line *line, void *argument), void *argument);
