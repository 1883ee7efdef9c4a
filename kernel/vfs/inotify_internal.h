/*
 * What the files of inotify share.
 */
#pragma once

#include <lib/list.h>
#include <sched/wait.h>
#include <vfs/async.h>
#include <vfs/inotify.h>

#include "watch.h"

struct file;
struct io_buffer;
struct poll_table;
struct user_account;

struct queued_event {
    struct list_head link; /* (lock) */
    s32 number;            /* of the watch; -1: overflow */
    u32 mask, cookie;
    u32 name_len;
    char name[];
};

struct inotify {
    struct spinlock lock; /* rank FILE_INNER */
    struct wait_queue wait;
    struct async_list async;      /* the file, when it wants SIGIO */
    struct list_head events;      /* (lock) oldest first */
    s32 nr_events;                /* (lock) */
    struct queued_event overflow; /* (lock) linked while it is in the queue */
    struct list_head watches;     /* (watch_mutex) */
    s32 last_number;              /* (watch_mutex) */
    s32 max_events;               /* (I) */
    struct user_account *account; /* (I) of the effective user who made it */
};

/* ---- inotify_queue.c ---- */

/* @happened at the watch @number is told. */
void inotify_queue_put(struct inotify *instance, s32 number, const struct watch_event *happened);
/* Free what was not read. */
void inotify_queue_free(struct inotify *instance);
ssize_t inotify_read(struct file *file, struct io_buffer *buffer, u64 *position);
unsigned inotify_poll(struct file *file, struct poll_table *table);
long inotify_ioctl(struct file *file, unsigned request, unsigned long argument);
