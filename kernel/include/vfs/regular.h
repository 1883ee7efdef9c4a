/*
 * Regular files whose contents are an object's pages: what tmpfs and memfd give to their files, and
 * a file system with a store can use unchanged.
 */
#pragma once

#include <vfs/file.h>

extern const struct file_ops regular_file_ops;

ssize_t regular_read(struct file *file, struct io_buffer *buffer, u64 *position);
ssize_t regular_write(struct file *file, struct io_buffer *buffer, u64 *position);
s64 regular_seek(struct file *file, s64 offset,
                 int whence); /* SEEK_DATA and SEEK_HOLE from the object's pages */
int regular_map(struct file *file, struct mm_map_request *request);
int regular_sync(struct file *file, u64 start, u64 end, bool data_only);
int regular_allocate(struct file *file, int mode, u64 offset, u64 len);
/* The same; what is longer than @max_pages is -ENOSPC at once. 0: no limit */
int regular_allocate_within(struct file *file, int mode, u64 offset, u64 len, u64 max_pages);

/* relatime, noatime: note that the file was read. */
void file_accessed(struct file *file);

/* A directory's read(2). */
ssize_t directory_read(struct file *file, struct io_buffer *buffer, u64 *position); /* -EISDIR */
