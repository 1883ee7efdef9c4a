/*
 * userfaultfd(2): the descriptor through which a program is asked for the pages of another, or of
 * its own threads, and gives them (mm/userfault.h).
 *
 * Of the features and requests only those are reported, and accepted, that there are. Lock: none,
 * what there is to lock is mm's.
 */
#include <vfs/event.h>

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/userfaultfd.h>
#include <arch/user.h>
#include <lib/bits.h>
#include <lib/printf.h>
#include <mm/mm.h>
#include <mm/userfault.h>
#include <vfs/cred.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#define FEATURES                                                                                   \
    (UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_SIGBUS | UFFD_FEATURE_THREAD_ID |               \
     UFFD_FEATURE_EXACT_ADDRESS)

#define BIT_OF(request)  (1ul << UFFDIO_NR_##request)
#define GENERAL_REQUESTS (BIT_OF(API) | BIT_OF(REGISTER) | BIT_OF(UNREGISTER))
#define RANGE_REQUESTS   (BIT_OF(WAKE) | BIT_OF(COPY) | BIT_OF(ZEROPAGE))

/* ---- reading ---- */

/* What the next message is about. => 0; -EAGAIN; -ERESTARTSYS */
static int next_message(struct file *file, struct io_buffer *buffer, bool first,
                        struct userfault_question *question)
{
    struct userfault *userfault = file->private;

    if (userfault_take(userfault, question))
        return 0;
    if (!first || file_is_nonblocking(file, buffer))
        return -EAGAIN;
    return wait_event_interruptible(userfault_readers(userfault),
                                    userfault_take(userfault, question));
}

static int put_message(struct io_buffer *buffer, const struct userfault_question *question)
{
    struct uffd_msg message = {.event = UFFD_EVENT_PAGEFAULT,
                               .flags = question->flags,
                               .address = question->address,
                               .thread = question->thread};

    return io_buffer_copy_to(buffer, &message, sizeof(message)) == sizeof(message) ? 0 : -EFAULT;
}

/* Waits for the first message only. One that cannot be stored is lost, as on Linux. */
static ssize_t userfaultfd_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct userfault_question question;
    ssize_t done = 0;
    int err = 0;

    (void)position;
    if (!userfault_is_enabled(file->private))
        return -EINVAL;
    for (; err == 0; done += err == 0 ? (ssize_t)sizeof(struct uffd_msg) : 0) {
        if (buffer->remaining < sizeof(struct uffd_msg))
            err = -EINVAL;
        if (err == 0)
            err = next_message(file, buffer, done == 0, &question);
        if (err == 0)
            err = put_message(buffer, &question);
    }
    return done > 0 ? done : err;
}

/* Blocking descriptors are not for poll: a question may be gone before it is read (as Linux). */
static unsigned userfaultfd_poll(struct file *file, struct poll_table *table)
{
    struct userfault *userfault = file->private;

    poll_wait(file, userfault_readers(userfault), table);
    if (!userfault_is_enabled(userfault) || !(file_flags(file) & O_NONBLOCK))
        return EPOLLERR;
    return userfault_is_asked_now(userfault) ? EPOLLIN : 0;
}

/* ---- requests ---- */

/* The answer to a handshake that is refused is all zeroes. */
static long refuse_api(struct uffdio_api __user *user, int err)
{
    struct uffdio_api zero = {0};

    return copy_to_user(user, &zero, sizeof(zero)) != 0 ? -EFAULT : err;
}

static long request_api(struct userfault *userfault, void __user *user)
{
    struct uffdio_api api;
    u32 features;

    if (copy_from_user(&api, user, sizeof(api)) != 0)
        return -EFAULT;
    if (api.api != UFFD_API || (api.features & ~(u64)FEATURES))
        return refuse_api(user, -EINVAL);
    features = (u32)api.features;
    api.features = FEATURES;
    api.ioctls = GENERAL_REQUESTS;
    if (copy_to_user(user, &api, sizeof(api)) != 0)
        return -EFAULT;
    return userfault_enable(userfault, features) ? 0 : refuse_api(user, -EINVAL);
}

static long request_register(struct userfault *userfault, void __user *user)
{
    struct uffdio_register __user *out = user;
    struct uffdio_register request;
    u64 requests = RANGE_REQUESTS;
    u32 asks = 0;
    int err;

    if (copy_from_user(&request, user, offsetof(struct uffdio_register, ioctls)) != 0)
        return -EFAULT;
    if (request.mode == 0 ||
        (request.mode & ~(UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP)))
        return -EINVAL;
    if (request.mode & UFFDIO_REGISTER_MODE_MISSING)
        asks |= VMA_ASK_MISSING;
    if (request.mode & UFFDIO_REGISTER_MODE_WP) {
        asks |= VMA_ASK_WRITE;
        requests |= BIT_OF(WRITEPROTECT);
    }
    err = userfault_check_range(request.range.start, request.range.len);
    if (err == 0)
        err = userfault_register(userfault, request.range.start, request.range.len, asks);
    return err != 0 ? err : put_user(requests, &out->ioctls);
}

static int get_range(const void __user *user, struct uffdio_range *range)
{
    if (copy_from_user(range, user, sizeof(*range)) != 0)
        return -EFAULT;
    return userfault_check_range(range->start, range->len);
}

static long request_unregister(struct userfault *userfault, void __user *user)
{
    struct uffdio_range range;
    int err = get_range(user, &range);

    return err != 0 ? err : userfault_unregister(userfault, range.start, range.len);
}

static long request_wake(struct userfault *userfault, void __user *user)
{
    struct uffdio_range range;
    int err = get_range(user, &range);

    if (err == 0)
        userfault_wake(userfault, range.start, range.len);
    return err;
}

