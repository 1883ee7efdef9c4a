/*
 * Advisory locks: flock(2), POSIX record locks, open-file-description locks.
 *
 * A lock_set hangs on the inode. Owners: a flock or OFD lock belongs to the struct file, a POSIX
 * lock to the descriptor table. One mutex for all sets; waits release it.
 */
#pragma once

#include <abi/fcntl.h>
#include <lib/atomic.h>
#include <lib/types.h>
#include <vfs/inode.h>

struct fd_table;
struct file;
struct vfs_context;

/* flock(2): LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB. -EWOULDBLOCK, -ERESTARTSYS, -EBADF, -ENOLCK */
int lock_flock(struct file *file, int operation) __must_check;
/* lock_flock_check: of a number's bits alone, before the file is looked for.
 * => 1: nothing is to be done (LOCK_MAND, which Linux has given up); 0; -EINVAL */
int lock_flock_check(int operation) __must_check;

/* fcntl, through @fd: F_GETLK, F_SETLK, F_SETLKW and F_OFD_*. -EAGAIN, -EDEADLK, -EINVAL, -EBADF,
 * -EOVERFLOW, -ERESTARTSYS */
int lock_fcntl(const struct vfs_context *context, struct file *file, int fd, unsigned command,
               struct flock *lock) __must_check;

/* @table closed a descriptor of @file: its POSIX locks go. The last reference to @file goes: flock
 * and OFD locks go. */
void lock_release_posix(struct file *file, struct fd_table *table);
void lock_release_file(struct file *file);
/* The inode is freed. */
void lock_set_destroy(struct inode *inode);

/* F_SETLEASE: F_RDLCK, F_WRLCK, F_UNLCK. -EAGAIN, -EACCES, -EINVAL, -ENOMEM */
int lease_set(const struct vfs_context *context, struct file *file, int fd,
              unsigned long type) __must_check;
int lease_get(struct file *file); /* F_GETLEASE: what it is, or is to become */
/*
 * lease_break: @inode is going to be opened with @flags (truncated: O_WRONLY): the holders of
 * leases that do not allow it are told, and they have a while to give them back.
 * => the opener counts among the readers or writers already; no lock held; may sleep
 * => -EWOULDBLOCK (O_NONBLOCK), -ERESTARTSYS
 */
int lease_break_of_set(struct inode *inode, u32 flags) __must_check; /* there may be leases */
static inline int lease_break(struct inode *inode, u32 flags)
{
    memory_barrier(); /* the opener was counted before */
    return load_acquire(&inode->locks) == NULL ? 0 : lease_break_of_set(inode, flags);
}
void lease_init(void);

/* /proc/locks: @visit for each lock, and after it for each request that waits for it; nonzero
 * stops. */
struct lock_description {
    unsigned depth;        /* 0: a lock; 1: waits for it; 2: and for one that waits ... */
    const char *kind;      /* "FLOCK", "POSIX", "OFDLCK", "LEASE" */
    const char *state;     /* "ADVISORY", of a lease "ACTIVE", "BREAKING" */
    bool write, unlocking; /* unlocking: a lease that is to end */
    s32 process_id;
    u64 device, inode;
    u64 start, end; /* end INT64_MAX: to the end of the file */
};
int lock_for_each(int (*visit)(const struct lock_description *lock, void *argument),
                  void *argument);
