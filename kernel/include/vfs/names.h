/*
 * Calls that take a name. Names are kernel strings (name_copy_from_user); @dirfd is a descriptor of
 * the context's table or AT_FDCWD and is looked at only when the name is relative. Each returns
 * what its system call returns.
 */
#pragma once

#include <lib/types.h>
#include <vfs/context.h>
#include <vfs/inode.h>
#include <vfs/path.h>

struct file;
struct open_how;
struct statfs;

/* Room for a path of usual length; a longer one gets memory of its own. */
struct name_buffer {
    char text[128];
};

/*
 * A user's path, in @buffer or kmalloc'ed, or ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOMEM).
 * => end with name_free
 */
char *name_copy_from_user(struct name_buffer *buffer, const char __user *user) __must_check;

/* The same in memory of its own, whatever the length. => end with name_free_long */
char *name_copy_long(const char __user *user) __must_check;
void name_free_long(char *name);

static inline void name_free(const struct name_buffer *buffer, char *name)
{
    if (unlikely(name != buffer->text))
        name_free_long(name);
}

/* open(2), openat(2): the file, not yet a descriptor. Flags unknown to openat are ignored as Linux
 * does. */
int vfs_open_at(const struct vfs_context *context, int dirfd, const char *name, u32 flags, u32 mode,
                struct file **out) __must_check;
/* openat2(2): everything unknown is -EINVAL. */
int vfs_open_how(const struct vfs_context *context, int dirfd, const char *name,
                 const struct open_how *how, struct file **out) __must_check;
/* The same for a file that is found already: no search permission is asked. */
int vfs_open_path(const struct vfs_context *context, const struct path *path, u32 flags,
                  struct file **out) __must_check;

/* What a file handle says. */
struct inode_handle {
    u32 generation; /* of the filesystem */
    u32 number_low, number_high;
};
/* => -EOPNOTSUPP: its filesystem has none */
int vfs_handle_of(const struct path *path, struct inode_handle *handle) __must_check;
/*
 * vfs_open_handle: open the file of a handle (NULL: of something else) on the mount that @fd lies
 * on, or the working directory if it is AT_FDCWD. Who may is the caller's business.
 * => -EBADF, -ESTALE: it has no name there; as open(2)
 */
int vfs_open_handle(const struct vfs_context *context, int fd, const struct inode_handle *handle,
                    u32 flags, struct file **out) __must_check;

/* For execve(2): a regular file with permission to execute it, not on noexec (-EACCES); nobody
 * writes it
 * (-ETXTBSY) until the file is put. @flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
int vfs_open_exec(const struct vfs_context *context, int dirfd, const char *name, int flags,
                  struct file **out) __must_check;

int vfs_mkdir_at(const struct vfs_context *context, int dirfd, const char *name,
                 u32 mode) __must_check;
int vfs_mknod_at(const struct vfs_context *context, int dirfd, const char *name, u32 mode,
                 u64 device) __must_check;
/* For bind(2) on AF_UNIX: makes a socket node and gives its path; -EADDRINUSE when the name exists.
 */
int vfs_make_socket(const struct vfs_context *context, const char *name, u32 mode,
                    struct path *out) __must_check;
int vfs_unlink_at(const struct vfs_context *context, int dirfd, const char *name,
                  int flags) __must_check; /* AT_REMOVEDIR */
int vfs_symlink_at(const struct vfs_context *context, const char *target, int dirfd,
                   const char *name) __must_check;
int vfs_link_at(const struct vfs_context *context, int old_dirfd, const char *old_name,
                int new_dirfd, const char *new_name, int flags) __must_check;
int vfs_rename_at(const struct vfs_context *context, int old_dirfd, const char *old_name,
                  int new_dirfd, const char *new_name, unsigned flags) __must_check;
ssize_t vfs_readlink_at(const struct vfs_context *context, int dirfd, const char *name,
                        char __user *buffer, size_t size);

/* fstatat(2), statx(2): @flags AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_STATX_*; the
 * rest -EINVAL. */
int vfs_status_at(const struct vfs_context *context, int dirfd, const char *name, int flags,
                  struct file_status *status) __must_check;
int vfs_statfs(const struct vfs_context *context, const char *name,
               struct statfs *statfs) __must_check;
/* faccessat2(2): AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
int vfs_access_at(const struct vfs_context *context, int dirfd, const char *name, int mode,
                  int flags) __must_check;
int vfs_chmod_at(const struct vfs_context *context, int dirfd, const char *name, u32 mode,
                 int flags) __must_check;
int vfs_chown_at(const struct vfs_context *context, int dirfd, const char *name, u32 uid, u32 gid,
                 int flags) __must_check;
int vfs_truncate(const struct vfs_context *context, const char *name, s64 size) __must_check;

/* utimensat(2): @name NULL: the descriptor itself. times[i].nanoseconds may be UTIME_NOW or
 * UTIME_OMIT; NULL: now. */
int vfs_utimes_at(const struct vfs_context *context, int dirfd, const char *name,
                  const struct inode_time times[2], int flags) __must_check;

int vfs_chdir(const struct vfs_context *context, const char *name) __must_check;
int vfs_chroot(const struct vfs_context *context, const char *name) __must_check;
/* getcwd(2): length with the terminator. -ENOENT: the directory was removed; -ERANGE. */
ssize_t vfs_getcwd(const struct vfs_context *context, char __user *buffer, size_t size);

/*
 * The attribute calls on an inode found by other means. @path for the mount's read-only flag.
 */
int path_change(const struct vfs_context *context, const struct path *path,
                struct inode_change *change) __must_check;
int path_truncate(const struct vfs_context *context, const struct path *path, u64 size,
                  struct file *file) __must_check;

/* mkdir, mknod and symlink for the kernel itself (initramfs, devfs): as root, umask 0. */
int vfs_mkdir_kernel(const char *name, u32 mode) __must_check;
