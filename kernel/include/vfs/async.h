/*
 * Files that want SIGIO (O_ASYNC) when what they are open on becomes ready.
 *
 * The object has an async_list, the file_ops' set_async puts a file on it, release takes it off.
 */
#pragma once

#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/types.h>

struct file;

struct async_list {
    struct spinlock lock;     /* rank FILE */
    struct list_head members; /* (lock) struct async_member */
};

void async_list_init(struct async_list *list);

/*
 * async_list_set: @file is on the list, or is not.
 * => as it was already: nothing happens; -ENOMEM only when @on
 */
int async_list_set(struct async_list *list, struct file *file, bool on) __must_check;

/* Nobody is told. => called by release */
void async_list_forget(struct async_list *list, struct file *file);

/* SIGIO with @events (POLL*) to the owners of the files that are open in one of the modes @mode
 * (FILE_READ, FILE_WRITE). => no spin lock of rank FILE or inside it is held */
void async_list_notify(struct async_list *list, u32 mode, unsigned events);

/* => a glance without the lock: false may be told to one who comes just now */
static inline bool async_list_is_empty(const struct async_list *list)
{
    return READ_ONCE(list->members.next) == &list->members;
}
