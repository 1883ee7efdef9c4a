/*
 * prctl(PR_SET_MM): where /proc says that a program's parts are.
 *
 * execve notes in struct mm where code, data, heap, stack, arguments and environment begin and end.
 * Nothing in the kernel depends on them but brk(2) (the heap) and what /proc shows, so a program
 * that restores another from a checkpoint, or writes its own title, may set them: one at a time
 * with CAP_SYS_RESOURCE, or all at once (PR_SET_MM_MAP) by anybody. All marks are checked together
 * before one is changed: in user space, in order, the data within RLIMIT_DATA.
 *
 * Lock: mm.map_lock for writing, from the check to the change.
 */
#include <proc/memory_marks.h>

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/prctl.h>
#include <abi/resource.h>
#include <arch/user.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/rlimit.h>
#include <proc/task.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>

/* The order in which PR_SET_MM_MAP has them. */
enum mark {
    CODE_START,
    CODE_END,
    DATA_START,
    DATA_END,
    BRK_START,
    BRK,
    STACK_START,
    ARG_START,
    ARG_END,
    ENV_START,
    ENV_END,
    NR_MARKS,
};

struct marks {
    u64 at[NR_MARKS];
};

/* struct prctl_mm_map of Linux */
struct memory_map {
    struct marks marks;
    unsigned long __user *auxv;
    u32 auxv_size;
    s32 executable;
};

static void marks_get(const struct mm *mm, struct marks *marks)
{
    *marks = (struct marks){{
        [CODE_START] = mm->code_start,
        [CODE_END] = mm->code_end,
        [DATA_START] = mm->data_start,
        [DATA_END] = mm->data_end,
        [BRK_START] = mm->brk_start,
        [BRK] = mm->brk,
        [STACK_START] = mm->stack_start,
        [ARG_START] = mm->arg_start,
        [ARG_END] = mm->arg_end,
        [ENV_START] = mm->env_start,
        [ENV_END] = mm->env_end,
    }};
}

static void marks_put(struct mm *mm, const struct marks *marks)
{
    const u64 *at = marks->at;

    mm->code_start = at[CODE_START];
    mm->code_end = at[CODE_END];
    mm->data_start = at[DATA_START];
    mm->data_end = at[DATA_END];
    mm->brk_start = at[BRK_START];
    mm->brk = at[BRK];
    mm->stack_start = at[STACK_START];
    mm->arg_start = at[ARG_START];
    mm->arg_end = at[ARG_END];
    mm->env_start = at[ENV_START];
    mm->env_end = at[ENV_END];
}

static bool in_user_space(u64 value)
{
    return value >= mm_min_address_get() && value < USER_END;
}

static int marks_check(const struct marks *marks)
{
    const u64 *at = marks->at;
    u64 limit = rlimit_current(RLIMIT_DATA);

    for (int i = 0; i < NR_MARKS; i++)
        if (!in_user_space(at[i]))
            return -EINVAL;
    if (at[CODE_START] >= at[CODE_END] || at[DATA_START] > at[DATA_END] ||
        at[BRK_START] > at[BRK] || at[ARG_START] > at[ARG_END] || at[ENV_START] > at[ENV_END])
        return -EINVAL;
    return at[BRK] - at[BRK_START] + at[DATA_END] - at[DATA_START] > limit ? -EINVAL : 0;
}

/* Into @words, as many as a process keeps, the last entry AT_NULL. */
static int auxv_fetch(unsigned long *words, size_t room, const void __user *user, size_t size)
{
    if (size > room)
        return -EINVAL;
    memset(words, 0, room);
    if (copy_from_user(words, user, size))
        return -EFAULT;
    words[room / sizeof(*words) - 2] = 0;
    words[room / sizeof(*words) - 1] = 0;
    return 0;
}

static int set_auxv(struct mm *mm, const void __user *user, size_t size)
{
    unsigned long words[ARRAY_SIZE(mm->saved_auxv)];
    int err = auxv_fetch(words, sizeof(words), user, size);

    if (err != 0)
        return err;
    write_lock(&mm->map_lock);
    memcpy(mm->saved_auxv, words, size);
    write_unlock(&mm->map_lock);
    return 0;
}

