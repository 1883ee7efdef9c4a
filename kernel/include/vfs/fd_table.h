/*
 * Descriptor tables: small numbers for open files. Shared by threads (CLONE_FILES), copied by fork.
 *
 * The spin lock protects all fields. A look-up takes a file reference under it, so a concurrent
 * close is harmless.
 */
#pragma once

#include <kern/spinlock.h>
#include <lib/refcount.h>
#include <lib/types.h>

struct file;
struct vfs_context;

#define FD_TABLE_INLINE 64

/* fs.nr_open: no table grows to so many descriptors; RLIMIT_NOFILE's ceiling. */
u32 fd_limit_max(void);

struct fd_table {
    refcount_t references;
    struct spinlock lock;   /* rank FILE */
    unsigned capacity;      /* (lock) multiple of 64 */
    unsigned first_free;    /* (lock) no lower descriptor is free */
    struct file **files;    /* (lock) NULL: free, or reserved */
    unsigned long *used;    /* (lock) bitmap: taken or reserved */
    unsigned long *cloexec; /* (lock) bitmap */
    struct file *inline_files[FD_TABLE_INLINE];
    unsigned long inline_used[1];
    unsigned long inline_cloexec[1];
};

void fd_table_cache_init(void);
struct fd_table *fd_table_create(void) __must_check;                /* empty; NULL: no memory */
struct fd_table *fd_table_copy(struct fd_table *from) __must_check; /* fork; NULL: no memory */
struct fd_table *fd_table_get(struct fd_table *table);
void fd_table_put(struct fd_table *table); /* the last one closes everything; may sleep */
bool fd_table_is_shared(const struct fd_table *table);
void fd_table_close_on_exec(struct fd_table *table); /* execve(2); the table is not shared */

/*
 * fd_reserve: the lowest free descriptor >= @minimum, below @limit (RLIMIT_NOFILE), reserved.
 * => -EMFILE, -ENOMEM; then fd_install or fd_unreserve
 */
int fd_reserve(struct fd_table *table, unsigned minimum, u64 limit, bool cloexec) __must_check;
void fd_install(struct fd_table *table, int fd, struct file *file); /* takes over the reference */
void fd_unreserve(struct fd_table *table, int fd);
/* Both steps; on failure the file is put. flags: O_CLOEXEC. Returns the descriptor. */
int fd_add(const struct vfs_context *context, struct file *file, u32 flags) __must_check;

/* The file of @fd, referenced; NULL: none (-EBADF). fd_get refuses O_PATH files, fd_get_any does
 * not. */
struct file *fd_get(struct fd_table *table, int fd) __must_check;
struct file *fd_get_any(struct fd_table *table, int fd) __must_check;

/* close(2). @table also identifies the owner of record locks. -EBADF */
int fd_close(struct fd_table *table, int fd);
/* close_range(2) on this table: close, or set the flag. */
void fd_close_range(struct fd_table *table, unsigned first, unsigned last, bool only_cloexec);

/* dup, F_DUPFD: lowest >= minimum. dup2, dup3: exactly @new, closing what was there. */
int fd_duplicate(const struct vfs_context *context, int fd, unsigned minimum,
                 bool cloexec) __must_check;
int fd_duplicate_to(const struct vfs_context *context, int fd, int new,
                    bool cloexec) __must_check; /* old == new: caller's rule */

int fd_get_cloexec(struct fd_table *table, int fd) __must_check; /* 0, 1, -EBADF */
int fd_set_cloexec(struct fd_table *table, int fd, bool on) __must_check;

/* The first open descriptor >= @from, its file referenced; -1: none. For /proc/PID/fd. */
int fd_next(struct fd_table *table, unsigned from, struct file **file);
unsigned fd_capacity(struct fd_table *table); /* FDSize in /proc/PID/status */
