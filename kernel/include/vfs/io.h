/*
 * Calls on open files. Each returns what its system call returns, for a caller that holds a
 * reference.
 */
#pragma once

#include <lib/types.h>
#include <vfs/file.h>
#include <vfs/inode.h>

struct statfs;
struct vfs_context;

/* Does a transfer of @len bytes at @position end where positions end, or before? */
static inline bool io_range_is_valid(u64 position, size_t len)
{
    return (s64)position >= 0 && (s64)len >= 0 && (s64)(position + len) >= 0;
}

/* read(2), write(2) at the file's position; pread, pwrite at @offset. -EPIPE: the caller raises
 * SIGPIPE. */
ssize_t file_read(struct file *file, struct io_buffer *buffer);
ssize_t file_write(struct file *file, struct io_buffer *buffer);
ssize_t file_read_at(struct file *file, struct io_buffer *buffer, s64 offset);
ssize_t file_write_at(struct file *file, struct io_buffer *buffer, s64 offset);
/* RWF_* to io_buffer.flags: -EOPNOTSUPP for bits this file cannot honour. */
int file_io_flags(struct file *file, int rwf, struct io_buffer *buffer) __must_check;

/* The kernel reads for itself (exec, initramfs): at @offset, into kernel memory. */
ssize_t file_read_kernel(struct file *file, void *to, size_t len, u64 offset);
ssize_t file_write_kernel(struct file *file, const void *from, size_t len, u64 offset);

s64 file_seek(struct file *file, s64 offset, int whence);
long file_ioctl(struct file *file, unsigned request,
                unsigned long argument); /* FIONBIO, FIOASYNC, FIONREAD included */
int file_sync(struct file *file, u64 start, u64 end, bool data_only) __must_check;
/* sync_file_range(2): @len 0: to the end. -EINVAL, -ESPIPE */
int file_sync_range(struct file *file, s64 offset, s64 len, unsigned flags) __must_check;
int file_truncate(struct file *file, s64 size) __must_check;
int file_allocate(struct file *file, int mode, s64 offset, s64 len) __must_check;
int file_advise(struct file *file, s64 offset, s64 len, int advice) __must_check;
/* mmap(2): checks the open mode against prot and MAP_SHARED, fills in object, source, may, and
 * refusal: -EACCES, -ENODEV, -EPERM ... => -EBADF: a file that is only a place */
int file_map(struct file *file, struct mm_map_request *request) __must_check;
/* getdents64(2) and getdents(2): bytes filled, 0 at the end, -EINVAL when the buffer is too small
 * for one entry. */
ssize_t file_getdents64(struct file *file, void __user *buffer, size_t size);
ssize_t file_getdents(struct file *file, void __user *buffer, size_t size);
/* Any sink, for kernel callers. */
int file_iterate(struct file *file, struct directory_sink *sink) __must_check;
void file_status(struct file *file, struct file_status *status);
int file_statfs(struct file *file, struct statfs *statfs) __must_check;

/* fchmod, fchown (uid, gid ~0: keep), futimens; fchdir. */
int file_chmod(const struct vfs_context *context, struct file *file, u32 mode) __must_check;
int file_chown(const struct vfs_context *context, struct file *file, u32 uid, u32 gid) __must_check;
int file_chdir(const struct vfs_context *context, struct file *file) __must_check;

/* sendfile(2): @offset NULL: the input's own position. */
ssize_t file_send(struct file *out, struct file *in, s64 *offset, size_t count);
/* copy_file_range(2): offsets NULL: own positions. */
ssize_t file_copy_range(struct file *in, s64 *in_offset, struct file *out, s64 *out_offset,
                        size_t len);

/*
 * fcntl(2), all commands but the F_DUPFD family, F_GETFD and F_SETFD (fd_table.h).
 * => @argument as the user gave it; flock structures are copied here
 * => -EINVAL: unknown
 */
long file_fcntl(const struct vfs_context *context, struct file *file, int fd, unsigned command,
                unsigned long argument);

/* memfd_create(2): ERR_PTR. */
struct file *memfd_create(const char *name, unsigned flags) __must_check;
/* A file over a shmem object of the kernel's (System V shm, MAP_SHARED|ANON shown as /dev/zero):
 * @name for /proc/PID/maps. */
struct file *file_create_shmem(const char *name, u64 size, u32 mode) __must_check;
