/* The lock of the dentry cache and the mount table, and steps that need it held. */
#pragma once

#include <kern/spinlock.h>
#include <vfs/dentry.h>

extern struct spinlock name_lock; /* rank FILE */

void dentry_cache_init(void);

/* The cached dentry; NULL when the cache does not know. => name_lock held; not referenced */
struct dentry *dentry_peek(const struct dentry *parent, const struct name *name);

/* name.c: the component that begins at @text and ends before a slash or at the end; => its end */
const char *name_scan(const char *text, struct name *name);

static inline struct inode *dentry_inode(const struct dentry *dentry)
{
    return __atomic_load_n(&dentry->inode, __ATOMIC_ACQUIRE);
}

/* Take another reference on a dentry that name_lock alone keeps alive. */
struct dentry *dentry_get_locked(struct dentry *dentry);
