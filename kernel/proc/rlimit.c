/*
 * Resource limits: the values, who may change them, and where they go: mm and vfs keep copies of
 * those they enforce, which are refreshed here whenever a value changes.
 */
#include <proc/rlimit.h>

#include <abi/errno.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <lib/atomic.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <proc/timers.h>
#include <vfs/cred.h>
#include <vfs/fd_table.h>

#define STACK_LIMIT_DEFAULT (8ul << 20)
#define FILES_SOFT_DEFAULT  1024ul
#define FILES_HARD_DEFAULT  4096ul
#define MEMLOCK_DEFAULT     (8ul << 20)
#define MSGQUEUE_DEFAULT    819200ul

/* Linux's: threads may use an eighth of memory with stacks of 16 KiB. */
#define FRAMES_PER_THREAD 32
#define THREADS_MAX_LIMIT 0x3fffffff

static s32 threads_max;

u64 rlimit_of(struct process *process, int resource)
{
    return READ_ONCE(process->rlimits[resource].current);
}

u64 rlimit_current(int resource)
{
    return rlimit_of(current_process(), resource);
}

bool rlimit_allows_task(void)
{
    return task_count() < (u64)READ_ONCE(threads_max);
}

static const struct sysctl settings[] = {
    {.name = "threads-max", .value = &threads_max, .minimum = 1, .maximum = THREADS_MAX_LIMIT},
    {0},
};

void rlimit_settings_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    threads_max = (s32)min(frames_total_count() / FRAMES_PER_THREAD, (u64)THREADS_MAX_LIMIT);
    sysctl_register(&table);
}

void rlimit_init_defaults(struct abi_rlimit limits[NR_RLIMITS])
{
    u64 tasks = (u64)READ_ONCE(threads_max) / 2;

    for (int i = 0; i < NR_RLIMITS; i++)
        limits[i] = (struct abi_rlimit){RLIM_INFINITY, RLIM_INFINITY};
    limits[RLIMIT_STACK].current = STACK_LIMIT_DEFAULT;
    limits[RLIMIT_CORE].current = 0;
    limits[RLIMIT_NPROC] = (struct abi_rlimit){tasks, tasks};
    limits[RLIMIT_NOFILE] = (struct abi_rlimit){FILES_SOFT_DEFAULT, FILES_HARD_DEFAULT};
    limits[RLIMIT_MEMLOCK] = (struct abi_rlimit){MEMLOCK_DEFAULT, MEMLOCK_DEFAULT};
    limits[RLIMIT_SIGPENDING] = (struct abi_rlimit){tasks, tasks};
    limits[RLIMIT_MSGQUEUE] = (struct abi_rlimit){MSGQUEUE_DEFAULT, MSGQUEUE_DEFAULT};
    limits[RLIMIT_NICE] = (struct abi_rlimit){0, 0};
    limits[RLIMIT_RTPRIO] = (struct abi_rlimit){0, 0};
}

void rlimit_apply_to_mm(struct process *process)
{
    struct task *task = process_get_task(process);
    struct mm *mm;

    if (task == NULL)
        return;
    mm = task_get_mm(task);
    task_put(task);
    if (mm == NULL)
        return;
    write_lock(&mm->map_lock);
    mm->limits = (struct mm_limits){
        .address_space = rlimit_of(process, RLIMIT_AS),
        .data = rlimit_of(process, RLIMIT_DATA),
        .stack = rlimit_of(process, RLIMIT_STACK),
        .locked = rlimit_of(process, RLIMIT_MEMLOCK),
    };
    write_unlock(&mm->map_lock);
    mm_put_user(mm);
}

/* vfs keeps two limits per task. => process.lock held */
static void apply_to_files(struct process *process)
{
    struct task *task;

    list_for_each_entry (task, &process->tasks, process_link) {
        WRITE_ONCE(task->vfs.file_size_limit, process->rlimits[RLIMIT_FSIZE].current);
        WRITE_ONCE(task->vfs.nr_files_limit, process->rlimits[RLIMIT_NOFILE].current);
    }
}

static int check_change(const struct abi_rlimit *old, const struct abi_rlimit *wanted, int resource)
{
    if (wanted->current > wanted->maximum)
        return -EINVAL;
    if (resource == RLIMIT_NOFILE && wanted->maximum > fd_limit_max())
        return -EPERM;
    if (wanted->maximum > old->maximum && !capable(CAP_SYS_RESOURCE))
        return -EPERM;
    return 0;
}

int rlimit_change(struct process *process, int resource, const struct abi_rlimit *new_limit,
                  struct abi_rlimit *old)
{
    struct abi_rlimit *limit;
    irqflags_t flags;
    int error = 0;

    if (resource < 0 || resource >= NR_RLIMITS)
        return -EINVAL;
    limit = &process->rlimits[resource];
    flags = spin_lock_irqsave(&process->lock);
    if (old != NULL)
        *old = *limit;
    if (new_limit != NULL)
        error = check_change(limit, new_limit, resource);
    if (new_limit != NULL && !error) {
        *limit = *new_limit;
        apply_to_files(process);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (error || new_limit == NULL)
        return error;
    if (resource == RLIMIT_CPU)
        process_cpu_watch_restart(process);
    if (resource == RLIMIT_RTTIME)
        process_cpu_watch_update(process);
    rlimit_apply_to_mm(process);
    return 0;
}

/* CAP_SYS_RESOURCE, or every user and group id of the target is the caller's real one. */
static bool may_change_limits_of(struct task *task)
{
    const struct credentials *mine = current_task()->vfs.credentials;
    const struct credentials *theirs;
    bool same;

    if (task == current_task() || capable(CAP_SYS_RESOURCE))
        return true;
    theirs = task_get_credentials(task);
    if (theirs == NULL)
        return false;
    same = mine->uid == theirs->uid && mine->uid == theirs->euid && mine->uid == theirs->suid &&
           mine->gid == theirs->gid && mine->gid == theirs->egid && mine->gid == theirs->sgid;
    credentials_put(theirs);
    return same;
}

int rlimit_change_of(int pid, int resource, const struct abi_rlimit *new_limit,
                     struct abi_rlimit *old)
{
    struct task *task;
    int error = -EPERM;

    if (resource < 0 || resource >= NR_RLIMITS)
        return -EINVAL;
    task = pid ? task_find(pid) : task_get(current_task());
    if (task == NULL)
        return -ESRCH;
    if (may_change_limits_of(task))
        error = rlimit_change(task->process, resource, new_limit, old);
    task_put(task);
    return error;
}
