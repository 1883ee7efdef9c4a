/* The operations that memory.c registers. */
#pragma once

#include <vfs/file.h>

extern const struct file_ops random_ops;
extern const struct file_ops urandom_ops;
extern const struct file_ops kmsg_ops;
extern const struct file_ops userfaultfd_device_ops;
