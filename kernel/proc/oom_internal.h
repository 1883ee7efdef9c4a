/* The out-of-memory killer's view of a process (oom.c, oom_report.c). */
#pragma once

#include <mm/mm.h>
#include <proc/task.h>

/* The address space of a living task of @process, referenced (not used); NULL: none. */
struct mm *oom_mm_get(struct process *process);

/* The log: who asked, what memory there is, and (oom_dump_tasks) who has how much. */
void oom_report_state(bool with_tasks);
void oom_report_kill(struct process *victim, struct mm *mm, const char *reason);
