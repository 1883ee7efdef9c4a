/*
 * What the log says about a kill for memory. The lines that tools look for are Linux's: "invoked
 * oom-killer", the table of tasks, "Killed process".
 */
#include "oom_internal.h"

#include <kern/printk.h>
#include <kmem/frames.h>
#include <kmem/kmem.h>
#include <kmem/slab.h>
#include <vfs/cred.h>

#define KIB(pages) ((pages) * (PAGE_SIZE / 1024))

static void report_memory(void)
{
    struct frame_statistics frames;
    struct mm_totals totals;

    frames_statistics(&frames);
    mm_totals_get(&totals);
    pr_err("Mem-Info: total:%lukB free:%lukB min:%lukB low:%lukB anon:%lukB shmem:%lukB "
           "file:%lukB dirty:%lukB mapped:%lukB pagetables:%lukB\n",
           KIB(frames.total), KIB(frames.free), KIB(frames.watermark_min),
           KIB(frames.watermark_low), KIB(totals.anonymous), KIB(totals.shmem),
           KIB(totals.page_cache), KIB(totals.dirty), KIB(totals.mapped), KIB(totals.tables));
}

static u32 user_of(struct process *process)
{
    struct task *task = process_get_task(process);
    const struct credentials *credentials;
    u32 user;

    if (task == NULL)
        return process->uid;
    credentials = task_get_credentials(task);
    user = credentials != NULL ? credentials->uid : process->uid;
    if (credentials != NULL)
        credentials_put(credentials);
    task_put(task);
    return user;
}

static void report_process(struct process *process)
{
    struct mm *mm = oom_mm_get(process);
    struct mm_resident resident;

    if (mm == NULL)
        return;
    mm_footprint_get(mm, &resident);
    pr_err("[%7d] %5d %5d %8lu %8lu %8lu %8lu         %5d %s\n", process_id(process),
           user_of(process), process_id(process), READ_ONCE(mm->total_pages),
           resident.anonymous + resident.file + resident.shmem,
           READ_ONCE(mm->table_pages) * PAGE_SIZE, resident.swap, process->oom_score_adj,
           process->comm);
    mm_put(mm);
}

static void report_processes(void)
{
    struct process *process;

    pr_err("Tasks state (memory values in pages):\n");
    pr_err("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n");
    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;

        report_process(process);
        process_put(process);
        process = process_next(next);
    }
}

void oom_report_state(bool with_tasks)
{
    struct task *self = current_task_or_null();

    pr_err("%s invoked oom-killer: order=0, oom_score_adj=%d\n", current_thread()->name,
           self != NULL ? self->process->oom_score_adj : 0);
    report_memory();
    if (with_tasks)
        report_processes();
}

void oom_report_kill(struct process *victim, struct mm *mm, const char *reason)
{
    struct mm_resident resident;

    mm_footprint_get(mm, &resident);
    pr_err("%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, "
           "shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d\n",
           reason, process_id(victim), victim->comm, KIB(READ_ONCE(mm->total_pages)),
           KIB(resident.anonymous), KIB(resident.file), KIB(resident.shmem), user_of(victim),
           KIB(READ_ONCE(mm->table_pages)), victim->oom_score_adj);
}
