/*
 * The cache of names. A dentry is one name in one directory; the file system stays the authority,
 * the cache remembers what it answered. Unused dentries (no reference) stay, oldest out first,
 * unless their file system or revalidate refuses.
 *
 * name_lock (spin, rank FILE) protects the hash chains, and name, parent and lists of every dentry.
 */
#pragma once

#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/types.h>
#include <vfs/path.h>

#define DENTRY_INLINE_NAME 36

struct dentry {
    u32 references;        /* (a); 0 -> 1 and 1 -> 0 only under name_lock */
    u32 flags;             /* (name_lock) DENTRY_* */
    struct inode *inode;   /* name_lock and the directory's inode.lock to change; NULL: negative */
    struct dentry *parent; /* (name_lock) referenced; the root: itself */
    struct filesystem *filesystem; /* (I) */
    struct name name;              /* (name_lock) terminated too */
    struct dentry *hash_next;      /* (name_lock) */
    struct dentry **hash_link;     /* (name_lock) NULL: not in the hash */
    struct list_head children;     /* (name_lock) */
    struct list_head sibling;      /* (name_lock) in parent->children */
    struct list_head unused;       /* (name_lock) oldest first, while references == 0 */
    u32 nr_mounts;                 /* (name_lock) mounts on top of it, in any mount */
    char inline_name[DENTRY_INLINE_NAME];
};

static inline struct dentry *dentry_get(struct dentry *dentry)
{
    fetch_add(&dentry->references, 1);
    return dentry;
}

/* The slow half: it may be the last reference. */
void dentry_put_last(struct dentry *dentry);

/* => may sleep; NULL: nothing */
static inline void dentry_put(struct dentry *dentry)
{
    u32 found = dentry != NULL ? READ_ONCE(dentry->references) : 0;

    if (unlikely(found <= 1 || !try_cmpxchg(&dentry->references, &found, found - 1)))
        dentry_put_last(dentry);
}

#define DENTRY_UNLINKED (1u << 0) /* removed from its directory while in use: " (deleted)" */

/* A dentry for the root inode of a filesystem; takes over the inode's reference. NULL: no memory
 * (the reference is dropped). */
struct dentry *dentry_create_root(struct filesystem *filesystem, struct inode *inode) __must_check;
/* A dentry outside every directory, for pipes, sockets and the like. Takes over the inode's
 * reference. */
struct dentry *dentry_create_pseudo(struct filesystem *filesystem, struct inode *inode,
                                    const char *text) __must_check;

/* A dentry for an unlinked file of the directory's filesystem (O_TMPFILE): shown as "#number
 * (deleted)". As above. */
struct dentry *dentry_create_unnamed(struct dentry *directory, struct inode *inode) __must_check;

/*
 * dentry_lookup: the dentry of @name in @parent, positive or negative, asking the file system if
 * the cache does not know.
 * => may sleep; takes and releases the directory's inode.lock; referenced; search permission is the
 * caller's business
 */
int dentry_lookup(struct dentry *parent, const struct name *name, struct dentry **out) __must_check;
/* The same with the directory's inode.lock held. */
int dentry_lookup_locked(struct dentry *parent, const struct name *name,
                         struct dentry **out) __must_check;

/* After the file system did it, directory's inode.lock held: */
void dentry_instantiate(struct dentry *dentry,
                        struct inode *inode); /* negative -> positive; takes over the reference */
void dentry_detach(struct dentry *dentry);    /* removed: leaves the hash, keeps its inode */
void dentry_move(struct dentry *dentry, struct dentry *target); /* takes @target's place and name */
void dentry_exchange(struct dentry *a, struct dentry *b);

/* Forget what is cached about @name below @parent (procfs, devpts: the object vanished). */
void dentry_invalidate(struct dentry *dentry);

/* Forget every unused dentry of @filesystem (before it is destroyed) / at most @max of all. */
void dentry_evict_filesystem(struct filesystem *filesystem);
unsigned dentry_shrink(unsigned max);

/* How many there are; without references; of those, for names that are not there. */
struct dentry_counts {
    u64 all, unused, negative;
};
void dentry_count(struct dentry_counts *counts);

/* The name as it is now, into @size bytes, cut where it is longer. Takes name_lock. */
void dentry_copy_name(struct dentry *dentry, char *name, size_t size);
/* True when @ancestor is @dentry or above it, in the same filesystem. Takes name_lock. */
bool dentry_is_below(const struct dentry *dentry, const struct dentry *ancestor);
/* The parent, referenced. */
struct dentry *dentry_get_parent(struct dentry *dentry);
