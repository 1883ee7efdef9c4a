/*
 * /proc/PID/oom_score and oom_score_adj: who is killed when memory runs out (proc/oom.c decides).
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <kmem/frames.h>
#include <lib/parse.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/task.h>

#include "views.h"

#define ADJUST_MAX 1000

/* Linux shows the share of memory in thousandths, adjusted, moved from -1000..2000 to 0..2000. */
PROC_VIEW(oom_score)
{
    struct process *process = subject->process;
    struct mm *mm = proc_subject_mm(subject);
    long adjust = READ_ONCE(process->oom_score_adj);
    struct mm_resident resident;
    u64 pages = 0;

    if (mm) {
        mm_resident_get(mm, &resident);
        pages = resident.anonymous + resident.file + resident.shmem + resident.swap +
                READ_ONCE(mm->table_pages);
        mm_put_user(mm);
    }
    if (!mm || adjust == -ADJUST_MAX || process == process_init_get()) {
        proc_print(text, "0\n");
        return 0;
    }
    proc_print(text, "%ld\n",
               (1000 + adjust + (long)(pages * 1000 / max(frames_total_count(), 1ul))) * 2 / 3);
    return 0;
}

PROC_VIEW(oom_score_adj)
{
    proc_print(text, "%d\n", READ_ONCE(subject->process->oom_score_adj));
    return 0;
}

int proc_store_oom_score_adj(const struct proc_subject *subject, char *text, size_t len)
{
    struct process *process = subject->process;
    s32 value;

    (void)len;
    if (parse_s32(text, 0, &value) || value < -ADJUST_MAX || value > ADJUST_MAX)
        return -EINVAL;
    if (value < min(READ_ONCE(process->oom_score_adj), 0) && !capable(CAP_SYS_RESOURCE))
        return -EACCES;
    WRITE_ONCE(process->oom_score_adj, value);
    return 0;
}
