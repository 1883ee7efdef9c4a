/*
 * Advisory locks: flock(2), POSIX record locks, open-file-description locks.
 *
 * A lock_set hangs on the inode. Owners: a flock or OFD lock belongs to the struct file, a POSIX
 * lock to the descriptor table. One mutex for all sets; waits release it.
 */
#pragma once

#include <abi/fcntl.h>
#include <lib/types.h>

struct fd_table;
struct file;
struct inode;
struct vfs_context;

/* flock(2): LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB. -EWOULDBLOCK, -ERESTARTSYS, -EINVAL, -ENOLCK
 */
int lock_flock(struct file *file, int operation) __must_check;

/* fcntl: F_GETLK, F_SETLK, F_SETLKW and F_OFD_*. -EAGAIN, -EDEADLK, -EINVAL, -EBADF, -EOVERFLOW,
 * -ERESTARTSYS */
int lock_fcntl(const struct vfs_context *context, struct file *file, unsigned command,
               struct flock *lock) __must_check;

/* @table closed a descriptor of @file: its POSIX locks go. The last reference to @file goes: flock
 * and OFD locks go. */
void lock_release_posix(struct file *file, struct fd_table *table);
void lock_release_file(struct file *file);
/* The inode is freed. */
void lock_set_destroy(struct inode *inode);

/* /proc/locks: @visit for each lock; nonzero stops. */
struct lock_description {
    const char *kind; /* "FLOCK", "POSIX", "OFDLCK" */
    bool write;
    s32 process_id;
    u64 device, inode;
    u64 start, end; /* end ~0: to the end of the file */
};
int lock_for_each(int (*visit)(const struct lock_description *lock, void *argument),
                  void *argument);
