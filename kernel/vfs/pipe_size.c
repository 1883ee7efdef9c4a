/*
 * How large pipes are, and all pipes of a user together: fcntl(F_SETPIPE_SZ), /proc/sys/fs/pipe-*.
 *
 * A user's pages are what the rings of the user's pipes have room for, used or not. Beyond the soft
 * limit new pipes have two slots and none grows; beyond the hard limit there are no new ones.
 */
#include "pipe_private.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <vfs/context.h>
#include <vfs/user_account.h>

#define SLOTS_DEFAULT (PIPE_SIZE_DEFAULT / PAGE_SIZE)
#define SLOTS_SMALL   2u
#define SLOTS_MAX     65536u /* 256 MiB: Linux has no memory for a larger ring either */

static u64 max_size = PIPE_SIZE_MAX;               /* (a) bytes */
static u64 user_pages_soft = 1024 * SLOTS_DEFAULT; /* (a) 0: none */
static u64 user_pages_hard;                        /* (a) 0: none */

static bool may_exceed(int capability)
{
    return credentials_capable(vfs_current()->credentials, capability);
}

/* Do the limits of users hold for the running task? */
static bool is_bound(void)
{
    return !may_exceed(CAP_SYS_RESOURCE) && !may_exceed(CAP_SYS_ADMIN);
}

static bool is_beyond(s64 pages, u64 limit)
{
    return limit != 0 && pages > 0 && (u64)pages > limit;
}

/* => is the user beyond a limit now? */
static bool recharge(struct pipe *pipe, u32 old, u32 fresh)
{
    s64 change = (s64)fresh - (s64)old;
    s64 pages = fetch_add(&pipe->account->pipe_pages, change) + change;

    return is_beyond(pages, READ_ONCE(user_pages_soft)) ||
           is_beyond(pages, READ_ONCE(user_pages_hard));
}

bool pipe_size_begin(struct pipe *pipe)
{
    u32 slots = SLOTS_DEFAULT;

    pipe->account = user_account_find(vfs_current()->credentials->uid);
    if (pipe->account == NULL)
        return false;
    if (PIPE_SIZE_DEFAULT > READ_ONCE(max_size) && !may_exceed(CAP_SYS_RESOURCE))
        slots = (u32)(READ_ONCE(max_size) / PAGE_SIZE);
    if (recharge(pipe, 0, slots) && is_bound()) {
        (void)recharge(pipe, slots, SLOTS_SMALL);
        slots = SLOTS_SMALL;
    }
    pipe->nr_slots = slots;
    if (!is_beyond(READ_ONCE(pipe->account->pipe_pages), READ_ONCE(user_pages_hard)) || !is_bound())
        return true;
    pipe_size_end(pipe);
    return false;
}

void pipe_size_end(struct pipe *pipe)
{
    (void)recharge(pipe, pipe->nr_slots, 0);
    user_account_put(pipe->account);
}

long pipe_get_size(struct file *file)
{
    const struct pipe *pipe = file->private;

    if (file->ops != &fifo_file_ops)
        return -EBADF;
    return READ_ONCE(pipe->nr_slots) * (long)PAGE_SIZE;
}

/* Move the slots in use to a ring of @nr_slots. => pipe.lock held; -EBUSY, -ENOMEM */
static int ring_resize(struct pipe *pipe, u32 nr_slots)
{
    struct pipe_slot *slots;

    if (pipe->used > nr_slots)
        return -EBUSY;
    if (nr_slots > SLOTS_MAX)
        return -ENOMEM;
    slots = kcalloc(nr_slots, sizeof(*slots), ALLOC_WAIT);
    if (slots == NULL)
        return -ENOMEM;
    for (u32 i = 0; i < pipe->used; i++)
        slots[i] = *pipe_slot_at(pipe, i);
    for (u32 i = pipe->used; i < pipe->nr_slots; i++) {
        if (pipe_slot_at(pipe, i)->page != NULL)
            page_put(pipe_slot_at(pipe, i)->page);
    }
    pipe->nr_filled = pipe->used;
    kfree(pipe->slots);
    pipe->slots = slots;
    pipe->nr_slots = nr_slots;
    pipe->first = 0;
    return 0;
}

/* May the ring have @nr_slots? They are charged then. => pipe.lock held; -EPERM */
static int grow_check(struct pipe *pipe, u32 nr_slots)
{
    bool grows = nr_slots > pipe->nr_slots;

    if (grows && nr_slots * PAGE_SIZE > READ_ONCE(max_size) && !may_exceed(CAP_SYS_RESOURCE))
        return -EPERM;
    if (grows && recharge(pipe, pipe->nr_slots, nr_slots) && is_bound()) {
        (void)recharge(pipe, nr_slots, pipe->nr_slots);
        return -EPERM;
    }
    if (!grows)
        (void)recharge(pipe, pipe->nr_slots, nr_slots);
    return 0;
}

long pipe_set_size(struct file *file, unsigned long size)
{
    struct pipe *pipe = file->private;
    u32 nr_slots;
    int err;

    if (file->ops != &fifo_file_ops)
        return -EBADF;
    if (size > 1ul << 31)
        return -EINVAL;
    nr_slots = (u32)(round_up_power_of_two(max(size, PAGE_SIZE)) / PAGE_SIZE);
    mutex_lock(&pipe->lock);
    err = grow_check(pipe, nr_slots);
    if (err == 0) {
        err = ring_resize(pipe, nr_slots);
        if (err != 0)
            (void)recharge(pipe, nr_slots, pipe->nr_slots);
    }
    mutex_unlock(&pipe->lock);
    if (err != 0)
        return err;
    wake_all(&pipe->write_wait);
    return nr_slots * (long)PAGE_SIZE;
}

/* ---- settings ---- */

static int set_max_size(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if ((s64)values[0] < 0 || values[0] > 1ul << 31)
        return -EINVAL;
    WRITE_ONCE(max_size, round_up_power_of_two(max(values[0], PAGE_SIZE)));
    return 0;
}

static const struct sysctl settings[] = {
    {.name = "pipe-max-size", .kind = SYSCTL_ULONG, .value = &max_size, .set = set_max_size},
    {.name = "pipe-user-pages-hard", .kind = SYSCTL_ULONG, .value = &user_pages_hard},
    {.name = "pipe-user-pages-soft", .kind = SYSCTL_ULONG, .value = &user_pages_soft},
    {0},
};

void pipe_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
}
