/*
 * /proc/PID/cmdline, environ, auxv and comm: how the program was started.
 */
#include <abi/errno.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/task.h>

#include "views.h"

/* The last byte of [start, end) is there and not zero. */
static bool ends_open(struct mm *mm, vaddr_t end)
{
    char last = 0;

    return mm_access(mm, end - 1, &last, 1, false, true) == 1 && last != '\0';
}

/*
 * A program that writes a title over its arguments may go on over the environment: an argument area
 * that does not end with zero is one string, up to the first zero.
 */
static void put_title(struct proc_text *text, struct mm *mm)
{
    size_t start = text->len;

    proc_put_memory(text, mm, mm->arg_start, mm->env_end);
    if (!text->failed && text->len > start) {
        const char *zero = memchr(text->bytes + start, 0, text->len - start);

        if (zero)
            text->len = (size_t)(zero - text->bytes);
    }
}

PROC_VIEW(cmdline)
{
    struct mm *mm = proc_subject_mm(subject);

    if (!mm)
        return 0;
    if (mm->arg_end > mm->arg_start) {
        if (ends_open(mm, mm->arg_end))
            put_title(text, mm);
        else
            proc_put_memory(text, mm, mm->arg_start, mm->arg_end);
    }
    mm_put_user(mm);
    return 0;
}

PROC_VIEW(environ)
{
    struct mm *mm = proc_text_mm(text);

    (void)subject;
    if (!mm)
        return 0;
    proc_put_memory(text, mm, mm->env_start, mm->env_end);
    mm_put_user(mm);
    return 0;
}

/* Of memory that is gone, too: it was saved beside it. */
PROC_VIEW(auxv)
{
    const struct mm *mm = text->mm;
    size_t words = 0;

    (void)subject;
    if (!mm)
        return 0;
    do {
        words += 2;
    } while (words < ARRAY_SIZE(mm->saved_auxv) && mm->saved_auxv[words - 2]);
    proc_put(text, mm->saved_auxv, words * sizeof(mm->saved_auxv[0]));
    return 0;
}

PROC_VIEW(comm)
{
    struct task *task = proc_subject_task(subject);
    char name[16];

    if (task) {
        task_get_name(task, name);
        task_put(task);
    } else {
        strlcpy(name, subject->process->comm, sizeof(name));
    }
    proc_print(text, "%s\n", name);
    return 0;
}

int proc_store_comm(const struct proc_subject *subject, char *text, size_t len)
{
    struct task *task;

    (void)len;
    if (subject->process != current_process())
        return -EINVAL;
    task = proc_subject_task(subject);
    if (!task)
        return -ESRCH;
    task_set_name(task, text);
    task_put(task);
    return 0;
}