/* A program cannot be another file's while its own is mapped, and it is: its text runs. */
static int set_executable(int fd)
{
    struct file *file = fd_get(current_task()->vfs.files, fd);
    int err;

    if (file == NULL)
        return -EBADF;
    if (!S_ISREG(file->inode->mode) || (READ_ONCE(file->path.mount->flags) & MS_NOEXEC))
        err = -EACCES;
    else
        err = path_permission(&file->path, current_task()->vfs.credentials, MAY_EXEC);
    file_put(file);
    return err != 0 ? err : -EBUSY;
}

static int set_all(struct mm *mm, const void __user *user, size_t size)
{
    unsigned long words[ARRAY_SIZE(mm->saved_auxv)];
    struct memory_map map;
    int err;

    if (size != sizeof(map))
        return -EINVAL;
    if (copy_from_user(&map, user, sizeof(map)))
        return -EFAULT;
    err = marks_check(&map.marks);
    if (err == 0 && map.auxv_size != 0)
        err =
            map.auxv == NULL ? -EINVAL : auxv_fetch(words, sizeof(words), map.auxv, map.auxv_size);
    if (err == 0 && map.executable != -1)
        err = capable(CAP_SYS_ADMIN) || capable(CAP_CHECKPOINT_RESTORE)
                  ? set_executable(map.executable)
                  : -EPERM;
    if (err != 0)
        return err;
    write_lock(&mm->map_lock);
    marks_put(mm, &map.marks);
    if (map.auxv_size != 0)
        memcpy(mm->saved_auxv, words, sizeof(words));
    write_unlock(&mm->map_lock);
    return 0;
}

/* Stack, arguments and environment must have memory at or above them. */
static bool needs_memory(enum mark mark)
{
    return mark == STACK_START || (mark >= ARG_START && mark <= ENV_END);
}

static int stop_at_first(const struct vma_info *info, void *unused)
{
    (void)info;
    (void)unused;
    return 1;
}

static int set_one(struct mm *mm, enum mark mark, u64 value)
{
    struct marks marks;
    int err;

    if (!in_user_space(value))
        return -EINVAL;
    if (needs_memory(mark) && mm_for_each_area(mm, value, stop_at_first, NULL) == 0)
        return -EFAULT;
    write_lock(&mm->map_lock);
    marks_get(mm, &marks);
    marks.at[mark] = value;
    err = marks_check(&marks);
    if (err == 0)
        marks_put(mm, &marks);
    write_unlock(&mm->map_lock);
    return err;
}

long memory_marks_set(unsigned long what, unsigned long value, unsigned long size,
                      unsigned long unused)
{
    static const u8 marks[] = {
        [PR_SET_MM_START_CODE] = CODE_START,
        [PR_SET_MM_END_CODE] = CODE_END,
        [PR_SET_MM_START_DATA] = DATA_START,
        [PR_SET_MM_END_DATA] = DATA_END,
        [PR_SET_MM_START_STACK] = STACK_START,
        [PR_SET_MM_START_BRK] = BRK_START,
        [PR_SET_MM_BRK] = BRK,
        [PR_SET_MM_ARG_START] = ARG_START,
        [PR_SET_MM_ARG_END] = ARG_END,
        [PR_SET_MM_ENV_START] = ENV_START,
        [PR_SET_MM_ENV_END] = ENV_END,
    };
    struct mm *mm = current_task()->mm;
    bool has_size = what == PR_SET_MM_AUXV || what == PR_SET_MM_MAP || what == PR_SET_MM_MAP_SIZE;

    if (unused || (size && !has_size))
        return -EINVAL;
    if (what == PR_SET_MM_MAP_SIZE)
        return put_user((u32)sizeof(struct memory_map), (u32 __user *)value);
    if (what == PR_SET_MM_MAP)
        return set_all(mm, (const void __user *)value, size);
    if (!capable(CAP_SYS_RESOURCE))
        return -EPERM;
    if (what == PR_SET_MM_EXE_FILE)
        return set_executable((int)value);
    if (what == PR_SET_MM_AUXV)
        return set_auxv(mm, (const void __user *)value, size);
    if (what < PR_SET_MM_START_CODE || what > PR_SET_MM_ENV_END)
        return -EINVAL;
    return set_one(mm, marks[what], value);
}
