/*
 * procfs: the kernel's own state as files (proc(5)). One file per view.
 *
 * 1. What exists is a table: struct proc_entry, one line per name. A directory's entry names a
 * table of children, or operations that find them (numbers of processes, of descriptors).
 * 2. Nothing is kept between reads. An inode is an entry and a subject, the process or task it is
 * about (referenced); a text file is made whole by its show function at the first read and after
 * each seek to 0, into a buffer of the open file, so one open file gives one consistent picture.
 * Only lists of areas are made by the page, as they are read, each area whole: a program may have
 * thousands, and the first line shall not cost what all cost. Areas that change between two reads
 * may be seen twice or not at all, as on Linux.
 * Files about memory are about that of the open: execve and exit leave them empty.
 * 3. Names of processes come and go without procfs being told: cached names are checked
 * (revalidate) at each use.
 *
 * Locks: none of its own. Views take what they look at.
 */
#pragma once

#include <abi/stat.h>
#include <lib/types.h>
#include <sched/wait.h>

struct credentials;
struct file;
struct file_ops;
struct mm;
struct name;
struct path;
struct proc_addition;
struct proc_entry;
struct process;
struct sysctl;
struct task;

/* Text being made. Memory short: the failure is remembered and the read says -ENOMEM. */
struct proc_text {
    struct mutex lock; /* one read at a time: pread(2) does not take file.position_lock */
    char *bytes;
    size_t len, size;
    bool failed;
    bool more;     /* set by a view that has not said all: show is called again for the rest */
    u64 next;      /* where it goes on, in its own terms; 0: the beginning */
    u64 start;     /* position in the file of the first byte */
    size_t wanted; /* how much the reader asks for */
    const struct credentials *credentials; /* of who opened it */
    struct mm *mm; /* (c) of an entry about memory: as the file was opened; NULL: there was none */
};
/* That memory, with a user; NULL: it is gone. */
struct mm *proc_text_mm(const struct proc_text *text);
void proc_print(struct proc_text *text, const char *format, ...) __printf(2, 3);
void proc_put(struct proc_text *text, const void *bytes, size_t len);
/* %0*lx and %*lu, for files of thousands of numbers. @width: at most 20 */
void proc_put_hex(struct proc_text *text, u64 value, unsigned width);
void proc_put_decimal(struct proc_text *text, u64 value, unsigned width);
/* A name with spaces, newlines and backslashes as octal, as /proc/mounts and maps want; @special:
 * what to escape. */
void proc_put_escaped(struct proc_text *text, const char *name, const char *special);

/* Whom an entry is about. */
struct proc_subject {
    struct process *process; /* NULL: the machine */
    struct task *task;       /* of task/N; NULL: the process as a whole */
    bool whole;              /* of /proc/N for a task that is not the first: its own name and
                                state, and the sums of its process */
    int number;              /* descriptor, for fd/N */
    u64 start, end;          /* area, for map_files/START-END */
};

/* A living task of the subject, referenced: the named one, or any of the process; NULL: it is a
 * zombie. */
struct task *proc_subject_task(const struct proc_subject *subject);
/* Its address space, with a user; NULL: kernel thread or exiting. */
struct mm *proc_subject_mm(const struct proc_subject *subject);

struct proc_directory {
    /* The child @name: fill @entry and @subject (references are taken over). -ENOENT */
    int (*find)(const struct proc_subject *parent, const struct name *name,
                const struct proc_entry **entry, struct proc_subject *subject);
    /* The first child numbered >= @from; false: none. */
    bool (*next)(const struct proc_subject *parent, u64 from, u64 *number);
    /* The name of child @number; false: it is gone. NULL: the number is the name. */
    bool (*put_name)(const struct proc_subject *parent, u64 number, char *name, size_t size);
    /* The children that are directories, for st_nlink. NULL: none are counted. */
    unsigned (*count)(const struct proc_subject *parent);
    u32 type;     /* S_IF* of the children, for listings */
    bool changes; /* children come and go too often to remember their names */
};

