/*
 * Out of memory: the process whose end gives most back is killed. The score is what it has
 * resident, moved by oom_score_adj (proc(5)); pid 1 and processes at -1000 are exempt. One victim
 * at a time: while one is dying, waiting is the answer.
 */
#include <proc/exit.h>

#include <kern/printk.h>
#include <kmem/frames.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <signal/signal.h>

#define ADJ_MIN     (-1000)
#define ADJ_SCALE   1000
#define BADNESS_MAX 2000

#define VICTIM_PATIENCE NS_PER_MS

static u64 kills; /* (a) */

/* Pages that the end of @process would free. */
static u64 process_pages(struct process *process, struct mm **out)
{
    struct task *task = process_get_task(process);
    struct mm_resident resident;
    struct mm *mm;

    *out = NULL;
    if (task == NULL)
        return 0;
    mm = task_get_mm(task);
    task_put(task);
    if (mm == NULL)
        return 0;
    mm_resident_get(mm, &resident);
    *out = mm;
    return resident.anonymous + resident.file + resident.shmem + resident.swap +
           READ_ONCE(mm->table_pages);
}

/* Pages, adjusted; 0: exempt. *dying: it is already being killed. */
static u64 score(struct process *process, bool *dying)
{
    s64 adj = READ_ONCE(process->oom_score_adj);
    struct mm *mm;
    u64 pages = process_pages(process, &mm);
    s64 adjusted = (s64)pages + adj * (s64)frames_total_count() / ADJ_SCALE;

    *dying = mm != NULL && READ_ONCE(mm->oom_victim);
    if (mm == NULL)
        return 0;
    mm_put_user(mm);
    if (adj == ADJ_MIN || process == process_init_get())
        return 0;
    return adjusted > 0 ? (u64)adjusted : 1;
}

u64 process_oom_badness(struct process *process)
{
    bool dying;
    u64 pages = score(process, &dying);

    return min(pages * ADJ_SCALE / max(frames_total_count(), 1ul), (u64)BADNESS_MAX);
}

/* The worst process, referenced; NULL: none. *dying: a victim has not ended yet. */
static struct process *choose(bool *dying)
{
    struct process *process, *worst = NULL;
    u64 highest = 0;

    *dying = false;
    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;
        bool this_dies;
        u64 points = score(process, &this_dies);

        *dying |= this_dies;
        if (points > highest) {
            highest = points;
            if (worst != NULL)
                process_put(worst);
            worst = process_get(process);
        }
        process_put(process);
        process = process_next(next);
    }
    return worst;
}

static void kill(struct process *victim)
{
    struct mm *mm;
    u64 pages = process_pages(victim, &mm);

    pr_err("out of memory: killed process %d (%s), %lu KiB resident, oom_score_adj %d\n",
           process_id(victim), victim->comm, pages * (PAGE_SIZE / 1024), victim->oom_score_adj);
    fetch_add(&kills, 1);
    if (mm != NULL) {
        WRITE_ONCE(mm->oom_victim, 1);
        mm_put_user(mm);
    }
    signal_process(victim, SIGKILL);
}

/* The running task is to end: its allocation fails, so that it gets there. */
static bool is_dying(void)
{
    return current_task_or_null() != NULL && signal_fatal_pending();
}

bool process_oom_kill(void)
{
    struct process *victim;
    bool dying;

    if (is_dying())
        return false;
    victim = choose(&dying);
    if (dying) {
        /* Give the victim time to give its memory back. */
        if (victim != NULL)
            process_put(victim);
        sleep_until(time_monotonic_ns() + VICTIM_PATIENCE);
        return true;
    }
    if (victim == NULL)
        return false;
    kill(victim);
    process_put(victim);
    return !is_dying();
}

u64 process_oom_kill_count(void)
{
    return READ_ONCE(kills);
}
