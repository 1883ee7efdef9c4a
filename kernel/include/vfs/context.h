/*
 * What a file call needs to know of the process that makes it.
 */
#pragma once

#include <kern/spinlock.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <sched/thread.h>
#include <vfs/cred.h>
#include <vfs/path.h>

/* Root, working directory and umask; shared by threads (CLONE_FS). */
struct fs_context {
    refcount_t references;
    struct path root;      /* (name_lock) */
    struct path cwd;       /* (name_lock) */
    u32 umask;             /* (a) */
    struct list_head link; /* (list of all contexts) pivot_root moves them */
};

struct fs_context *
fs_context_create(void) __must_check; /* at the root of the mount tree; NULL: no memory */
struct fs_context *fs_context_copy(struct fs_context *from) __must_check; /* NULL: no memory */
struct fs_context *fs_context_get(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);
/* Both take a reference on the result, which the caller drops. */
void fs_context_root(struct fs_context *fs, struct path *root);
void fs_context_cwd(struct fs_context *fs, struct path *cwd);
void fs_context_set_root(struct fs_context *fs, const struct path *root);
void fs_context_set_cwd(struct fs_context *fs, const struct path *cwd);
/* Every root and working directory that is @from becomes @to (pivot_root). */
void fs_context_move_all(const struct path *from, const struct path *to);
u32 fs_context_set_umask(struct fs_context *fs, u32 umask); /* the old one */

/*
 * Embedded by proc in each task. Only the task itself changes the pointers; limits are written by
 * anyone (one word each). A caller that acts for itself passes vfs_current().
 */
struct vfs_context {
    struct fs_context *fs;
    struct fd_table *files;
    const struct credentials *credentials;
    u64 file_size_limit; /* RLIMIT_FSIZE, ~0: none */
    u64 nr_files_limit;  /* RLIMIT_NOFILE (soft) */
    s32 process_id;      /* thread group id: owner of record locks */
    struct file **late;  /* (the thread itself) see file_releases_wait; NULL: none waits */
};

/* The process or group that SIGIO goes to (F_SETOWN). */
struct file_owner {
    s32 type;   /* F_OWNER_* */
    s32 id;     /* 0: none */
    s32 signal; /* F_SETSIG; 0: SIGIO */
    s32 fd;     /* the descriptor O_ASYNC was set through; si_fd */
    u32 uid, euid;
};

/* What proc and signal do for vfs. */
struct vfs_hooks {
    void (*raise_signal)(int signal); /* to the running thread: SIGXFSZ */
    void (*notify_owner)(const struct file_owner *owner, int fd,
                         unsigned events); /* O_ASYNC; callable under spin locks */
    int (*owner_kinds)(s32 number);        /* what it names now, bits 1 << F_OWNER_* [-ESRCH] */
};
void vfs_register_hooks(const struct vfs_hooks *hooks);

struct vfs_context *vfs_kernel_context(void);

/* The running task's context; in a kernel thread root's, with the initial root directory. Never
 * NULL. */
static inline struct vfs_context *vfs_current(void)
{
    struct vfs_context *context = current_thread()->vfs;

    return likely(context != NULL) ? context : vfs_kernel_context();
}
