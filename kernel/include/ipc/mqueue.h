/*
 * POSIX message queues (mq_overview(7)).
 *
 * 1. A queue is a file of one flat folder, the filesystem "mqueue", which has an internal mount and
 * may have others. Its descriptors are open files of one inode, which has the permissions.
 * 2. Messages leave by priority, then by age. A sender hands its message to a receiver that waits;
 * a receiver that makes room puts the message of a waiting sender in.
 * 3. Its memory counts against RLIMIT_MSGQUEUE of the user who made it, whole, from the beginning.
 *
 * Locks: those of the folder (mqueue_filesystem.c) > mqueue.lock, all sleeping. User memory is not
 * touched with either held.
 */
#pragma once

#include <abi/mqueue.h>
#include <abi/signal.h>
#include <lib/types.h>

struct file;

void mqueue_init(void);

/*
 * mqueue_open: => a file, not yet a descriptor; ERR_PTR as mq_open(2)
 * => @attributes NULL: the usual ones
 */
struct file *mqueue_open(const char *name, u32 flags, u32 mode,
                         const struct abi_mq_attr *attributes) __must_check;
int mqueue_unlink(const char *name) __must_check;

/* On an open file: -EBADF when it is no queue, or not open that way. @deadline: NULL, or ns of the
 * realtime clock. */
int mqueue_send(struct file *file, const char __user *text, size_t len, u32 priority,
                const s64 *deadline) __must_check;
ssize_t mqueue_receive(struct file *file, char __user *text, size_t len, u32 __user *priority,
                       const s64 *deadline) __must_check;
/* Is @event one that mq_notify knows? -EINVAL; comes before the descriptor. */
int mqueue_check_event(const struct abi_sigevent *event) __must_check;
/* @event NULL: withdraw the registration. */
int mqueue_notify(struct file *file, const struct abi_sigevent *event) __must_check;
/* @new and @old may be NULL. */
int mqueue_attributes(struct file *file, const struct abi_mq_attr *new,
                      struct abi_mq_attr *old) __must_check;