/* Is a text file about memory, and what of it is left when the process is? */
enum proc_memory {
    PROC_MEMORY_NONE,
    PROC_MEMORY_OF_PROCESS, /* -ESRCH when it is reaped */
    PROC_MEMORY_ALONE,
};

struct proc_entry {
    const char *name; /* NULL ends a table */
    u32 mode;         /* type and permissions */
    /* A text file: */
    int (*show)(struct proc_text *text, const struct proc_subject *subject);
    int (*store)(const struct proc_subject *subject, char *text,
                 size_t len); /* one write; terminated */
    /* A directory: */
    const struct proc_entry *children;
    struct proc_addition *const *additions; /* after the children: what other rooms registered */
    const struct proc_directory *directory; /* last */
    /* A link: text, and for magic ones where it leads. */
    int (*readlink)(const struct proc_subject *subject, char *buffer, size_t size);
    int (*follow)(const struct proc_subject *subject, struct path *path);
    u64 size; /* st_size of the link */
    /* A file with operations of its own: */
    const struct file_ops *file_ops;
    const struct sysctl *setting; /* of a file in /proc/sys that a room registered */
    bool private;                 /* only for those who may inspect the process */
    enum proc_memory memory;
};

#define PROC_FILE(name_, show_)                                                                    \
    {                                                                                              \
        .name = name_, .mode = S_IFREG | 0444, .show = show_                                       \
    }
#define PROC_PRIVATE(name_, permissions_, show_)                                                   \
    {                                                                                              \
        .name = name_, .mode = S_IFREG | (permissions_), .show = show_, .private = true            \
    }
#define PROC_MEMORY(name_, permissions_, show_, memory_)                                           \
    {                                                                                              \
        .name = name_, .mode = S_IFREG | (permissions_), .show = show_, .private = true,           \
        .memory = memory_                                                                          \
    }
#define PROC_SETTING(name_, show_, store_)                                                         \
    {                                                                                              \
        .name = name_, .mode = S_IFREG | 0644, .show = show_, .store = store_                      \
    }
#define PROC_FOLDER(name_, children_, additions_)                                                  \
    {                                                                                              \
        .name = name_, .mode = S_IFDIR | 0555, .children = children_, .additions = additions_      \
    }

/*
 * Entries that other rooms bring (they are above procfs, or know what it does not): before the
 * first program runs, for ever, in storage of the caller.
 */
enum proc_place {
    PROC_PLACE_ROOT,
    PROC_PLACE_QUIRE,
    PROC_PLACE_NET,
    PROC_PLACE_SYS_FS,
    PROC_PLACE_SYS_FS_EPOLL,
    PROC_PLACE_SYS_FS_INOTIFY,
    PROC_PLACE_SYS_FS_MQUEUE,
    PROC_PLACE_SYS_KERNEL,
    PROC_PLACE_SYS_NET_CORE,
    PROC_PLACE_SYS_NET_IPV4,
    PROC_PLACE_SYS_NET_IPV6,
    PROC_PLACE_SYS_NET_UNIX,
    PROC_PLACE_SYS_VM,
    NR_PROC_PLACES
};
struct proc_addition {
    struct proc_entry entry;
    struct proc_addition *next;
};
void proc_register(enum proc_place place, struct proc_addition *addition);

/* Number in a name, -1: it is none (no leading zeros). */
long proc_name_number(const struct name *name);
/* A decimal setting: -EINVAL. */
int proc_parse(const char *text, u64 *value) __must_check;

/* The process whose folder /proc/PID @file is, borrowed; NULL: it is none. */
struct process *procfs_file_process(struct file *file);

/* Register the file system. => after vfs_init */
void procfs_init(void);

/* Files in /proc/sys for all registered settings. => once, after every room has registered its own
 */
void procfs_add_settings(void);
