/*
 * Open files. One struct file per open(2): what several descriptors and areas share.
 *
 * file_put of the last reference calls release; it may sleep. POSIX locks go when a descriptor
 * table closes any descriptor of the inode (fd_table.h), flock and OFD locks with the file.
 */
#pragma once

#include <abi/fcntl.h>
#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <mm/object.h>
#include <sched/wait.h>
#include <vfs/context.h>
#include <vfs/fd_table.h>
#include <vfs/io_buffer.h>
#include <vfs/path.h>

struct file;
struct inode;
struct mm_map_request;
struct poll_table;

/* Where directory entries go. */
struct directory_sink {
    /*
     * One entry; @next is the position to continue behind it (its d_off).
     * => false: full; the entry was not taken and the iteration ends
     */
    bool (*emit)(struct directory_sink *sink, const char *name, size_t len, u64 next, u64 inode,
                 unsigned type);
    u64 position; /* where to begin; iterate sets it behind the last entry taken */
};

/*
 * Any member may be NULL; [what happens then]. @position is the caller's copy of the place; the
 * operation advances it. Files without a position get 0 and ignore it.
 */
struct file_ops {
    int (*open)(struct inode *inode,
                struct file *file);     /* [0]; may replace file->ops and set file->private */
    void (*release)(struct file *file); /* last reference */
    void (*flush)(struct file *file);   /* a descriptor of it was closed */
    ssize_t (*read)(struct file *file, struct io_buffer *buffer, u64 *position);  /* [-EINVAL] */
    ssize_t (*write)(struct file *file, struct io_buffer *buffer, u64 *position); /* [-EINVAL] */
    s64 (*seek)(struct file *file, s64 offset,
                int whence); /* [-ESPIPE]; file_seek_sized, file_seek_fixed ... */
    long (*ioctl)(struct file *file, unsigned request, unsigned long argument); /* [-ENOTTY] */
    unsigned (*poll)(struct file *file,
                     struct poll_table *table); /* EPOLL* bits [IN|OUT|RDNORM|WRNORM] */
    int (*map)(struct file *file,
               struct mm_map_request *request); /* set object (borrowed) and trim may [-ENODEV] */
    int (*sync)(struct file *file, u64 start, u64 end, bool data_only); /* [-EINVAL] */
    int (*iterate)(struct file *file, struct directory_sink *sink); /* inode.lock held [-ENOTDIR] */
    int (*allocate)(struct file *file, int mode, u64 offset,
                    u64 len); /* fallocate(2) [-EOPNOTSUPP] */
    int (*set_flags)(
        struct file *file,
        u32 flags); /* F_SETFL is about to change O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT [0] */
    int (*set_async)(struct file *file, bool on); /* O_ASYNC changed: keep file.owner informed,
                                                     until release [-ENOTTY for FIOASYNC] */
    size_t (*describe)(struct file *file, char *buffer,
                       size_t size); /* extra lines of /proc/PID/fdinfo/N */
    bool nonblocking_read;           /* read never waits (regular files) */
    bool gives_splice, takes_splice; /* devices: splice(2) may read, write */
};

struct file {
    refcount_t references;
    const struct file_ops *ops; /* (I) after open */
    struct path path;           /* (I) referenced */
    struct inode *inode;        /* (I) the path's */
    u32 flags;                  /* (a) O_* as F_GETFL shows them */
    u32 mode;                   /* (I) after open: FILE_* */
    struct mutex position_lock;
    u64 position;            /* (position_lock) */
    struct vm_source source; /* the door for areas: areas hold file references through it */
    const struct credentials *credentials; /* (I) of the opener */
    struct file_owner owner;               /* (spin) */
    struct spinlock spin;                  /* rank FILE_INNER */
    struct list_head epoll_items;          /* (epoll's lock) the watches on this file */
    void *private;                         /* the operations' */
    struct file *late_next;                /* without references: see file_releases_wait */
};

#define FILE_READ            (1u << 0) /* opened for reading */
#define FILE_WRITE           (1u << 1)
#define FILE_PATH            (1u << 2) /* O_PATH: only a place */
#define FILE_STREAM          (1u << 3) /* no position: lseek fails, pread and pwrite say ESPIPE */
#define FILE_HAS_WRITE       (1u << 4) /* counts in inode.writers */
#define FILE_EXEC            (1u << 5) /* counts in the inode's denied writes */
#define FILE_ATOMIC_POSITION (1u << 6) /* regular files and directories */
#define FILE_HAS_READ        (1u << 7) /* counts in inode.readers */

