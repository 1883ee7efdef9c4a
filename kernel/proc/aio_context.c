/*
 * The contexts of Linux's asynchronous input and output.
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
#include "aio_context.h"

#include <proc/aio.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <arch/user.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/object.h>
#include <proc/task.h>

#define EVENT_SIZE   sizeof(struct abi_io_event)
#define EVENTS_MAX   (0x10000000u / EVENT_SIZE)
#define EVENTS_LEAST 4 /* room for so many at the least, twice, and two */

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

void aio_context_put(struct aio_context *context)
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
        aio_context_put(context);
    }
    return was_there;
}

bool aio_context_has_ended(const struct aio_context *context)
{
    return !list_is_linked(&context->link);
}

struct aio_context *aio_context_find(unsigned long id)
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
    aio_context_put(context_of(source));
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
    aio_context_put(context);
    return err;
}

long aio_destroy(unsigned long id)
{
    struct aio_context *context = aio_context_find(id);
    bool ended;

    if (context == NULL)
        return -EINVAL;
    ended = context_end(context);
    if (ended)
        context_unmap(context);
    aio_context_put(context);
    return ended ? 0 : -EINVAL;
}

/* ---- the ring ---- */

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

int aio_ring_reserve(struct aio_context *context)
{
    int err = -EAGAIN;
    u32 head;

    mutex_lock(&context->lock);
    if (head_get(context, &head) == 0 &&
        used_slots(context, head) + context->in_work < context->nr_slots - 1) {
        context->in_work++;
        err = 0;
    }
    mutex_unlock(&context->lock);
    return err;
}

void aio_ring_unreserve(struct aio_context *context)
{
    mutex_lock(&context->lock);
    context->in_work--;
    mutex_unlock(&context->lock);
}

/* => lock held */
static void put_event(struct aio_context *context, const struct abi_io_event *event)
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

void aio_ring_complete(struct aio_context *context, const struct abi_io_event *event)
{
    mutex_lock(&context->lock);
    put_event(context, event);
    mutex_unlock(&context->lock);
}

/* Up to @most events to the program. => lock held; how many, -EFAULT */
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

long aio_ring_take(struct aio_context *context, struct abi_io_event __user *events, long most)
{
    long nr;

    mutex_lock(&context->lock);
    nr = take(context, events, most);
    mutex_unlock(&context->lock);
    return aio_context_has_ended(context) ? -EINVAL : nr;
}
