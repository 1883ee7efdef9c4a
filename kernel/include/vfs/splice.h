/*
 * splice(2), tee(2), vmsplice(2): bytes through pipes without a buffer of the program's.
 */
#pragma once

#include <lib/types.h>
#include <vfs/file.h>

struct pipe;

/* One call of splice(2). Offsets NULL: where the file is. */
struct splice_request {
    struct file *in, *out;
    s64 *in_offset, *out_offset;
    size_t len;
    unsigned flags; /* SPLICE_F_* */
};

/*
 * file_splice: move up to @len bytes from or to a pipe.
 * => as soon as some bytes are moved it does not wait for more; 0: the end of the input
 * => -EBADF (open modes), -EINVAL (no pipe, the same pipe, O_APPEND, a file that cannot), -EAGAIN,
 * -EPIPE (the caller raises SIGPIPE), -ERESTARTSYS
 */
ssize_t file_splice(struct splice_request *request) __must_check;
/* -ESPIPE: an offset was given for a pipe. */
int splice_check_offsets(const struct file *in, const struct file *out, bool in_offset,
                         bool out_offset) __must_check;

/* tee(2): the same bytes in both pipes. */
ssize_t file_tee(struct file *in, struct file *out, size_t len, unsigned flags) __must_check;
/* vmsplice(2): @buffer into a pipe open for writing, or the other way. */
ssize_t file_splice_memory(struct file *file, struct io_buffer *buffer,
                           unsigned flags) __must_check;

/* The pipe that @file is an end of; NULL: none. */
struct pipe *pipe_of(const struct file *file);
/* May splice and sendfile read from it? */
bool file_gives_splice(const struct file *file);
/* May they write to it? */
bool file_takes_splice(const struct file *file);
/* sendfile(2) into a pipe: as much as there is room for, waiting for some. */
ssize_t pipe_fill_from_file(struct file *file, struct pipe *pipe, u64 *position, size_t len,
                            bool nonblocking) __must_check;
