/*
 * Namespaces (namespaces(7)): there is one of each kind, which every process is in, with the number
 * that Linux's first one has. clone(2) and unshare(2) make no others; joining the one there is does
 * what it does on Linux.
 */
#pragma once

#include <lib/types.h>

struct file;
struct path;

enum namespace_kind {
    NAMESPACE_CGROUP,
    NAMESPACE_IPC,
    NAMESPACE_MOUNT,
    NAMESPACE_NET,
    NAMESPACE_PID,
    NAMESPACE_TIME,
    NAMESPACE_USER,
    NAMESPACE_UTS,
    NR_NAMESPACES
};

/* The file that stands for it, referenced: what /proc/PID/ns leads to. */
void namespace_path(enum namespace_kind kind, struct path *path);

/*
 * namespace_join: setns(2).
 * => -EINVAL: @file is neither a namespace of that kind nor a pidfd; the user namespace, which one
 * is in already; a root that is shared
 * => -EPERM, -ESRCH (the process of the pidfd has ended), -EUSERS (other threads)
 */
long namespace_join(struct file *file, int flags);

/* => once, after vfs_init */
void namespaces_init(void);
