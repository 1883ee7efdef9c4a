/*
 * tmpfs: files that live in memory.
 *
 * A directory is two trees of entries: by name for look-ups, by cookie for reading it. A cookie is
 * given once and never again, so that a reader sees every entry that stays exactly once. An entry
 * holds a reference to its inode; the inode's links count the entries (and ".", ".." of
 * directories). A regular file's pages are its object's.
 *
 * Accounting: used_pages is the sum over files of charged, which follows the object's page count
 * (tmpfs_recount). A hard link costs an inode of the limit, as on Linux.
 *
 * Locks: a directory's trees change under its inode.lock; counts are atomic.
 */
#pragma once

#include <lib/rbtree.h>
#include <vfs/inode.h>
#include <vfs/mount.h>

/* What regular files of a filesystem are, where they are not tmpfs's own. */
struct tmpfs_files {
    const struct inode_ops *inode_ops;
    const struct file_ops *file_ops;
    u32 object_flags; /* of their objects, which have no operations */
};

struct tmpfs {
    struct filesystem filesystem;
    struct inode *root;              /* (I) referenced */
    u64 max_pages;                   /* (a) 0: no limit */
    u64 used_pages;                  /* (a) */
    u64 max_inodes;                  /* (a) 0: no limit */
    u64 used_inodes;                 /* (a) */
    u64 nr_moves;                    /* (a) names that were moved or linked, for tmpfs_find */
    u32 mode, uid, gid;              /* (I) of the root, as mounted */
    bool allocates;                  /* (I) fallocate(2) is there */
    const struct tmpfs_files *files; /* (I) NULL: tmpfs's own */
};

static inline struct tmpfs *tmpfs_of(const struct inode *inode)
{
    return container_of(inode->filesystem, struct tmpfs, filesystem);
}

struct tmpfs_entry {
    struct rb_node by_name;   /* (directory lock) */
    struct rb_node by_cookie; /* (directory lock) */
    struct inode *inode;      /* (directory lock) referenced */
    u64 cookie;               /* (I) */
    u32 hash;                 /* (I) */
    u32 len;                  /* (I) */
    char name[];              /* (I) */
};

/* inode.private of a directory. */
struct tmpfs_directory {
    struct rb_root names;    /* (lock) by (hash, len, text) */
    struct rb_root cookies;  /* (lock) */
    u64 next_cookie;         /* (lock) */
    struct inode *parent;    /* (lock) ".."; borrowed: it holds our entry */
    struct list_head doomed; /* tmpfs_destroy: directories still to be emptied */
};

#define TMPFS_ENTRY_SIZE   20 /* what an entry adds to st_size of its directory */
#define TMPFS_FIRST_COOKIE 2  /* after "." and ".." */

/* A new inode of any type, charged; ERR_PTR(-ENOSPC, -ENOMEM). @parent: for directories. */
struct inode *tmpfs_inode_create(struct tmpfs *tmpfs, const struct inode_template *template,
                                 struct inode *parent) __must_check;
int tmpfs_charge_inode(struct tmpfs *tmpfs) __must_check; /* -ENOSPC */
void tmpfs_uncharge_inode(struct tmpfs *tmpfs);
void tmpfs_forget_inode(struct inode *inode); /* it is used no more: no orphan any longer */

/* Make the charge equal to the pages the file has. -ENOSPC: more than the limit allows, nothing
 * changed. */
int tmpfs_recount(struct inode *inode) __must_check;

struct tmpfs_entry *tmpfs_entry_find(const struct inode *directory,
                                     const struct name *name); /* NULL: none */
/* An entry for @inode, not yet in a directory; the reference is the caller's to give. NULL: no
 * memory. */
struct tmpfs_entry *tmpfs_entry_create(const struct name *name, struct inode *inode) __must_check;
void tmpfs_entry_insert(struct inode *directory, struct tmpfs_entry *entry);
/* Out of the directory and freed; its reference to the inode is the caller's. */
void tmpfs_entry_remove(struct inode *directory, struct tmpfs_entry *entry);
bool tmpfs_directory_is_empty(const struct inode *directory);
struct tmpfs_entry *tmpfs_entry_at(const struct inode *directory,
                                   u64 cookie); /* the first at or after it */

/* filesystem_ops.find: looks through the directories, from the root on. */
int tmpfs_find(struct filesystem *filesystem, u64 number, struct dentry **out) __must_check;

extern const struct inode_ops tmpfs_directory_ops;
extern const struct inode_ops tmpfs_file_ops;
extern const struct inode_ops tmpfs_symlink_ops;
extern const struct file_ops tmpfs_directory_file_ops;
extern const struct file_ops tmpfs_regular_file_ops;
extern const struct vm_object_ops tmpfs_object_ops;

/* A filesystem of @type, which need not be "tmpfs": devtmpfs keeps its nodes in one. As
 * filesystem_type.mount. */
int tmpfs_mount(struct filesystem_type *type, const struct mount_request *request,
                struct filesystem **out) __must_check;

/* What the options say; taken over when all of them are right. */
struct tmpfs_options {
    u64 max_pages, max_inodes;
    u32 mode, uid, gid;
};

int tmpfs_parse_mode(const char *value, u32 *mode) __must_check;

/* What a filesystem that is built of these files has of its own. */
struct tmpfs_kind {
    const struct filesystem_ops *ops;
    const struct tmpfs_files *files; /* NULL: tmpfs's own */
    u32 magic;
    u32 flags;      /* FILESYSTEM_* that it always has */
    bool allocates; /* fallocate(2) is there */
};
int tmpfs_mount_kind(struct filesystem_type *type, const struct mount_request *request,
                     const struct tmpfs_options *options, const struct tmpfs_kind *kind,
                     struct filesystem **out) __must_check;
void tmpfs_destroy(struct filesystem *filesystem); /* filesystem_ops.destroy */
void ramfs_init(void);                             /* ramfs.c */
void tmpfs_file_evict(struct inode *inode);        /* inode_ops.evict of regular files */
