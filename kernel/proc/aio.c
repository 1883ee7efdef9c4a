/*
 * io_submit and io_getevents: requests are done at once, and their results go through the ring of a
 * context (aio_context.c).
 *
 * Locks: none here; the ring has its own.
 */
#include <proc/aio.h>

#include <abi/errno.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <proc/scheduling.h>
#include <proc/task.h>
#include <signal/signal.h>
#include <vfs/event.h>
#include <vfs/fd_table.h>
#include <vfs/io.h>
#include "aio_context.h"

#define REQUEST_BYTES_MAX ((size_t)INT32_MAX & PAGE_MASK)

/* ---- io_submit ---- */

static bool is_vector(const struct abi_iocb *request)
{
    return request->command == IOCB_CMD_PREADV || request->command == IOCB_CMD_PWRITEV;
}

static bool is_write(const struct abi_iocb *request)
{
    return request->command == IOCB_CMD_PWRITE || request->command == IOCB_CMD_PWRITEV;
}

static int set_buffer(const struct abi_iocb *request, struct io_buffer *buffer,
                      struct iovec **segments)
{
    if (is_vector(request))
        return io_buffer_vector(buffer, (const struct iovec __user *)request->buffer, request->len,
                                segments);
    if (!user_range_ok((void __user *)request->buffer, request->len))
        return -EFAULT;
    io_buffer_user(buffer, (void __user *)request->buffer, min(request->len, REQUEST_BYTES_MAX));
    return 0;
}

/* The bytes move now; files without a position have none. */
static ssize_t transfer(struct file *file, const struct abi_iocb *request, struct io_buffer *buffer)
{
    bool streams = file->mode & FILE_STREAM;

    if (is_write(request))
        return streams ? file_write(file, buffer) : file_write_at(file, buffer, request->offset);
    return streams ? file_read(file, buffer) : file_read_at(file, buffer, request->offset);
}

/* => 0 and *result; or why it is no request that could begin */
static int move(struct file *file, const struct abi_iocb *request, s64 *result)
{
    struct io_buffer flags = {0}, buffer;
    struct iovec *segments = NULL;
    int err = file_io_flags(file, request->rw_flags, &flags);

    if (err == 0 && !(file->mode & (is_write(request) ? FILE_WRITE : FILE_READ)))
        err = -EBADF;
    if (err == 0 && S_ISDIR(file->inode->mode))
        err = -EINVAL;
    if (err == 0)
        err = set_buffer(request, &buffer, &segments);
    if (err == 0 && request->offset < 0)
        err = -EINVAL;
    if (err == 0) {
        buffer.flags |= flags.flags;
        *result = transfer(file, request, &buffer);
        if (*result == -EPIPE && S_ISFIFO(file->inode->mode))
            signal_task(current_task(), SIGPIPE);
        if (*result <= -ERESTARTSYS)
            *result = -EINTR; /* it cannot be begun again */
    }
    kfree(segments);
    return err;
}

static int synchronise(struct file *file, const struct abi_iocb *request, s64 *result)
{
    if (request->buffer || request->offset || request->len || request->rw_flags)
        return -EINVAL;
    *result = file_sync(file, 0, INT64_MAX, request->command == IOCB_CMD_FDSYNC);
    return *result == -EINVAL ? -EINVAL : 0;
}

static int check_priority(const struct abi_iocb *request)
{
    return request->flags & IOCB_FLAG_IOPRIO ? io_priority_check((u16)request->priority) : 0;
}

static int perform(struct file *file, const struct abi_iocb *request, s64 *result)
{
    int err;

    switch (request->command) {
    case IOCB_CMD_PREAD:
    case IOCB_CMD_PWRITE:
    case IOCB_CMD_PREADV:
    case IOCB_CMD_PWRITEV:
        err = check_priority(request);
        return err != 0 ? err : move(file, request, result);
    case IOCB_CMD_FSYNC:
    case IOCB_CMD_FDSYNC:
        return synchronise(file, request, result);
    default:
        return -EINVAL;
    }
}

