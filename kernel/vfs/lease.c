/*
 * Leases (F_SETLEASE): a file's holder is told before somebody else opens it.
 *
 *      lease      who breaks it                     what it is to become
 *      read       opening for writing, truncating   none
 *      write      opening for reading               read
 *                 opening for writing, truncating   none
 *
 * Whoever breaks it signals the holder and sleeps until the holder has obeyed, or until
 * fs.lease-break-time is over, when the lease becomes by itself what it is to become. A lease is
 * given only where no open file contradicts it: a read lease where nobody writes, a write lease
 * where nobody else has the file open. An opener counts itself before it looks for leases, and a
 * lease is in the list before the openers are counted for the last time: one of the two sees the
 * other.
 *
 * Lock: locks_mutex (lock_set.h), for everything.
 */
#include <vfs/lock.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/poll.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <time/time.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>
#include "lock_set.h"

struct lease {
    struct list_head link; /* (locks_mutex) */
    struct file *file;     /* (I) owner, not referenced: its last put ends the lease */
    int fd;                /* (I) the descriptor it was taken through; si_fd */
    s32 process_id;        /* (I) */
    int type;              /* (locks_mutex) F_RDLCK, F_WRLCK */
    int target;            /* (locks_mutex) what it is to become; else as type */
    u64 deadline; /* (locks_mutex) when it becomes that by itself; WAIT_FOREVER: it need not */
};

static s32 break_seconds = 45;
static s32 leases_enabled = 1;

static const struct sysctl settings[] = {
    {.name = "lease-break-time", .kind = SYSCTL_INT, .value = &break_seconds},
    {.name = "leases-enable", .kind = SYSCTL_INT, .value = &leases_enabled},
    {0},
};

void lease_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
}

static struct lease *lease_find(const struct lock_set *set, const struct file *file)
{
    struct lease *lease;

    list_for_each_entry (lease, &set->leases, link) {
        if (lease->file == file)
            return lease;
    }
    return NULL;
}

/* Becomes a lease of @type; F_UNLCK: is freed. */
static void lease_change(struct lock_set *set, struct lease *lease, int type)
{
    bool pending = lease->target != lease->type;

    lease->type = type;
    if (type == F_UNLCK) {
        WRITE_ONCE(lease->file->owner.id, 0);
        WRITE_ONCE(lease->file->owner.signal, 0);
        list_remove(&lease->link);
        kfree(lease);
    } else if (!pending) {
        lease->target = type;
    } else if (lease->target == type) {
        lease->deadline = WAIT_FOREVER;
    }
    lock_set_changed(set);
}

/* Those whose time is over become what they are to become. */
static void leases_expire(struct lock_set *set)
{
    struct lease *lease, *following;
    u64 now = time_monotonic_ns();

    list_for_each_entry_safe (lease, following, &set->leases, link) {
        if (lease->deadline <= now)
            lease_change(set, lease, lease->target);
    }
}

void lease_drop_file(struct lock_set *set, struct file *file)
{
    struct lease *lease = lease_find(set, file);

    if (lease != NULL)
        lease_change(set, lease, F_UNLCK);
}

/* Do the files that are open now contradict a lease of @type for @file? */
static bool open_files_conflict(const struct file *file, int type)
{
    const struct inode *inode = file->inode;
    s32 writers = READ_ONCE(inode->writers);

    if (type == F_RDLCK)
        return writers > 0;
    return writers != ((file->mode & FILE_HAS_WRITE) != 0) ||
           READ_ONCE(inode->readers) != ((file->mode & FILE_HAS_READ) != 0);
}

static bool other_lease_conflicts(const struct lock_set *set, const struct file *file, int type)
{
    const struct lease *lease;

    list_for_each_entry (lease, &set->leases, link) {
        if (lease->file != file && (type == F_WRLCK || lease->target == F_UNLCK))
            return true;
    }
    return false;
}

/* => locks_mutex held; @fresh is taken over if it is used: then it is NULL */
static int lease_take(struct lock_set *set, struct file *file, int type, struct lease **fresh)
{
    struct lease *own;

    leases_expire(set);
    own = lease_find(set, file);
    if (open_files_conflict(file, type) || other_lease_conflicts(set, file, type))
        return -EAGAIN;
    if (own != NULL) {
        lease_change(set, own, type);
        return 0;
    }
    if (READ_ONCE(leases_enabled) == 0)
        return -EINVAL;
    own = *fresh;
    list_add_tail(&own->link, &set->leases);
    memory_barrier();
    if (open_files_conflict(file, type)) {
        list_remove(&own->link);
        return -EAGAIN;
    }
    *fresh = NULL;
    return 0;
}