struct file *file_get(struct file *file);
void file_put(struct file *file); /* may sleep; NULL: nothing */

/*
 * file_releases_wait: the last file_put of a file by the running thread only notes it, until
 * file_releases_go. For who holds a lock that a release may want: what is read from a socket while
 * a pipe is locked may carry the pipe's other end.
 * => *@late is the caller's, on its stack; not nested
 */
void file_releases_wait(struct file **late);
void file_releases_go(struct file **late); /* may sleep */

/*
 * fd_borrow: the file of @fd for the time of one call of the running thread, whose table it is; as
 * fd_get, but without counting (*counted false) where nobody else has the table and could close it.
 */
static inline struct file *fd_borrow(struct fd_table *table, int fd, bool *counted)
{
    struct file *file;

    *counted = refcount_read(&table->references) > 1;
    if (unlikely(*counted))
        return fd_get(table, fd);
    if ((unsigned)fd >= table->capacity)
        return NULL;
    file = table->files[fd];
    return file != NULL && !(file->mode & FILE_PATH) ? file : NULL;
}

static inline void fd_give_back(struct file *file, bool counted)
{
    if (unlikely(counted))
        file_put(file);
}

/*
 * file_open_path: open the file at @path, permissions already checked, with O_* @flags.
 * => runs the inode's open operation; ERR_PTR; takes its own references
 */
struct file *file_open_path(const struct path *path, u32 flags,
                            const struct credentials *credentials) __must_check;

/*
 * file_create_pseudo: an open file without a name: pipes, sockets, eventfd ...
 * => a new inode of type and permissions @mode (S_IFIFO, S_IFSOCK: shown as "NAME:[inode]"; 0:
 * shown as "anon_inode:NAME"), owned by the caller; file->private = private; @flags: O_ACCMODE,
 * O_NONBLOCK ...
 * => ERR_PTR(-ENOMEM, -ENFILE)
 */
struct file *file_create_pseudo(const char *name, u32 mode, const struct file_ops *ops,
                                void *private, u32 flags) __must_check;
/* A second file on the same pseudo inode (the other end of a pipe). */
struct file *file_create_pseudo_twin(struct file *twin, const struct file_ops *ops, void *private,
                                     u32 flags) __must_check;

/* The file that @source is embedded in. */
static inline struct file *file_of_source(struct vm_source *source)
{
    return container_of(source, struct file, source);
}
extern const struct vm_source_ops file_source_ops;

static inline u32 file_flags(const struct file *file)
{
    return __atomic_load_n(&file->flags, __ATOMIC_RELAXED);
}
static inline bool file_is_nonblocking(const struct file *file, const struct io_buffer *buffer)
{
    return (file_flags(file) & O_NONBLOCK) != 0 || (buffer->flags & IO_NOWAIT) != 0;
}

/* "/a/b", "pipe:[5]", "/a/b (deleted)": from the running task's root. Start of the text inside
 * @buffer, or ERR_PTR. */
char *file_describe(struct file *file, char *buffer, size_t size);

/*
 * file_notify_owner: a file with O_ASYNC became ready for @events (POLL*): SIGIO to its owner.
 * => takes file.spin; callable under spin locks of a lower rank, not from interrupts
 */
void file_notify_owner(struct file *file, unsigned events);
/* The same for a lease or a directory watched through @fd (POLLMSG), whatever O_ASYNC says. */
void file_notify_owner_of(struct file *file, int fd, unsigned events);
/* Unless somebody owns it already, @id of @type (F_OWNER_*) gets its SIGIO. */
void file_own_by_default(struct file *file, s32 type, s32 id);
#define FILE_URGENT 0u /* no events: SIGURG, for a byte out of band */

/* How many struct files exist: /proc/sys/fs/file-nr. */
u64 file_count(void);
u64 file_count_max(void);

/* Ready-made seek operations. */
s64 file_seek_sized(struct file *file, s64 offset,
                    int whence); /* inode_size is the end; position under lock by the caller */
s64 file_seek_directory(struct file *file, s64 offset, int whence); /* cookies */
s64 file_seek_null(struct file *file, s64 offset, int whence);      /* always 0: /dev/null */
s64 file_seek_position(struct file *file, s64 offset, int whence, u64 end); /* any size */