/* The eventfd that is to hear of the end; NULL: none. ERR_PTR: -EBADF, -EINVAL */
static struct file *get_listener(const struct abi_iocb *request)
{
    struct file *file;

    if (!(request->flags & IOCB_FLAG_RESFD))
        return NULL;
    file = fd_get(current_task()->vfs.files, (int)request->event_fd);
    if (file == NULL)
        return ERR_PTR(-EBADF);
    if (file_is_eventfd(file))
        return file;
    file_put(file);
    return ERR_PTR(-EINVAL);
}

/* The file and the listener are there: do it, tell, put the result into the ring. */
static int perform_and_tell(struct aio_context *context, struct abi_iocb __user *user,
                            const struct abi_iocb *request, struct file *file)
{
    struct abi_io_event event = {.data = request->data, .request = (u64)user};
    struct file *listener = get_listener(request);
    int err;

    if (IS_ERR(listener))
        return PTR_ERR(listener);
    err = put_user(0u, &user->key) ? -EFAULT : perform(file, request, &event.result);
    if (err == 0) {
        aio_ring_complete(context, &event);
        if (listener != NULL)
            eventfd_signal(listener, 1);
    }
    file_put(listener);
    return err;
}

static int submit_reserved(struct aio_context *context, struct abi_iocb __user *user,
                           const struct abi_iocb *request)
{
    struct file *file = fd_get(current_task()->vfs.files, (int)request->fd);
    int err;

    if (file == NULL)
        return -EBADF;
    err = perform_and_tell(context, user, request, file);
    file_put(file);
    return err;
}

static int submit_one(struct aio_context *context, struct abi_iocb __user *user)
{
    struct abi_iocb request;
    int err;

    if (copy_from_user(&request, user, sizeof(request)) != 0)
        return -EFAULT;
    if (request.reserved != 0 || (s64)request.len < 0)
        return -EINVAL;
    err = aio_ring_reserve(context);
    if (err != 0)
        return err;
    err = submit_reserved(context, user, &request);
    aio_ring_unreserve(context);
    return err;
}

long aio_submit(unsigned long id, long nr, const u64 __user *requests)
{
    struct aio_context *context;
    long done;
    int err = 0;
    u64 user;

    if (nr < 0)
        return -EINVAL;
    context = aio_context_find(id);
    if (context == NULL)
        return -EINVAL;
    nr = min(nr, (long)context->nr_slots);
    for (done = 0; done < nr && err == 0; done += err == 0)
        err = get_user(user, requests + done) ? -EFAULT
                                              : submit_one(context, (struct abi_iocb __user *)user);
    aio_context_put(context);
    return done != 0 ? done : err;
}

/* ---- io_cancel, io_getevents ---- */

/* What was submitted is done, so no request can be found that could be cancelled. */
long aio_cancel(unsigned long id, const struct abi_iocb __user *request)
{
    u32 key;

    (void)id;
    return get_user(key, &request->key) ? -EFAULT : -EINVAL;
}

/* As aio_ring_take, again and again until there are @least. */
static long take_until(struct aio_context *context, long least, long most,
                       struct abi_io_event __user *events, u64 deadline)
{
    long done = 0, nr;

    for (;;) {
        u32 seen = READ_ONCE(context->completions);
        int err;

        nr = aio_ring_take(context, events + done, most - done);
        if (nr < 0)
            return done != 0 ? done : nr;
        done += nr;
        if (done >= least || deadline == 0)
            return done;
        err = wait_event_interruptible_timeout(
            &context->wait,
            READ_ONCE(context->completions) != seen || aio_context_has_ended(context), deadline);
        if (err == -ETIMEDOUT)
            return done;
        if (err != 0)
            return done != 0 ? done : -EINTR;
    }
}

long aio_get_events(unsigned long id, long least, long most, struct abi_io_event __user *events,
                    u64 deadline)
{
    struct aio_context *context = aio_context_find(id);
    long result;

    if (context == NULL)
        return -EINVAL;
    result =
        least <= most && least >= 0 ? take_until(context, least, most, events, deadline) : -EINVAL;
    aio_context_put(context);
    return result;
}
