/*
 * Opening and closing pipes: pipe2(2), and open(2) of a fifo, which waits for the other side
 * (fifo(7)). A pipe of pipe2(2) opened anew through /proc/PID/fd waits for nobody.
 *
 * inode.pipe is there while anybody has the fifo open; inode.lock protects it and pipe.users.
 */
#include "pipe_private.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <lib/atomic.h>
#include <vfs/inode.h>
#include <vfs/mount.h>

/* The inode's pipe, made if it has none, with one more user. NULL: no memory. */
static struct pipe *inode_get_pipe(struct inode *inode)
{
    struct pipe *pipe;

    mutex_lock(&inode->lock);
    if (inode->pipe == NULL)
        inode->pipe = pipe_alloc();
    pipe = inode->pipe;
    if (pipe != NULL)
        pipe->users++;
    mutex_unlock(&inode->lock); /* another opener may make one now: it is not ours */
    return pipe;
}

static void inode_put_pipe(struct inode *inode, struct pipe *pipe)
{
    bool last;

    mutex_lock(&inode->lock);
    last = --pipe->users == 0;
    if (last)
        inode->pipe = NULL;
    mutex_unlock(&inode->lock);
    if (last)
        pipe_free(pipe);
}

/*
 * Wait for the side that this file is not to be opened. A partner that came and went again since
 * @seen was taken counts: its open succeeded because of us.
 */
static int wait_for_partner(struct pipe *pipe, const struct file *file, u32 seen)
{
    const u32 *opens = file->mode & FILE_READ ? &pipe->writer_opens : &pipe->reader_opens;

    return wait_event_interruptible(&pipe->open_wait, READ_ONCE(*opens) != seen);
}

int fifo_open(struct inode *inode, struct file *file)
{
    bool nonblocking = file_flags(file) & O_NONBLOCK;
    u32 both = file->mode & (FILE_READ | FILE_WRITE);
    bool is_named = !(inode->filesystem->flags & FILESYSTEM_INTERNAL);
    struct pipe *pipe;
    bool alone;
    u32 seen;
    int err = 0;

    if (both == 0)
        return -EINVAL;
    pipe = inode_get_pipe(inode);
    if (pipe == NULL)
        return -ENOMEM;
    if (is_named && both == FILE_WRITE && nonblocking && READ_ONCE(pipe->readers) == 0) {
        inode_put_pipe(inode, pipe);
        return -ENXIO;
    }
    file->private = pipe;
    alone = pipe_add_ends(pipe, file, &seen) && is_named;
    if (alone && both == FILE_READ && nonblocking)
        file->position = seen;
    else if (alone && !nonblocking)
        err = wait_for_partner(pipe, file, seen);
    if (err != 0) {
        pipe_drop_ends(pipe, file);
        inode_put_pipe(inode, pipe);
    }
    return err;
}

void fifo_release(struct file *file)
{
    struct pipe *pipe = file->private;

    async_list_forget(&pipe->async, file);
    pipe_drop_ends(pipe, file);
    inode_put_pipe(file->inode, pipe);
}

int pipe_create(struct file *ends[2], u32 flags)
{
    struct pipe *pipe;
    u32 seen;

    if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    pipe = pipe_alloc();
    if (pipe == NULL)
        return -ENFILE;
    ends[0] = file_create_pseudo("pipe", S_IFIFO | 0600, &fifo_file_ops, pipe,
                                 O_RDONLY | (flags & O_NONBLOCK));
    if (IS_ERR(ends[0])) {
        pipe_free(pipe);
        return PTR_ERR(ends[0]);
    }
    ends[0]->inode->pipe = pipe;
    pipe->users = 1;
    (void)pipe_add_ends(pipe, ends[0], &seen);
    ends[1] = file_create_pseudo_twin(ends[0], &fifo_file_ops, pipe,
                                      O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)));
    if (IS_ERR(ends[1])) {
        int err = PTR_ERR(ends[1]);

        file_put(ends[0]);
        return err;
    }
    mutex_lock(&ends[1]->inode->lock);
    pipe->users++;
    mutex_unlock(&ends[1]->inode->lock);
    (void)pipe_add_ends(pipe, ends[1], &seen);
    return 0;
}
