/*
 * Pipes and fifos: a ring of pages between writers and readers.
 */
#pragma once

#include <lib/types.h>

struct file;
struct inode;

#define PIPE_SIZE_DEFAULT 65536u
#define PIPE_SIZE_MAX     1048576u /* for the unprivileged: /proc/sys/fs/pipe-max-size */

/* pipe2(2): flags O_CLOEXEC (ignored here), O_NONBLOCK; others -EINVAL. ends[0] reads, ends[1]
 * writes. */
int pipe_create(struct file *ends[2], u32 flags) __must_check;

/* What open(2) of a fifo uses. */
extern const struct file_ops fifo_file_ops;

/* The kernel has written all it wants to @file, one end of a pipe: readers find the end, and it
 * waits until there is none. => a signal ends the waiting */
void pipe_wait_until_read(struct file *file);

/* F_SETPIPE_SZ, F_GETPIPE_SZ: bytes; -EBADF when it is no pipe, -EBUSY, -EPERM, -EINVAL. */
long pipe_set_size(struct file *file, unsigned long size);
long pipe_get_size(struct file *file);

/* /proc/sys/fs/pipe-*. => once, at boot */
void pipe_init(void);
