/*
 * kcmp(2), and what else names kernel objects of other processes: pidfd_getfd(2).
 */
#pragma once

#include <lib/types.h>

struct file;

/* kcmp(2): 0 equal, 1 less, 2 greater. -ESRCH, -EPERM, -EBADF, -EINVAL, -EOPNOTSUPP */
long process_compare(int first, int second, int type, unsigned long a, unsigned long b);
/* The file that the process of @pidfd has as @fd, referenced. ERR_PTR: -EBADF, -ESRCH, -EPERM */
struct file *pidfd_get_file(struct file *pidfd, int fd) __must_check;
