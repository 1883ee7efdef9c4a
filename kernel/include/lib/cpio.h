/*
 * Reading a cpio archive in the "newc" format (magic 070701 and 070702) from memory, entry by
 * entry. Pure, and safe on hostile input: nothing outside the buffer is read, and all sizes are
 * checked. Several archives may follow each other, with zero bytes between, as boot loaders
 * concatenate them; their trailers are skipped.
 */
#pragma once

#include <lib/types.h>

struct cpio_reader {
    const u8 *bytes;
    size_t len;
    size_t offset; /* of the next header */
};

/* One entry. The pointers point into the archive. */
struct cpio_entry {
    const char *name; /* terminated inside the archive */
    size_t name_len;  /* without the terminator, > 0 */
    const u8 *data;
    size_t data_len;
    u32 ino;
    u32 mode; /* file type and permission bits, as st_mode */
    u32 uid;
    u32 gid;
    u32 nlink;
    u32 mtime;
    u32 dev_major;
    u32 dev_minor;
    u32 rdev_major;
    u32 rdev_minor;
};

void cpio_init(struct cpio_reader *reader, const void *bytes, size_t len);

/*
 * cpio_next: the next entry.
 * => 1 and *entry filled; 0 at the end; -EINVAL when the archive is malformed or cut short (and
 *    again at each further call)
 */
__must_check int cpio_next(struct cpio_reader *reader, struct cpio_entry *entry);
