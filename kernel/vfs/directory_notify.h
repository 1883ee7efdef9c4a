/*
 * F_NOTIFY, between the files of vfs.
 */
#pragma once

#include <lib/types.h>

struct fd_table;
struct file;
struct vfs_context;

/* fcntl(2), F_NOTIFY with @mask of DN_*; none: no more. -ENOTDIR, -ENOMEM; -EINVAL:
 * fs.dir-notify-enable is 0 */
int directory_notify(const struct vfs_context *context, struct file *file, int fd,
                     u32 mask) __must_check;
/* fs.dir-notify-enable. => once, at boot */
void directory_notify_init(void);
/* @table closed a descriptor of @file: what was asked through it ends. */
void directory_notify_release(struct file *file, struct fd_table *table);
