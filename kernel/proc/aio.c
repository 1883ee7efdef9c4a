/*
 * Linux's asynchronous input and output.
 *
 * A context is a ring of events that is mapped into the program; its number is the address of that
 * mapping, and libaio reads the ring there without asking the kernel. io_submit does each request
 * at once (so does Linux with files in its page cache) and puts the result into the ring;
 * io_getevents takes results out. So nothing is ever in flight, and nothing can be cancelled.
 *
 *      [ header: head, tail, nr | event | event | ... ]      head: the program or io_getevents
 *                                                            tail: io_submit
 *
 * A context belongs to one address space, and ends with io_destroy or with its mapping. The
 * mapping's door (vm_source) is the context itself: every area holds a reference.
 *
 * Locks: aio_context.lock (sleeping; the ring is touched under it) > map_lock > contexts_lock. When
 * an area goes only contexts_lock is taken.
 */
#include <proc/aio.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <arch/user.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/refcount.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/object.h>
#include <proc/scheduling.h>
#include <proc/task.h>
#include <sched/wait.h>
#include <signal/signal.h>
#include <vfs/event.h>
#include <vfs/fd_table.h>
#include <vfs/io.h>

#define EVENT_SIZE        sizeof(struct abi_io_event)
#define EVENTS_MAX        (0x10000000u / EVENT_SIZE)
#define EVENTS_LEAST      4 /* room for so many at the least, twice, and two */
#define REQUEST_BYTES_MAX ((size_t)INT32_MAX & PAGE_MASK)

/* (c): contexts_lock. (r): lock. (a): atomic. (I): immutable. */
struct aio_context {
    struct vm_source source; /* (I) the door of its mapping */
    refcount_t references;
    struct list_head link; /* (c) in contexts; ended: to itself */
    u64 areas;             /* (a) of the mapping */
    struct mm *mm;         /* (I) referenced, so that its address means it alone */
    vaddr_t at;            /* (I) once in contexts */
    size_t len;            /* (I) bytes mapped */
    u32 nr_slots;          /* (I) events in the ring, one of which stays empty */
    u32 nr_wanted;         /* (I) what it counts for in fs.aio-nr */
    struct mutex lock;
    u32 tail;        /* (r) */
    u32 in_work;     /* (r) requests that will need a place in the ring */
    u32 completions; /* (a) */
    struct wait_queue wait;
};

static struct spinlock contexts_lock = SPINLOCK_INIT(LOCK_RANK_FILE_INNER);
static struct list_head contexts = LIST_INIT(contexts);
static u64 nr_events;             /* (c) fs.aio-nr */
static u64 nr_events_max = 65536; /* (a) fs.aio-max-nr */

