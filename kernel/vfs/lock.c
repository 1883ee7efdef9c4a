/*
 * Advisory locks: flock(2), POSIX and open-file-description record locks (fcntl(2)).
 *
 * locks_mutex protects every set, and the list of waiters that deadlock detection walks. A waiter
 * notes the set's generation, lets the mutex go, and sleeps until it changes: every release and
 * every downgrade changes it. A set, once made, lives as long as its inode.
 */
#include <vfs/lock.h>

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <sched/wait.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include "lock_set.h"
#include "lock_waiting.h"
#include "record_lock.h"

struct mutex locks_mutex = MUTEX_INIT(locks_mutex);
struct list_head all_lock_sets = LIST_INIT(all_lock_sets);
struct list_head all_blocked = LIST_INIT(all_blocked);

struct lock_set *lock_set_get(struct inode *inode)
{
    struct lock_set *set = inode->locks;

    if (set != NULL)
        return set;
    set = kzalloc(sizeof(*set), ALLOC_WAIT);
    if (set == NULL)
        return NULL;
    set->inode = inode;
    list_init(&set->flocks);
    list_init(&set->records);
    list_init(&set->leases);
    wait_queue_init(&set->changed);
    list_add_tail(&set->all, &all_lock_sets);
    store_release(&inode->locks, set);
    return set;
}

void lock_set_destroy(struct inode *inode)
{
    struct lock_set *set = inode->locks;

    if (set == NULL)
        return;
    mutex_lock(&locks_mutex);
    list_remove(&set->all);
    mutex_unlock(&locks_mutex);
    kfree(set);
}

void lock_set_changed(struct lock_set *set)
{
    WRITE_ONCE(set->generation, set->generation + 1);
    wake_all(&set->changed);
}

int lock_set_wait(struct lock_set *set, u64 deadline)
{
    u64 seen = set->generation;
    int err;

    mutex_unlock(&locks_mutex);
    err = wait_event_interruptible_timeout(&set->changed, READ_ONCE(set->generation) != seen,
                                           deadline);
    mutex_lock(&locks_mutex);
    return err;
}

/* The same for a lock, as one who is blocked. */
static int set_wait(struct lock_set *set, struct blocked *blocked)
{
    int err;

    blocked->set = set;
    list_add_tail(&blocked->link, &all_blocked);
    err = lock_set_wait(set, WAIT_FOREVER);
    list_remove(&blocked->link);
    return err;
}

/* ---- flock ---- */

static struct flock_lock *flock_find(const struct lock_set *set, const struct file *file)
{
    struct flock_lock *lock;

    list_for_each_entry (lock, &set->flocks, link) {
        if (lock->file == file)
            return lock;
    }
    return NULL;
}

const struct flock_lock *flock_find_conflict(const struct lock_set *set,
                                             const struct record_lock *wanted)
{
    const struct flock_lock *lock;

    list_for_each_entry (lock, &set->flocks, link) {
        if (lock->file != wanted->owner && (lock->is_write || wanted->is_write))
            return lock;
    }
    return NULL;
}

static void flock_drop(struct lock_set *set, const struct file *file)
{
    struct flock_lock *lock = flock_find(set, file);

    if (lock == NULL)
        return;
    list_remove(&lock->link);
    kfree(lock);
    lock_set_changed(set);
}

/* As flock(2): a conversion lets the old lock go first, and another may get in between. */
static int flock_take(struct lock_set *set, struct file *file, bool is_write, bool nonblocking)
{
    struct flock_lock *lock = flock_find(set, file);
    struct record_lock wanted = {.owner = file,
                                 .is_write = is_write,
                                 .process_id = vfs_current()->process_id,
                                 .end = RECORD_END};
    struct blocked blocked = {.wanted = &wanted, .is_flock = true};
    int err;

    if (lock != NULL && lock->is_write == is_write)
        return 0;
    flock_drop(set, file);
    while (flock_find_conflict(set, &wanted) != NULL) {
        err = nonblocking ? -EWOULDBLOCK : set_wait(set, &blocked);
        if (err != 0)
            return err;
    }
    flock_drop(set, file); /* another thread may have locked the same file meanwhile */
    lock = kmalloc(sizeof(*lock), ALLOC_WAIT);
    if (lock == NULL)
        return -ENOLCK;
    *lock =
        (struct flock_lock){.file = file, .is_write = is_write, .process_id = wanted.process_id};
    list_add_tail(&lock->link, &set->flocks);
    return 0;
}

