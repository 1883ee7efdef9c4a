/*
 * Paths: a dentry seen through a mount, and the walk that finds one by name.
 *
 * The walk follows symbolic links (40 at most), crosses mounts, stops ".." at the caller's root,
 * demands search permission on every directory it passes, and treats a trailing slash as "must be a
 * directory".
 */
#pragma once

#include <lib/types.h>

struct dentry;
struct inode;
struct mount;
struct vfs_context;

struct path {
    struct mount *mount;
    struct dentry *dentry;
};

void path_get(const struct path *path);
void path_put(const struct path *path); /* may sleep; {NULL, NULL}: nothing */
static inline bool path_is_equal(const struct path *a, const struct path *b)
{
    return a->mount == b->mount && a->dentry == b->dentry;
}
struct inode *path_inode(const struct path *path); /* borrowed; NULL: negative */

/* A component of a path: not terminated. */
struct name {
    const char *text;
    u32 len;
    u32 hash;
    u64 first; /* its first eight bytes, zeroes behind a shorter one */
};
void name_set(struct name *name, const char *text, size_t len);

/* path_lookup flags. */
#define LOOKUP_FOLLOW        (1u << 0) /* follow a symbolic link in the last place */
#define LOOKUP_DIRECTORY     (1u << 1) /* -ENOTDIR unless it is one */
#define LOOKUP_EMPTY         (1u << 2) /* "" means the starting directory (AT_EMPTY_PATH) */
#define LOOKUP_NO_XDEV       (1u << 3) /* the RESOLVE_* restrictions of openat2(2) */
#define LOOKUP_NO_MAGICLINKS (1u << 4)
#define LOOKUP_NO_SYMLINKS   (1u << 5)
#define LOOKUP_BENEATH       (1u << 6)
#define LOOKUP_IN_ROOT       (1u << 7)
#define LOOKUP_NO_AUTOMOUNT  (1u << 8) /* accepted: nothing is automounted */

/*
 * path_lookup: the existing file that @name names, relative to @dirfd (a descriptor, or AT_FDCWD).
 * => may sleep; *out is referenced
 * => -ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG, -EBADF (relative and no such descriptor),
 * -ENOMEM, -EXDEV
 */
int path_lookup(const struct vfs_context *context, int dirfd, const char *name, unsigned flags,
                struct path *out) __must_check;

/* What the last component was. */
enum last_kind { LAST_NORMAL, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

/* The directory that a name is to be made, removed or looked up in, and the last component. */
struct parent_lookup {
    struct path parent; /* referenced */
    struct name last;   /* points into the caller's string */
    enum last_kind kind;
    bool trailing_slash;
};

/*
 * path_lookup_parent: walk all but the last component.
 * => end with parent_lookup_put
 */
int path_lookup_parent(const struct vfs_context *context, int dirfd, const char *name,
                       unsigned flags, struct parent_lookup *out) __must_check;
void parent_lookup_put(struct parent_lookup *lookup);

/*
 * path_describe: the name of @path as seen from @root, built from the end of @buffer.
 * => returns the start of the text inside @buffer; ERR_PTR(-ENAMETOOLONG)
 * => " (deleted)" is appended for an unlinked name; a place outside @root is named from the
 *    top of the mount tree; files without a name give their own description ("pipe:[7]")
 */
char *path_describe(const struct path *path, const struct path *root, char *buffer, size_t size);
/* The same from the running task's root. */
char *path_describe_current(const struct path *path, char *buffer, size_t size);