static const struct sysctl settings[] = {
    {.name = "aio-nr", .mode = 0444, .kind = SYSCTL_ULONG, .value = &nr_events},
    {.name = "aio-max-nr", .kind = SYSCTL_ULONG, .value = &nr_events_max},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

void aio_init(void)
{
    sysctl_register(&table);
}

/* ---- life ---- */

static struct aio_context *context_of(struct vm_source *source)
{
    return container_of(source, struct aio_context, source);
}

static void context_put(struct aio_context *context)
{
    if (!refcount_put_and_test(&context->references))
        return;
    mm_put(context->mm);
    kfree(context);
}

/* Nobody finds it any more. => false: nobody did */
static bool context_end(struct aio_context *context)
{
    irqflags_t flags = spin_lock_irqsave(&contexts_lock);
    bool was_there = list_is_linked(&context->link);

    if (was_there) {
        list_remove(&context->link);
        list_init(&context->link);
        nr_events -= context->nr_wanted;
    }
    spin_unlock_irqrestore(&contexts_lock, flags);
    if (was_there) {
        wake_all(&context->wait);
        context_put(context);
    }
    return was_there;
}

static bool context_has_ended(const struct aio_context *context)
{
    return !list_is_linked(&context->link);
}

static struct aio_context *context_find(unsigned long id)
{
    irqflags_t flags = spin_lock_irqsave(&contexts_lock);
    struct aio_context *context, *found = NULL;

    list_for_each_entry (context, &contexts, link) {
        if (context->at == id && context->mm == current_task()->mm)
            found = context;
    }
    if (found != NULL)
        refcount_get(&found->references);
    spin_unlock_irqrestore(&contexts_lock, flags);
    return found;
}

static void door_get(struct vm_source *source)
{
    refcount_get(&context_of(source)->references);
}

static void door_put(struct vm_source *source)
{
    context_put(context_of(source));
}

static void door_describe(struct vm_source *source, char *path, size_t size, u64 *device,
                          u64 *inode)
{
    (void)source;
    *device = 0;
    *inode = 0;
    strlcpy(path, "/[aio] (deleted)", size);
}

static void door_area_added(struct vm_source *source)
{
    fetch_add(&context_of(source)->areas, 1);
}

static void door_area_removed(struct vm_source *source)
{
    if (fetch_sub(&context_of(source)->areas, 1) == 1)
        (void)context_end(context_of(source));
}

static u64 door_area_count(const struct vm_source *source)
{
    return READ_ONCE(container_of(source, struct aio_context, source)->areas);
}

static const struct vm_source_ops door_ops = {
    .get = door_get,
    .put = door_put,
    .describe = door_describe,
    .area_added = door_area_added,
    .area_removed = door_area_removed,
    .area_count = door_area_count,
};

/* ---- io_setup ---- */

static struct aio_context *context_create(u32 wanted)
{
    struct aio_context *context = kzalloc(sizeof(*context), ALLOC_WAIT);
    u64 slots = 2 * (u64)max(wanted, (u32)EVENTS_LEAST) + 2;

    if (context == NULL)
        return NULL;
    context->source.ops = &door_ops;
    refcount_init(&context->references, 1);
    list_init(&context->link);
    mutex_init(&context->lock);
    wait_queue_init(&context->wait);
    context->mm = mm_get(current_task()->mm);
    context->nr_wanted = wanted;
    context->len = align_up(sizeof(struct abi_aio_ring) + slots * EVENT_SIZE, PAGE_SIZE);
    context->nr_slots = (u32)((context->len - sizeof(struct abi_aio_ring)) / EVENT_SIZE);
    return context;
}

static int context_map(struct aio_context *context)
{
    struct vm_object *object = vm_object_create_shmem(context->len);
    struct mm_map_request request = {
        .len = context->len,
        .prot = PROT_READ | PROT_WRITE,
        .flags = MAP_SHARED,
        .object = object,
        .source = &context->source,
        .may = VMA_MAYREAD | VMA_MAYWRITE,
        .vma_flags = VMA_DONTFORK,
    };
    long at;

    if (IS_ERR(object))
        return PTR_ERR(object);
    at = mm_map(context->mm, &request);
    vm_object_put(object);
    if (at < 0)
        return (int)at;
    context->at = (vaddr_t)at;
    return 0;
}

static int write_header(const struct aio_context *context)
{
    struct abi_aio_ring ring = {
        .nr = context->nr_slots,
        .magic = AIO_RING_MAGIC,
        .compatible_features = 1,
        .header_len = sizeof(ring),
    };

    return copy_to_user((void __user *)context->at, &ring, sizeof(ring));
}

/* Into the list, which takes a reference. => -EAGAIN: more than fs.aio-max-nr */
static int context_publish(struct aio_context *context)
{
    irqflags_t flags = spin_lock_irqsave(&contexts_lock);
    u64 most = READ_ONCE(nr_events_max);
    bool fits = nr_events <= most && context->nr_wanted <= most - nr_events;

    if (fits) {
        nr_events += context->nr_wanted;
        refcount_get(&context->references);
        list_add_tail(&context->link, &contexts);
    }
    spin_unlock_irqrestore(&contexts_lock, flags);
    return fits ? 0 : -EAGAIN;
}

/* What of it is left of the mapping goes; the last area ends the context, if nobody has. */
static void context_unmap(struct aio_context *context)
{
    if (mm_unmap(context->mm, context->at, context->len) != 0)
        (void)context_end(context);
}

long aio_setup(u32 wanted, unsigned long __user *user)
{
    struct aio_context *context;
    unsigned long old;
    int err;

    if (get_user(old, user))
        return -EFAULT;
    if (old != 0 || wanted == 0 || wanted > EVENTS_MAX / 2)
        return -EINVAL;
    if (wanted > READ_ONCE(nr_events_max))
        return -EAGAIN;
    context = context_create(wanted);
    if (context == NULL)
        return -ENOMEM;
    err = context_map(context);
    if (err == 0) {
        err = write_header(context);
        if (err == 0)
            err = context_publish(context);
        if (err == 0 && put_user(context->at, user)) {
            (void)context_end(context);
            err = -EFAULT;
        }
        if (err != 0)
            context_unmap(context);
    }
    context_put(context);
    return err;
}

long aio_destroy(unsigned long id)
{
    struct aio_context *context = context_find(id);
    bool ended;

    if (context == NULL)
        return -EINVAL;
    ended = context_end(context);
    if (ended)
        context_unmap(context);
    context_put(context);
    return ended ? 0 : -EINVAL;
}

/* ---- the ring; aio_context.lock held ---- */

static u32 __user *ring_head(const struct aio_context *context)
{
    return &((struct abi_aio_ring __user *)context->at)->head;
}

static struct abi_io_event __user *ring_event(const struct aio_context *context, u32 slot)
{
    return (struct abi_io_event __user *)(context->at + sizeof(struct abi_aio_ring)) + slot;
}

/* Where the program says that its unread events begin. */
static int head_get(const struct aio_context *context, u32 *head)
{
    if (get_user(*head, ring_head(context)))
        return -EFAULT;
    *head %= context->nr_slots;
    return 0;
}

static u32 used_slots(const struct aio_context *context, u32 head)
{
    return (context->tail + context->nr_slots - head) % context->nr_slots;
}

/* A place for the result of one more request. */
static int reserve_slot(struct aio_context *context)
{
    u32 head;

    if (head_get(context, &head) != 0 ||
        used_slots(context, head) + context->in_work >= context->nr_slots - 1)
        return -EAGAIN;
    context->in_work++;
    return 0;
}

/* The program may have taken its ring away: its loss. */
static void complete(struct aio_context *context, const struct abi_io_event *event)
{
    u32 next = (context->tail + 1) % context->nr_slots;

    if (copy_to_user(ring_event(context, context->tail), event, sizeof(*event)) != 0)
        return;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    if (put_user(next, &((struct abi_aio_ring __user *)context->at)->tail))
        return;
    context->tail = next;
    fetch_add(&context->completions, 1);
    wake_all(&context->wait);
}

/* Up to @most events to the program. => how many, -EFAULT */
static long take(struct aio_context *context, struct abi_io_event __user *events, long most)
{
    struct abi_io_event event;
    u32 head;
    long nr;

    if (head_get(context, &head) != 0)
        return -EFAULT;
    for (nr = 0; nr < most && head != context->tail; nr++) {
        if (copy_from_user(&event, ring_event(context, head), sizeof(event)) != 0 ||
            copy_to_user(events + nr, &event, sizeof(event)) != 0)
            return -EFAULT;
        head = (head + 1) % context->nr_slots;
    }
    return nr == 0 || put_user(head, ring_head(context)) == 0 ? nr : -EFAULT;
}

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
        mutex_lock(&context->lock);
        complete(context, &event);
        mutex_unlock(&context->lock);
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
    mutex_lock(&context->lock);
    err = reserve_slot(context);
    mutex_unlock(&context->lock);
    if (err != 0)
        return err;
    err = submit_reserved(context, user, &request);
    mutex_lock(&context->lock);
    context->in_work--;
    mutex_unlock(&context->lock);
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
    context = context_find(id);
    if (context == NULL)
        return -EINVAL;
    nr = min(nr, (long)context->nr_slots);
    for (done = 0; done < nr && err == 0; done += err == 0)
        err = get_user(user, requests + done) ? -EFAULT
                                              : submit_one(context, (struct abi_iocb __user *)user);
    context_put(context);
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

static long take_once(struct aio_context *context, struct abi_io_event __user *events, long most)
{
    long nr;

    mutex_lock(&context->lock);
    nr = take(context, events, most);
    mutex_unlock(&context->lock);
    return context_has_ended(context) ? -EINVAL : nr;
}

/* As take_once, again and again until there are @least. */
static long take_until(struct aio_context *context, long least, long most,
                       struct abi_io_event __user *events, u64 deadline)
{
    long done = 0, nr;

    for (;;) {
        u32 seen = READ_ONCE(context->completions);
        int err;

        nr = take_once(context, events + done, most - done);
        if (nr < 0)
            return done != 0 ? done : nr;
        done += nr;
        if (done >= least || deadline == 0)
            return done;
        err = wait_event_interruptible_timeout(
            &context->wait, READ_ONCE(context->completions) != seen || context_has_ended(context),
            deadline);
        if (err == -ETIMEDOUT)
            return done;
        if (err != 0)
            return done != 0 ? done : -EINTR;
    }
}

long aio_get_events(unsigned long id, long least, long most, struct abi_io_event __user *events,
                    u64 deadline)
{
    struct aio_context *context = context_find(id);
    long result;

    if (context == NULL)
        return -EINVAL;
    result =
        least <= most && least >= 0 ? take_until(context, least, most, events, deadline) : -EINVAL;
    context_put(context);
    return result;
}
