/*
 * kcmp(2), pidfd_getfd(2).
 *
 * Objects are ordered by their addresses, scrambled with a number of this boot, so that a program
 * learns that an order exists and nothing of the addresses.
 */
#include <proc/compare.h>

#include <abi/errno.h>
#include <arch/user.h>
#include <lib/atomic.h>
#include <proc/control.h>
#include <proc/machine.h>
#include <proc/pidfd.h>
#include <proc/task.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/poll.h>

enum compare_type {
    KCMP_FILE,
    KCMP_VM,
    KCMP_FILES,
    KCMP_FS,
    KCMP_SIGHAND,
    KCMP_IO,
    KCMP_SYSVSEM,
    KCMP_EPOLL_TFD,
};

static long order(const void *a, const void *b)
{
    static u64 scramble; /* (a) 0: not chosen yet */
    u64 none = 0;
    u64 x, y;

    if (READ_ONCE(scramble) == 0)
        (void)try_cmpxchg(&scramble, &none, machine_random_u64() | 1);
    x = ((u64)(uintptr_t)a ^ scramble) * (scramble | 1);
    y = ((u64)(uintptr_t)b ^ scramble) * (scramble | 1);
    return x == y ? 0 : x < y ? 1 : 2;
}

/* The file @fd of @task, referenced; NULL: none. */
static struct file *task_get_file(struct task *task, unsigned long fd)
{
    struct fd_table *files = task_get_files(task);
    struct file *file;

    if (files == NULL)
        return NULL;
    file = fd > INT32_MAX ? NULL : fd_get_any(files, (int)fd);
    fd_table_put(files);
    return file;
}

/* The same, only to be compared. */
static const struct file *file_of(struct task *task, unsigned long fd)
{
    struct file *file = task_get_file(task, fd);

    file_put(file);
    return file;
}

static long compare_files(struct task *first, struct task *second, unsigned long a, unsigned long b)
{
    const struct file *file_a = file_of(first, a);
    const struct file *file_b = file_of(second, b);

    return file_a == NULL || file_b == NULL ? -EBADF : order(file_a, file_b);
}

struct epoll_slot {
    u32 epoll, target, index;
};

/* Is the file @fd of @first the one that an epoll of @second watches as @slot says? */
static long compare_watched(struct task *first, struct task *second, unsigned long fd,
                            const struct epoll_slot __user *user)
{
    const struct file *file, *watched;
    struct epoll_slot slot;
    struct file *epoll;

    if (copy_from_user(&slot, user, sizeof(slot)) != 0)
        return -EFAULT;
    file = file_of(first, fd);
    epoll = file == NULL ? NULL : task_get_file(second, slot.epoll);
    if (epoll == NULL)
        return -EBADF;
    watched = epoll_watched(epoll, (int)slot.target, slot.index);
    file_put(epoll);
    return IS_ERR(watched) ? PTR_ERR(watched) : order(file, watched);
}

static long compare(struct task *first, struct task *second, int type, unsigned long a,
                    unsigned long b)
{
    switch (type) {
    case KCMP_FILE:
        return compare_files(first, second, a, b);
    case KCMP_VM:
        return order(READ_ONCE(first->mm), READ_ONCE(second->mm));
    case KCMP_FILES:
        return order(READ_ONCE(first->vfs.files), READ_ONCE(second->vfs.files));
    case KCMP_FS:
        return order(READ_ONCE(first->vfs.fs), READ_ONCE(second->vfs.fs));
    case KCMP_SIGHAND:
        return order(first->process->signals.actions, second->process->signals.actions);
    case KCMP_IO:
        return 0; /* no task has an I/O context of its own */
    case KCMP_SYSVSEM:
        return order(READ_ONCE(first->sem_undo), READ_ONCE(second->sem_undo));
    case KCMP_EPOLL_TFD:
        return compare_watched(first, second, a, (const struct epoll_slot __user *)b);
    default:
        return -EINVAL;
    }
}

long process_compare(int first_number, int second_number, int type, unsigned long a,
                     unsigned long b)
{
    struct task *first = task_find(first_number);
    struct task *second = task_find(second_number);
    long result = -ESRCH;

    if (first != NULL && second != NULL) {
        result = task_may_inspect(first) != 0 || task_may_inspect(second) != 0 ? -EPERM : 0;
        if (result == 0)
            result = compare(first, second, type, a, b);
    }
    if (first != NULL)
        task_put(first);
    if (second != NULL)
        task_put(second);
    return result;
}

struct file *pidfd_get_file(struct file *pidfd, int fd)
{
    struct process *process = pidfd_process(pidfd);
    struct fd_table *files;
    struct file *file = NULL;
    struct task *task;
    int err;

    if (process == NULL)
        return ERR_PTR(-EBADF);
    task = process_get_task(process);
    if (task == NULL)
        return ERR_PTR(-ESRCH);
    files = task_get_files(task);
    if (files != NULL) {
        file = fd_get_any(files, fd);
        fd_table_put(files);
    }
    err = task_may_inspect(task); /* of the program that has the file: see task_inspect_mm */
    task_put(task);
    if (err == 0)
        return file != NULL ? file : ERR_PTR(-EBADF);
    file_put(file);
    return ERR_PTR(err);
}