int lock_flock_check(int operation)
{
    int kind = operation & ~LOCK_NB;

    if (operation & LOCK_MAND)
        return 1;
    return kind == LOCK_SH || kind == LOCK_EX || kind == LOCK_UN ? 0 : -EINVAL;
}

int lock_flock(struct file *file, int operation)
{
    int kind = operation & ~LOCK_NB;
    struct lock_set *set;
    int err = 0;

    if (kind != LOCK_UN && !(file->mode & (FILE_READ | FILE_WRITE)))
        return -EBADF;
    mutex_lock(&locks_mutex);
    set = lock_set_get(file->inode);
    if (set == NULL)
        err = -ENOLCK;
    else if (kind == LOCK_UN)
        flock_drop(set, file);
    else
        err = flock_take(set, file, kind == LOCK_EX, operation & LOCK_NB);
    mutex_unlock(&locks_mutex);
    return err;
}

/* ---- record locks ---- */

/* From l_whence, l_start, l_len to a range. */
static int flock_to_range(struct file *file, const struct flock *flock, struct record_lock *record)
{
    s64 base, start, end;

    switch (flock->l_whence) {
    case SEEK_SET:
        base = 0;
        break;
    case SEEK_CUR:
        base = (s64)READ_ONCE(file->position);
        break;
    case SEEK_END:
        base = (s64)inode_size(file->inode);
        break;
    default:
        return -EINVAL;
    }
    if (add_overflow(base, flock->l_start, &start))
        return -EOVERFLOW;
    if (start < 0)
        return -EINVAL;
    if (flock->l_len < 0) {
        if (start + flock->l_len < 0)
            return -EINVAL;
        end = start - 1;
        start += flock->l_len;
    } else if (flock->l_len == 0) {
        record->start = (u64)start;
        record->end = RECORD_END;
        return 0;
    } else if (add_overflow(start, flock->l_len - 1, &end)) {
        return -EOVERFLOW;
    }
    record->start = (u64)start;
    record->end = (u64)end;
    return 0;
}

static void range_to_flock(const struct record_lock *record, struct flock *flock)
{
    flock->l_type = record->is_write ? F_WRLCK : F_RDLCK;
    flock->l_whence = SEEK_SET;
    flock->l_start = (s64)record->start;
    flock->l_len = record->end == RECORD_END ? 0 : (s64)(record->end - record->start + 1);
    flock->l_pid = record->is_ofd ? -1 : record->process_id;
}

/* The owner of POSIX locks that a waiter of @owner waits for; NULL: none, or the waiter has only
 * not run yet since it was let in. */
static const void *blocker_of(const struct blocked *blocked, const void *owner)
{
    const struct record_lock *conflict;

    if (blocked->is_flock || blocked->wanted->is_ofd || blocked->wanted->owner != owner)
        return NULL;
    conflict = record_find_conflict(&blocked->set->records, blocked->wanted);
    return conflict == NULL || conflict->is_ofd ? NULL : conflict->owner;
}

/* Would @owner, waiting for @blocker, close a circle? => locks_mutex held */
static bool would_deadlock(const void *owner, const void *blocker)
{
    const struct blocked *blocked;
    unsigned steps = 0;

again:
    list_for_each_entry (blocked, &all_blocked, link) {
        const void *next = blocker_of(blocked, blocker);

        if (next == NULL)
            continue;
        if (next == owner)
            return true;
        blocker = next;
        if (++steps > 1000)
            return false;
        goto again;
    }
    return false;
}

static int record_wait(struct lock_set *set, const struct record_lock *wanted,
                       const struct record_lock *conflict)
{
    struct blocked blocked = {.wanted = wanted};

    /* Owners of OFD locks are files, which may be shared: Linux does not look either. */
    if (!wanted->is_ofd && !conflict->is_ofd && would_deadlock(wanted->owner, conflict->owner))
        return -EDEADLK;
    return set_wait(set, &blocked);
}

static void records_free(struct list_head *dropped)
{
    while (!list_is_empty(dropped)) {
        struct record_lock *lock = list_first_entry(dropped, struct record_lock, link);

        list_remove(&lock->link);
        kfree(lock);
    }
}

/* Set or clear, with what allocations it takes already made. => locks_mutex held */
static int record_apply(struct lock_set *set, struct record_lock **wanted,
                        struct record_lock **spare, int type, bool waits)
{
    struct record_lock *conflict;
    struct list_head dropped;
    int err;

