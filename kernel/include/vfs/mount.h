/*
 * File systems and where they are attached.
 *
 * A filesystem type makes filesystems; each has one tree of names. A mount shows a subtree of a
 * filesystem at a place (a dentry in another mount). One mount tree for all processes. mount_mutex
 * serialises changes; look-ups of "what is mounted here" take name_lock. What is mounted on or
 * taken from one mount may have to appear on, or go from, others: vfs/propagation.h.
 */
#pragma once

#include <abi/mount.h>
#include <abi/statfs.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <vfs/path.h>

struct file;
struct filesystem;
struct filesystem_type;
struct inode;
struct peer_group;
struct vfs_context;

struct mount_request {
    const char *source;  /* as given to mount(2), "none" if NULL */
    const char *options; /* the data string, may be NULL */
    unsigned long flags; /* MS_* that concern the filesystem: MS_RDONLY */
};

struct filesystem_type {
    const char *name;  /* (I) */
    bool needs_device; /* (I) else "nodev" in /proc/filesystems */
    bool is_internal;  /* (I) not for mount(2), not listed */
    /*
     * A filesystem with one reference, root set. -EINVAL (options), -ENOMEM, ...
     * May return an existing one with a new reference (proc, devtmpfs).
     */
    int (*mount)(struct filesystem_type *type, const struct mount_request *request,
                 struct filesystem **out);
    struct list_head link; /* (mount_mutex) */
};
void filesystem_register(struct filesystem_type *type);
/* Calls @visit for each type, for /proc/filesystems. */
void filesystem_type_for_each(void (*visit)(const struct filesystem_type *type, void *argument),
                              void *argument);

/*
 * mount_options_parse: give each "name" or "name=value" (value NULL: none) between the commas of
 * @text, which may be NULL, to apply(@options).
 * => -EINVAL: one of them was refused; -ENOMEM
 */
int mount_options_parse(const char *text,
                        int (*apply)(void *options, const char *name, const char *value),
                        void *options) __must_check;

struct filesystem_ops {
    int (*statfs)(struct filesystem *filesystem, struct statfs *statfs);
    int (*remount)(struct filesystem *filesystem,
                   const struct mount_request *request); /* NULL: options ignored */
    /* ",size=64k": options for /proc/mounts, each with its comma. NULL: none */
    size_t (*describe_options)(struct filesystem *filesystem, char *buffer, size_t size);
    int (*sync)(struct filesystem *filesystem);
    /* A name of the inode @number, referenced: -ENOENT, -ENOMEM. NULL: it has no file handles */
    int (*find)(struct filesystem *filesystem, u64 number, struct dentry **out);
    void (*destroy)(
        struct filesystem *filesystem); /* no mount, no name and no inode is left; frees it */
};

struct filesystem {
    const struct filesystem_ops *ops; /* (I) */
    struct filesystem_type *type;     /* (I) */
    refcount_t references;            /* mounts, and the type of a filesystem that is shared */
    struct dentry *root;              /* (I) until the last mount goes */
    u32 nr_mounts;                    /* (mount_mutex) */
    u64 device;                       /* (I) st_dev: major 0 and a number of its own */
    u32 magic;                        /* (I) statfs f_type */
    u32 flags;                        /* (a) FILESYSTEM_* */
    u32 block_size;                   /* (I) */
    u64 next_inode;                   /* (a) */
    u32 writers;                      /* (a) files open for writing, through any mount */
    u32 orphans;                      /* (a) inodes in use that have lost their last name */
    void *private;
};
#define FILESYSTEM_READ_ONLY  (1u << 0)
#define FILESYSTEM_NO_CACHE   (1u << 1) /* unused names are forgotten at once */
#define FILESYSTEM_NO_EXEC    (1u << 3) /* whatever the mount says */
#define FILESYSTEM_ATTRIBUTES (1u << 4) /* keeps extended attributes (xattr.h) */
#define FILESYSTEM_INTERNAL   (1u << 2) /* cannot be mounted by users: pipefs and the like */
#define FILESYSTEM_STACKS     (1u << 5) /* may be mounted on itself, as if each were its own */

/* Fill in the generic part (device number, one reference). The storage is the caller's. */
void filesystem_init(struct filesystem *filesystem, struct filesystem_type *type,
                     const struct filesystem_ops *ops, u32 magic);
struct filesystem *filesystem_get(struct filesystem *filesystem);
void filesystem_put(struct filesystem *filesystem); /* may sleep */
u64 filesystem_new_inode_number(struct filesystem *filesystem);