/* The answer to a request to fill @len bytes, of which @done were, or the error. */
static long finish_fill(struct userfault *userfault, u64 start, u64 len, ssize_t done, bool wake)
{
    if (done < 0)
        return done;
    if (wake)
        userfault_wake(userfault, start, (u64)done);
    return (u64)done == len ? 0 : -EAGAIN;
}

static long request_copy(struct userfault *userfault, void __user *user)
{
    struct uffdio_copy __user *out = user;
    struct uffdio_copy request;
    ssize_t done;
    int err;

    if (copy_from_user(&request, user, offsetof(struct uffdio_copy, copy)) != 0)
        return -EFAULT;
    err = userfault_check_range(request.dst, request.len);
    if (err != 0)
        return err;
    if (request.src + request.len <= request.src ||
        (request.mode & ~(UFFDIO_COPY_MODE_DONTWAKE | UFFDIO_COPY_MODE_WP)))
        return -EINVAL;
    done = userfault_copy(userfault, request.dst, (const void __user *)request.src, request.len,
                          request.mode & UFFDIO_COPY_MODE_WP);
    if (put_user(done, &out->copy) != 0)
        return -EFAULT;
    return finish_fill(userfault, request.dst, request.len, done,
                       !(request.mode & UFFDIO_COPY_MODE_DONTWAKE));
}

static long request_zeropage(struct userfault *userfault, void __user *user)
{
    struct uffdio_zeropage __user *out = user;
    struct uffdio_zeropage request;
    ssize_t done;
    int err;

    if (copy_from_user(&request, user, offsetof(struct uffdio_zeropage, zeropage)) != 0)
        return -EFAULT;
    err = userfault_check_range(request.range.start, request.range.len);
    if (err != 0)
        return err;
    if (request.mode & ~UFFDIO_ZEROPAGE_MODE_DONTWAKE)
        return -EINVAL;
    done = userfault_zero(userfault, request.range.start, request.range.len);
    if (put_user(done, &out->zeropage) != 0)
        return -EFAULT;
    return finish_fill(userfault, request.range.start, request.range.len, done,
                       !(request.mode & UFFDIO_ZEROPAGE_MODE_DONTWAKE));
}

static long request_writeprotect(struct userfault *userfault, const void __user *user)
{
    const u64 modes = UFFDIO_WRITEPROTECT_MODE_WP | UFFDIO_WRITEPROTECT_MODE_DONTWAKE;
    struct uffdio_writeprotect request;
    int err;

    if (copy_from_user(&request, user, sizeof(request)) != 0)
        return -EFAULT;
    err = userfault_check_range(request.range.start, request.range.len);
    if (err != 0)
        return err;
    if ((request.mode & ~modes) || request.mode == modes)
        return -EINVAL;
    err = userfault_guard(userfault, request.range.start, request.range.len,
                          request.mode & UFFDIO_WRITEPROTECT_MODE_WP);
    if (err == 0 && request.mode == 0)
        userfault_wake(userfault, request.range.start, request.range.len);
    return err;
}

static long userfaultfd_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct userfault *userfault = file->private;
    void __user *user = (void __user *)argument;

    if (request != UFFDIO_API && !userfault_is_enabled(userfault))
        return -EINVAL;
    switch (request) {
    case UFFDIO_API:
        return request_api(userfault, user);
    case UFFDIO_REGISTER:
        return request_register(userfault, user);
    case UFFDIO_UNREGISTER:
        return request_unregister(userfault, user);
    case UFFDIO_WAKE:
        return request_wake(userfault, user);
    case UFFDIO_COPY:
        return request_copy(userfault, user);
    case UFFDIO_ZEROPAGE:
        return request_zeropage(userfault, user);
    case UFFDIO_WRITEPROTECT:
        return request_writeprotect(userfault, user);
    default:
        return -EINVAL;
    }
}

/* ---- the file ---- */

static void userfaultfd_release(struct file *file)
{
    userfault_close(file->private);
}

static size_t userfaultfd_describe(struct file *file, char *buffer, size_t size)
{
    struct userfault *userfault = file->private;
    u64 unread, all;

    userfault_count(userfault, &unread, &all);
    return (size_t)scnprintf(buffer, size, "pending:\t%lu\ntotal:\t%lu\nAPI:\t%lx:%x:%lx\n", unread,
                             all, UFFD_API, userfault_features(userfault),
                             GENERAL_REQUESTS | RANGE_REQUESTS | BIT_OF(WRITEPROTECT));
}

static const struct file_ops userfaultfd_ops = {
    .read = userfaultfd_read,
    .poll = userfaultfd_poll,
    .release = userfaultfd_release,
    .ioctl = userfaultfd_ioctl,
    .describe = userfaultfd_describe,
    .seek = file_seek_null,
};

int userfaultfd_permission(int flags)
{
    bool allowed = (flags & UFFD_USER_MODE_ONLY) || userfault_is_for_all() ||
                   credentials_capable(vfs_current()->credentials, CAP_SYS_PTRACE);

    return allowed ? 0 : -EPERM;
}

struct file *userfaultfd_create(struct mm *mm, int flags)
{
    struct userfault *userfault;
    struct file *file;

    if (flags & ~(O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY))
        return ERR_PTR(-EINVAL);
    userfault = userfault_create(mm, flags & UFFD_USER_MODE_ONLY);
    if (userfault == NULL)
        return ERR_PTR(-ENOMEM);
    file = file_create_pseudo("[userfaultfd]", 0, &userfaultfd_ops, userfault,
                              O_RDONLY | ((u32)flags & O_NONBLOCK));
    if (IS_ERR(file))
        userfault_close(userfault);
    return file;
}