    list_init(&dropped);
    if (type == F_UNLCK) {
        record_clear(&set->records, (*wanted)->owner, (*wanted)->start, (*wanted)->end, spare,
                     &dropped);
    } else {
        while ((conflict = record_find_conflict(&set->records, *wanted)) != NULL) {
            err = waits ? record_wait(set, *wanted, conflict) : -EAGAIN;
            if (err != 0)
                return err;
        }
        record_set(&set->records, *wanted, spare, &dropped);
        *wanted = NULL;
    }
    records_free(&dropped);
    lock_set_changed(set);
    return 0;
}

static int record_change(struct file *file, const struct record_lock *request, int type, bool waits)
{
    struct record_lock *wanted = kmemdup(request, sizeof(*request), ALLOC_WAIT);
    struct record_lock *spare = kzalloc(sizeof(*spare), ALLOC_WAIT);
    struct lock_set *set;
    int err = -ENOLCK;

    if (wanted != NULL && spare != NULL) {
        mutex_lock(&locks_mutex);
        set = lock_set_get(file->inode);
        if (set != NULL)
            err = record_apply(set, &wanted, &spare, type, waits);
        mutex_unlock(&locks_mutex);
    }
    kfree(wanted);
    kfree(spare);
    return err;
}

static void record_query(struct file *file, const struct record_lock *request, struct flock *flock)
{
    struct record_lock *conflict = NULL;
    struct lock_set *set;

    mutex_lock(&locks_mutex);
    set = file->inode->locks;
    if (set != NULL)
        conflict = record_find_conflict(&set->records, request);
    if (conflict != NULL)
        range_to_flock(conflict, flock);
    else
        flock->l_type = F_UNLCK;
    mutex_unlock(&locks_mutex);
}

/* A lock of the process was set through @fd. If that has been closed meanwhile the lock came too
 * late to go with it, and goes now. => -EBADF */
static int check_still_open(const struct vfs_context *context, struct file *file, int fd,
                            const struct record_lock *request)
{
    struct file *now;

    /* Whoever had the table too may have ended by now: that it is not shared says nothing. */
    now = fd_get_any(context->files, fd);
    file_put(now);
    if (now == file)
        return 0;
    (void)record_change(file, request, F_UNLCK, false);
    return -EBADF;
}

int lock_fcntl(const struct vfs_context *context, struct file *file, int fd, unsigned command,
               struct flock *flock)
{
    bool is_ofd = command >= F_OFD_GETLK;
    bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    bool queries = command == F_GETLK || command == F_OFD_GETLK;
    struct record_lock request = {
        .owner = is_ofd ? (const void *)file : (const void *)context->files,
        .is_ofd = is_ofd,
        .is_write = flock->l_type == F_WRLCK,
        .process_id = is_ofd ? -1 : context->process_id,
    };
    int err;

    if (is_ofd && flock->l_pid != 0)
        return -EINVAL;
    if (flock->l_type != F_RDLCK && flock->l_type != F_WRLCK &&
        (flock->l_type != F_UNLCK || queries))
        return -EINVAL;
    err = flock_to_range(file, flock, &request);
    if (err != 0)
        return err;
    if (queries) {
        record_query(file, &request, flock);
        return 0;
    }
    if (flock->l_type == F_RDLCK && !(file->mode & FILE_READ))
        return -EBADF;
    if (flock->l_type == F_WRLCK && !(file->mode & FILE_WRITE))
        return -EBADF;
    err = record_change(file, &request, flock->l_type, waits);
    if (err == 0 && !is_ofd && flock->l_type != F_UNLCK)
        err = check_still_open(context, file, fd, &request);
    return err;
}

/* ---- the end of owners ---- */

/* Drop all record locks of @owner: whole ones, so nothing is split. => locks_mutex held */
static void records_drop_owner(struct lock_set *set, const void *owner)
{
    struct record_lock *spare = NULL;
    struct list_head dropped;

    list_init(&dropped);
    record_clear(&set->records, owner, 0, RECORD_END, &spare, &dropped);
    if (list_is_empty(&dropped))
        return;
    records_free(&dropped);
    lock_set_changed(set);
}

void lock_release_posix(struct file *file, struct fd_table *table)
{
    if (load_acquire(&file->inode->locks) == NULL)
        return;
    mutex_lock(&locks_mutex);
    records_drop_owner(file->inode->locks, table);
    mutex_unlock(&locks_mutex);
}

void lock_release_file(struct file *file)
{
    if (load_acquire(&file->inode->locks) == NULL)
        return;
    mutex_lock(&locks_mutex);
    flock_drop(file->inode->locks, file);
    records_drop_owner(file->inode->locks, file);
    lease_drop_file(file->inode->locks, file);
    mutex_unlock(&locks_mutex);
}
