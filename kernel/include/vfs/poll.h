/*
 * Readiness: poll, select, epoll.
 *
 * A file's poll operation calls poll_wait for each wait queue whose wake may change its answer,
 * then returns the events that are true now (EPOLLIN ...). Whoever changes the state wakes the
 * queue with wake_key(queue, events).
 */
#pragma once

#include <abi/epoll.h>
#include <abi/poll.h>
#include <lib/types.h>
#include <sched/wait.h>

struct file;
struct pollfd;
struct vfs_context;

struct poll_table {
    void (*enqueue)(struct poll_table *table, struct file *file, struct wait_queue *queue);
    unsigned events; /* of interest */
};

/* @table may be NULL: nobody will wait. */
static inline void poll_wait(struct file *file, struct wait_queue *queue, struct poll_table *table)
{
    if (table != NULL && table->enqueue != NULL)
        table->enqueue(table, file, queue);
}

/* The events that hold now (all, not only the wanted). */
unsigned file_poll(struct file *file, struct poll_table *table);

/*
 * vfs_poll: poll(2) on a kernel array; revents are filled in.
 * => @deadline absolute monotonic ns; WAIT_FOREVER; 0: do not wait
 * => number of ready entries; 0: timed out; -ERESTARTNOHAND when a signal is pending (ppoll; poll
 * restarts itself), -ENOMEM
 */
int vfs_poll(const struct vfs_context *context, struct pollfd *fds, unsigned nr,
             u64 deadline) __must_check;

/*
 * vfs_select: select(2) on kernel bitmaps of @nr bits each; results replace them.
 * => -EBADF, else as vfs_poll
 */
struct select_sets {
    unsigned long *read, *write, *except; /* any may be NULL */
};
int vfs_select(const struct vfs_context *context, unsigned nr, struct select_sets *sets,
               u64 deadline) __must_check;

/* epoll_create1, epoll_ctl, epoll_wait. The file is not yet a descriptor. */
struct file *epoll_create(void) __must_check; /* ERR_PTR */
/* /proc/sys/fs/epoll. => once, at boot */
void epoll_init(void);
int epoll_control(const struct vfs_context *context, struct file *epoll, int operation, int fd,
                  const struct epoll_event *event) __must_check;
/*
 * Events are copied to user memory. Count, 0 at @deadline, -EINTR, -EFAULT; -EINVAL: no epoll.
 * => @max is at least 1, and the events lie in the user's range
 */
int epoll_wait(struct file *epoll, struct epoll_event __user *events, int max,
               u64 deadline) __must_check;
/*
 * epoll_watched: among the watches of @epoll that were added as descriptor @fd, number @index.
 * => the file, not referenced: only to be compared; -EINVAL: no epoll, -ENOENT: no such watch
 */
const struct file *epoll_watched(struct file *epoll, int fd, u32 index) __must_check;
/* Called by the last file_put: forget the watches on it. */
void epoll_forget(struct file *file);
