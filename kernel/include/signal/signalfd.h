/*
 * signalfd(2): files that signals are read from.
 */
#pragma once

#include <lib/types.h>

struct file;

/* A file for the signals of @mask; not yet a descriptor. ERR_PTR(-EINVAL: flags, -ENOMEM). */
struct file *signalfd_create(u64 mask, int flags) __must_check;
/* Another mask for it. -EINVAL: no such file */
int signalfd_change(struct file *file, u64 mask) __must_check;
