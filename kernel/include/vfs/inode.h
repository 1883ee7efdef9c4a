/*
 * Inodes: files without their names, and the operations a file system gives them.
 *
 * A regular file's contents live in inode.object, its page cache; inode_size() is the object's size
 * then. inode_put of the last reference calls evict when the inode has no more links, or always
 * where the filesystem does not keep inodes by itself (tmpfs keeps a reference while there are
 * links).
 */
#pragma once

#include <abi/stat.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <mm/object.h>
#include <sched/wait.h>
#include <vfs/path.h>

struct attribute;
struct credentials;
struct directory_sink;
struct file;
struct file_ops;
struct file_status;
struct filesystem;
struct inode;
struct io_buffer;
struct lock_set;
struct pipe;
struct vfs_context;

struct inode_time {
    s64 seconds;
    u32 nanoseconds;
};

/* How a new node shall be. */
struct inode_template {
    u32 mode; /* type and permissions; the umask has been applied */
    u32 uid, gid;
    u64 device;         /* character and block devices */
    const char *target; /* symbolic links */
};

/* set_attributes: what to change. */
#define CHANGE_MODE        (1u << 0)
#define CHANGE_UID         (1u << 1)
#define CHANGE_GID         (1u << 2)
#define CHANGE_SIZE        (1u << 3)
#define CHANGE_ACCESS_TIME (1u << 4)
#define CHANGE_MODIFY_TIME (1u << 5)
struct inode_change {
    unsigned what; /* CHANGE_* */
    u32 mode;
    u32 uid, gid;
    u64 size;
    struct inode_time access_time, modify_time;
};

struct inode_rename {
    struct inode *old_directory;
    struct name old_name;
    struct inode *inode;
    struct inode *new_directory;
    struct name new_name;
    struct inode *target; /* what is there now; NULL: nothing */
    unsigned flags;       /* RENAME_EXCHANGE or 0 */
};

/*
 * Any member may be NULL: the default is in brackets. Directory operations are called with the
 * directory's inode.lock held (both directories' for rename, and the locks of the inodes removed or
 * replaced), after permissions, types and mounts have been checked.
 */
struct inode_ops {
    /* The inode called @name, referenced. -ENOENT when there is none. [-ENOENT] */
    int (*lookup)(struct inode *directory, const struct name *name, struct inode **out);
    /* Make a node of any type; the name does not exist. Referenced. [-EPERM] */
    int (*create)(struct inode *directory, const struct name *name,
                  const struct inode_template *template, struct inode **out);
    /* A regular file without a name (O_TMPFILE): links is 0, link() may give it one. [-EOPNOTSUPP]
     */
    int (*create_unnamed)(struct inode *directory, const struct inode_template *template,
                          struct inode **out);
    int (*link)(struct inode *directory, const struct name *name,
                struct inode *inode); /* [-EPERM] */
    int (*unlink)(struct inode *directory, const struct name *name,
                  struct inode *inode); /* [-EPERM] */
    int (*rmdir)(struct inode *directory, const struct name *name,
                 struct inode *inode);                /* -ENOTEMPTY [-EPERM] */
    int (*rename)(const struct inode_rename *rename); /* [-EPERM] */
    /* The target of a symbolic link, not terminated. Returns its length (cut to @size). */
    ssize_t (*readlink)(struct inode *inode, char *buffer, size_t size);
    /* A link that is not text: go to *out (referenced). /proc/PID/fd/N, exe, cwd, root. */
    int (*follow)(struct inode *inode, const struct vfs_context *context, struct path *out);
    /* May @credentials do @mask (MAY_*)? [mode bits, owner, group, capabilities] */
    int (*permission)(struct inode *inode, const struct credentials *credentials, unsigned mask);
    /* Apply a checked change; inode.lock held. [inode_change_apply; the size through object_resize]
     */
    int (*set_attributes)(struct inode *inode, const struct inode_change *change);
    /* Correct what inode_status filled from the inode. */
    void (*status)(struct inode *inode, struct file_status *status);
    /* Is a cached answer (@inode NULL: "no such name") still true? Takes no inode.lock. [true] */
    bool (*revalidate)(struct inode *directory, const struct name *name, struct inode *inode);
    /* The last reference is gone: free what hangs on the inode, not itself. Pages go by themselves.
     */
    void (*evict)(struct inode *inode);
};

