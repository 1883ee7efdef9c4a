/*
 * What stat and status both tell of a task.
 */
#pragma once

#include <mm/mm.h>

#include "procfs.h"

struct task_identity {
    int number; /* of the task, or of the process when it is the subject */
    int parent, group, session;
    unsigned nr_tasks;
    char state; /* R S D T Z X */
    char name[16];
};
/* @task: a living one of the subject; NULL: there is none. */
void task_identity_get(const struct proc_subject *subject, struct task *task,
                       struct task_identity *identity);

/* Pages of the program's code. */
static inline u64 mm_code_pages(const struct mm *mm)
{
    return (align_up(mm->code_end, PAGE_SIZE) - align_down(mm->code_start, PAGE_SIZE)) >>
           PAGE_SHIFT;
}
