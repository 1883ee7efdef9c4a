/* The ring between writers and readers, for pipe.c and fifo.c. */
#pragma once

#include <sched/wait.h>
#include <vfs/async.h>
#include <vfs/file.h>
#include <vfs/pipe.h>

struct page;
struct user_account;

struct pipe_slot {
    struct page *page; /* of a free slot: kept for the next write, or NULL */
    u32 offset;        /* of the first unread byte */
    u32 len;
    bool packet; /* its own message: not appended to, the unread rest is dropped (O_DIRECT) */
    bool fixed;  /* not appended to: spliced in, or the page is in another pipe too */
};

struct pipe {
    struct mutex lock;
    struct wait_queue read_wait;    /* woken when there is something to read, or no writer */
    struct wait_queue write_wait;   /* woken when there is room, or no reader */
    struct wait_queue open_wait;    /* fifos: the other side came */
    struct async_list async;        /* files that want SIGIO */
    struct pipe_slot *slots;        /* (lock) nr_slots of them, a power of two */
    u32 nr_slots;                   /* (lock) */
    struct user_account *account;   /* (I) where the slots are counted */
    u32 first;                      /* (lock) oldest slot in use */
    u32 used;                       /* (lock) slots in use */
    u32 readers, writers;           /* (lock) open ends */
    u32 reader_opens, writer_opens; /* (lock) ever: an opener of a fifo waits for a change */
    u32 users;                      /* (inode.lock) open files */
    u32 nr_filled;                  /* (lock) behind so many slots of the array none has a page */
};

struct pipe *pipe_alloc(void) __must_check; /* NULL: no memory; no users yet */
void pipe_free(struct pipe *pipe);

/* Give the pages back that free slots keep, all but those of the first @keep slots. => pipe.lock
 * held, or no users; the ring is empty, or its data are not needed any more */
void pipe_drop_spares(struct pipe *pipe, u32 keep);

/*
 * Count a file in, or out.
 * => adding: true when nobody has the other side open; *seen is then the count of its opens so far
 */
bool pipe_add_ends(struct pipe *pipe, const struct file *file, u32 *seen);
void pipe_drop_ends(struct pipe *pipe, const struct file *file);

ssize_t pipe_read(struct file *file, struct io_buffer *buffer, u64 *position);
ssize_t pipe_write(struct file *file, struct io_buffer *buffer, u64 *position);

/*
 * For splice(2) and its like. => pipe.lock held throughout
 *
 * pipe_wait_data: until there is something to read, or no writer (0, and the ring is empty).
 * pipe_wait_room: until a slot is free. -EPIPE: no reader.
 * => both may let the lock go; -EAGAIN when @nonblocking, -ERESTARTSYS
 */
ssize_t pipe_wait_data(struct pipe *pipe, bool nonblocking) __must_check;
ssize_t pipe_wait_room(struct pipe *pipe, bool nonblocking) __must_check;
/* A free slot takes over the reference on @page. */
struct pipe_slot *pipe_push(struct pipe *pipe, struct page *page, u32 offset, u32 len);
/* The slot @i places behind the oldest; the oldest. */
struct pipe_slot *pipe_slot_at(const struct pipe *pipe, u32 i);
static inline struct pipe_slot *pipe_first(const struct pipe *pipe)
{
    return pipe_slot_at(pipe, 0);
}
/* @len bytes of the oldest slot have been read. */
void pipe_consume(struct pipe *pipe, size_t len);

/* Something was put in, something was taken out: who waits, and who wants SIGIO. => pipe.lock not
 * needed */
void pipe_wake_readers(struct pipe *pipe);
void pipe_wake_writers(struct pipe *pipe);

/* From pipe to pipe: move, or put into both. As file_splice and file_tee. */
ssize_t pipe_move(struct pipe *from, struct pipe *to, size_t len, bool nonblocking) __must_check;
ssize_t pipe_tee(struct pipe *from, struct pipe *to, size_t len, bool nonblocking) __must_check;

/* Size and account of a new pipe. => false: no memory, or too many of this user (pipe_size.c) */
bool pipe_size_begin(struct pipe *pipe) __must_check;
void pipe_size_end(struct pipe *pipe);

/* The open and release operations of every pipe and fifo (fifo.c). */
int fifo_open(struct inode *inode, struct file *file);
void fifo_release(struct file *file);