#define MOUNT_EXPIRING 0x80000000u /* mount.flags: MNT_EXPIRE saw it idle, no use since */

struct mount {
    refcount_t references;         /* the tree's one, and one per path */
    struct filesystem *filesystem; /* (I) referenced */
    struct dentry *root;           /* (I) referenced */
    struct mount *parent;          /* (name_lock) NULL: the root of the tree or detached */
    struct dentry *mountpoint;     /* (name_lock) in parent, referenced */
    struct list_head children;     /* (name_lock) */
    struct list_head sibling;      /* (name_lock) in parent->children */
    struct list_head link;     /* (mount_mutex) in the list of all in the tree, in mount order */
    struct peer_group *peers;  /* (mount_mutex) NULL: not shared */
    struct list_head peer;     /* (mount_mutex) in peers->members */
    struct peer_group *master; /* (mount_mutex) the same for all peers; NULL: not a slave */
    struct list_head slave;    /* (mount_mutex) in master->slaves */
    struct list_head pending;  /* (mount_mutex) in a list of the call in progress */
    struct path place;         /* (mount_mutex) of that call: where it will be, or was */
    u32 marks;                 /* (mount_mutex) of that call: MOUNT_*, mount_tree.h */
    u32 flags;   /* (a) MS_RDONLY, NOSUID, NODEV, NOEXEC, NOATIME, NODIRATIME, RELATIME, NOSYMFOLLOW
                  */
    u32 id;      /* (I) */
    u32 writers; /* (a) files open for writing through it */
    char *source; /* (I) first field of /proc/mounts */
};

static inline struct mount *mount_get(struct mount *mount)
{
    refcount_get(&mount->references);
    return mount;
}

/* The rare halves of mount_put: it was about to be unmounted for want of use; nobody uses it. */
void mount_forget_expiry(struct mount *mount);
void mount_free(struct mount *mount);

/* => may sleep; NULL: nothing */
static inline void mount_put(struct mount *mount)
{
    if (mount == NULL)
        return;
    if (unlikely(READ_ONCE(mount->flags) & MOUNT_EXPIRING))
        mount_forget_expiry(mount);
    if (refcount_put_and_test(&mount->references))
        mount_free(mount);
}

/* If something is mounted on *path, move it to that root (repeatedly); references follow. */
void path_cross_mounts(struct path *path);

/* 0, or -EROFS: the mount or its filesystem is read-only. */
int mount_may_write(const struct mount *mount) __must_check;

/*
 * mount_get_write, mount_put_write: a file is open for writing through it. Until then the mount and
 * its filesystem do not become read-only.
 * => -EROFS
 */
int mount_get_write(struct mount *mount) __must_check;
void mount_put_write(struct mount *mount);

/* Is nothing on it to be executed? */
bool mount_is_noexec(const struct mount *mount);

/* Its settings. => once, at boot */
void mount_init(void);
/* The first mount: the root of everything. => once, at boot. @type_name: "tmpfs" (shown as rootfs)
 */
int mount_root_create(const char *type_name, const char *options) __must_check;
void mount_root_path(struct path *root); /* referenced */

/* mount(2), umount2(2), pivot_root(2) with kernel strings; any pointer may be NULL where mount(2)
 * allows it. */
int vfs_mount(const struct vfs_context *context, const char *source, const char *target,
              const char *type, unsigned long flags, const char *options) __must_check;
int vfs_umount(const struct vfs_context *context, const char *target, int flags) __must_check;
int vfs_pivot_root(const struct vfs_context *context, const char *new_root,
                   const char *put_old) __must_check;

/* A file system for the kernel's own use, not in the tree (pipefs, shm). The path is referenced. */
int mount_create_internal(struct filesystem *filesystem, struct path *root) __must_check;

/* Walk all mounts for /proc/mounts; @mount and its path are valid during the call. Nonzero stops.
 */
struct mount_description {
    const struct mount *mount;
    const char *source;
    const char *place; /* path of the mount point from the context's root */
    const char *type;
    const char *options; /* "rw,nosuid,..." */
    u32 parent_id;
    const char *root; /* of the mount inside its filesystem, for mountinfo */
    u32 shared;       /* its peer group, 0: not shared */
    u32 master;       /* the group it is a slave of, 0: none */
    u32 from;         /* the nearest group above that has a member below the root, 0: none */
};
int mount_for_each(const struct vfs_context *context,
                   int (*visit)(const struct mount_description *, void *), void *argument);

/* sync(2): every filesystem. */
void vfs_sync_all(void);