static int lease_add(const struct vfs_context *context, struct file *file, int fd, int type)
{
    struct lease *fresh = kzalloc(sizeof(*fresh), ALLOC_WAIT);
    struct lock_set *set;
    int err = -ENOMEM;

    if (fresh == NULL)
        return -ENOMEM;
    *fresh = (struct lease){.file = file,
                            .fd = fd,
                            .process_id = context->process_id,
                            .type = type,
                            .target = type,
                            .deadline = WAIT_FOREVER};
    mutex_lock(&locks_mutex);
    set = lock_set_get(file->inode);
    if (set != NULL)
        err = lease_take(set, file, type, &fresh);
    if (err == 0)
        file_own_by_default(file, F_OWNER_PID, context->process_id);
    mutex_unlock(&locks_mutex);
    kfree(fresh);
    return err;
}

static int lease_end(struct file *file)
{
    struct lock_set *set;
    struct lease *lease = NULL;

    mutex_lock(&locks_mutex);
    set = file->inode->locks;
    if (set != NULL)
        lease = lease_find(set, file);
    if (lease != NULL)
        lease_change(set, lease, F_UNLCK);
    mutex_unlock(&locks_mutex);
    return lease != NULL ? 0 : -EAGAIN;
}

int lease_set(const struct vfs_context *context, struct file *file, int fd, unsigned long type)
{
    if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK)
        return -EINVAL;
    if (context->credentials->fsuid != file->inode->uid &&
        !credentials_capable(context->credentials, CAP_LEASE))
        return -EACCES;
    if (!S_ISREG(file->inode->mode))
        return -EINVAL;
    return type == F_UNLCK ? lease_end(file) : lease_add(context, file, fd, (int)type);
}

int lease_get(struct file *file)
{
    struct lock_set *set;
    struct lease *lease = NULL;
    int type;

    mutex_lock(&locks_mutex);
    set = file->inode->locks;
    if (set != NULL) {
        leases_expire(set);
        lease = lease_find(set, file);
    }
    type = lease != NULL ? lease->target : F_UNLCK;
    mutex_unlock(&locks_mutex);
    return type;
}

/* ---- breaking ---- */

static bool lease_conflicts(const struct lease *lease, bool writes)
{
    return writes || lease->type == F_WRLCK;
}

/* The holder hears of it, once. */
static void lease_ask(struct lease *lease, bool writes)
{
    bool asked = writes ? lease->target == F_UNLCK : lease->target != lease->type;
    s32 seconds = READ_ONCE(break_seconds);

    if (asked)
        return;
    lease->target = writes ? F_UNLCK : F_RDLCK;
    if (seconds > 0)
        lease->deadline = time_monotonic_ns() + (u64)seconds * NS_PER_SECOND;
    file_notify_owner_of(lease->file, lease->fd, POLLMSG);
}

/* Ask all that conflict. => *deadline: when the first of them ends by itself; false: none conflicts
 */
static bool leases_ask(struct lock_set *set, bool writes, u64 *deadline)
{
    struct lease *lease;
    bool conflict = false;

    leases_expire(set);
    *deadline = WAIT_FOREVER;
    list_for_each_entry (lease, &set->leases, link) {
        if (!lease_conflicts(lease, writes))
            continue;
        lease_ask(lease, writes);
        *deadline = min(*deadline, lease->deadline);
        conflict = true;
    }
    return conflict;
}

int lease_break_of_set(struct inode *inode, u32 flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    struct lock_set *set;
    u64 deadline;
    int err = 0;

    set = load_acquire(&inode->locks);
    if (list_is_empty(&set->leases))
        return 0;
    mutex_lock(&locks_mutex);
    while (err == 0 && leases_ask(set, writes, &deadline)) {
        err = flags & O_NONBLOCK ? -EWOULDBLOCK : lock_set_wait(set, deadline);
        if (err == -ETIMEDOUT)
            err = 0;
    }
    mutex_unlock(&locks_mutex);
    return err;
}

int lease_for_each(const struct lock_set *set,
                   int (*visit)(const struct lock_description *lock, void *argument),
                   void *argument)
{
    const struct lease *lease;
    int result = 0;

    list_for_each_entry (lease, &set->leases, link) {
        struct lock_description description = {
            .kind = "LEASE",
            .state = lease->target != lease->type ? "BREAKING" : "ACTIVE",
            .write = lease->target == F_WRLCK,
            .unlocking = lease->target == F_UNLCK,
            .process_id = lease->process_id,
            .device = set->inode->filesystem->device,
            .inode = set->inode->number,
            .end = INT64_MAX,
        };

        result = visit(&description, argument);
        if (result != 0)
            break;
    }
    return result;
}