struct inode {
    refcount_t references;
    const struct inode_ops *ops;     /* (I) */
    const struct file_ops *file_ops; /* (I) for open; NULL: found by type (devices, fifos) */
    struct filesystem *filesystem;   /* (I) */
    u64 number;                      /* (I) */
    u64 device;                      /* (I) st_rdev */
    u32 mode;                        /* (lock) type (I) and permissions */
    u32 uid, gid;                    /* (lock) */
    u32 links;                       /* (lock) */
    u32 flags;                       /* (a) INODE_* */
    s32 writers; /* (spin) > 0: files open for writing; < 0: writing is denied (being executed) */
    s32 readers; /* (a) files of a regular one open for reading only: leases ask */
    struct mutex lock;    /* names in a directory; contents and attributes of anything else */
    struct spinlock spin; /* rank FILE_INNER: times, writers, and pointers below */
    struct inode_time access_time, modify_time, change_time; /* (spin) */
    struct inode_time birth_time;                            /* (I) */
    u64 blocks; /* (lock) 512-byte units, where the object does not tell */
    u32 seals;  /* (lock) F_SEAL_*; memfd */
    struct lock_set
        *locks; /* (spin) flock and record locks; allocated once, lives as long as the inode */
    struct attribute *attributes;          /* (lock) extended attributes, the newest first */
    struct list_head watches;              /* (watch_mutex, vfs/watch.h) */
    u32 watched;                           /* (watch_mutex; read without) events somebody wants */
    struct pipe *pipe;                     /* (lock) a fifo that is open */
    void *endpoint;                        /* (spin) a bound socket; net's */
    void *private;                         /* the file system's */
    struct vm_object object __aligned(16); /* regular files: the page cache; holds the storage */
};

#define INODE_LINKABLE (1u << 0) /* made by O_TMPFILE without O_EXCL: may get its first name */

/* How many there are. */
u64 inode_count(void);

/*
 * inode_create: an inode with one reference, times now, links 1.
 * => @object_ops NULL with a regular file: shmem pages. The storage is freed when the object's last
 * reference goes.
 * => NULL: no memory
 */
struct inode *inode_create(struct filesystem *filesystem, const struct inode_ops *ops,
                           const struct file_ops *file_ops, const struct inode_template *template,
                           const struct vm_object_ops *object_ops) __must_check;
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode); /* may sleep; NULL: nothing */
/* inode_create's object_ops must have this as release. */
void inode_object_release(struct vm_object *object);
/* vm_object_ops.mapped_write: modify and change time. */
void inode_object_written(struct vm_object *object);

static inline bool inode_is_directory(const struct inode *inode)
{
    return S_ISDIR(inode->mode);
}
static inline u64 inode_size(const struct inode *inode)
{
    return __atomic_load_n(&inode->object.size, __ATOMIC_ACQUIRE);
}

struct inode_time inode_time_now(void);
void inode_touch_access(struct inode *inode);
void inode_touch_modify(struct inode *inode); /* modify and change time */
void inode_touch_change(struct inode *inode);

/* Write mode, owner and times of @change into the inode (not the size); sets the change time.
 * inode.lock held. */
void inode_change_apply(struct inode *inode, const struct inode_change *change);

/* Opening for writing against executing: -ETXTBSY. Each success is paired. */
int inode_get_write(struct inode *inode) __must_check;
void inode_put_write(struct inode *inode);
int inode_deny_write(struct inode *inode) __must_check;
void inode_allow_write(struct inode *inode);

/* Everything stat and statx tell. */
struct file_status {
    u64 device; /* of the filesystem */
    u64 inode;
    u32 mode;
    u32 links;
    u32 uid, gid;
    u64 special_device; /* st_rdev */
    u64 size;
    u32 block_size;
    u64 blocks; /* of 512 bytes */
    struct inode_time access_time, modify_time, change_time, birth_time;
    bool has_birth_time;
    u64 mount_id;
    bool mount_root;
};
void inode_status(struct inode *inode, struct file_status *status);
void file_status_to_stat(const struct file_status *status, struct stat *stat);
/* @mask: STATX_* that are wanted; what costs nothing is given anyway. */
void file_status_to_statx(const struct file_status *status, u32 mask, struct statx *statx);
