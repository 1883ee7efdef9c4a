/*
 * Out of memory: the process whose end gives most back is killed (proc(5), oom_score_adj; vm.
 * panic_on_oom, oom_kill_allocating_task).
 *
 * The score is what a process has resident and in page tables, in pages, moved by its
 * oom_score_adj. All processes that share the address space die with it. One victim at a time:
 * while one is on its way out, who asks for memory waits for it; its private pages are taken from
 * it (mm_reap), so that memory comes back even when the victim itself is stuck behind somebody who
 * waits for memory. A victim whose end takes longer than PATIENCE is no longer waited for.
 *
 * This runs wherever user memory is asked for, under sleeping locks of any kind. So it takes none
 * that could be held by whoever waits for memory: address spaces are looked at without their lock,
 * and held by references to the storage only.
 */
#include <proc/exit.h>

#include <kern/panic.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <kmem/frames.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <sched/rcu.h>
#include <signal/signal.h>

#include "oom_internal.h"

#define ADJ_MIN   (-1000)
#define ADJ_SCALE 1000
#define PAUSE     NS_PER_MS
#define PATIENCE  NS_PER_SECOND

static s32 panic_on_oom, kill_allocating_task, dump_tasks = 1;
static u64 kills; /* (a) */
static u32 busy;  /* (a) somebody is choosing */
static struct mm
    *victim_mm;          /* (busy) of the last victim, referenced; NULL: it is waited for no more */
static u64 victim_since; /* (busy) ns */

struct mm *oom_mm_get(struct process *process)
{
    irqflags_t flags = spin_lock_irqsave(&process->lock);
    struct mm *mm = NULL;
    struct task *task;

    list_for_each_entry (task, &process->tasks, process_link) {
        if (task->mm != NULL) {
            mm = mm_get(task->mm);
            break;
        }
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return mm;
}

/* Pages that the end of who uses @mm would free. */
static u64 footprint(struct mm *mm)
{
    struct mm_resident resident;

    mm_footprint_get(mm, &resident);
    return resident.anonymous + resident.file + resident.shmem + resident.swap +
           READ_ONCE(mm->table_pages);
}

static s64 badness_of(struct process *process, struct mm *mm)
{
    s64 adj = READ_ONCE(process->oom_score_adj);

    if (adj == ADJ_MIN || process == process_init_get())
        return OOM_EXEMPT;
    return (s64)footprint(mm) + adj * (s64)(frames_total_count() / ADJ_SCALE);
}

s64 process_oom_badness(struct process *process)
{
    struct mm *mm = oom_mm_get(process);
    s64 badness;

    if (mm == NULL)
        return OOM_EXEMPT;
    badness = badness_of(process, mm);
    mm_put(mm);
    return badness;
}

/* What a look at all processes finds. */
struct choice {
    struct process *worst; /* referenced, NULL: none */
    struct mm *mm;         /* of it, referenced */
    s64 badness;
};

/* Of two that are equally bad the younger one. */
static void consider(struct choice *choice, struct process *process, struct mm *mm)
{
    s64 badness = badness_of(process, mm);

    if (badness == OOM_EXEMPT || badness < choice->badness ||
        READ_ONCE(mm->oom_state) != MM_OOM_NONE)
        return;
    choice->badness = badness;
    if (choice->worst != NULL) {
        process_put(choice->worst);
        mm_put(choice->mm);
    }
    choice->worst = process_get(process);
    choice->mm = mm_get(mm);
}

static void look_at_all(struct choice *choice)
{
    struct process *process;

    *choice = (struct choice){.badness = OOM_EXEMPT};
    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;
        struct mm *mm = oom_mm_get(process);

        if (mm != NULL) {
            consider(choice, process, mm);
            mm_put(mm);
        }
        process_put(process);
        process = process_next(next);
    }
}

static void choice_put(struct choice *choice)
{
    if (choice->worst != NULL) {
        process_put(choice->worst);
        mm_put(choice->mm);
    }
}

/* Everybody who runs in @mm. */
static void kill_sharers(struct mm *mm)
{
    struct process *process;

    for (process = process_next(1); process != NULL;) {
        int next = process_id(process) + 1;
        struct mm *other = oom_mm_get(process);

        if (other == mm && process != process_init_get())
            signal_process(process, SIGKILL);
        if (other != NULL)
            mm_put(other);
        process_put(process);
        process = process_next(next);
    }
}

static void kill(struct process *victim, struct mm *mm, const char *reason)
{
    oom_report_state(READ_ONCE(dump_tasks) != 0);
    oom_report_kill(victim, mm, reason);
    fetch_add(&kills, 1);
    WRITE_ONCE(mm->oom_state, MM_OOM_VICTIM);
    victim_mm = mm_get(mm);
    victim_since = time_monotonic_ns();
    kill_sharers(mm);
}

static void pause_for_victim(void)
{
    sleep_until(time_monotonic_ns() + PAUSE);
}

static void forget_victim(void)
{
    mm_put(victim_mm);
    victim_mm = NULL;
}

/* A victim is dying: take its pages, or give it time. False: it has had enough. */
static bool attend(void)
{
    u32 state = load_acquire(&victim_mm->oom_state);

    if (state == MM_OOM_EMPTY) {
        forget_victim();
        rcu_barrier(); /* its page tables */
        return true;
    }
    if (state == MM_OOM_VICTIM && mm_reap(victim_mm))
        return true;
    if (time_monotonic_ns() - victim_since > PATIENCE) {
        forget_victim();
        return false;
    }
    pause_for_victim();
    return true;
}

/* The running task is to end: its allocation fails, so that it gets there. */
static bool is_dying(void)
{
    return current_task_or_null() != NULL && signal_fatal_pending();
}

/* vm.oom_kill_allocating_task */
static bool kill_current(void)
{
    struct task *self = current_task_or_null();

    if (!READ_ONCE(kill_allocating_task) || self == NULL || self->mm == NULL ||
        badness_of(self->process, self->mm) == OOM_EXEMPT)
        return false;
    kill(self->process, self->mm, "Out of memory (oom_kill_allocating_task)");
    return true;
}

static void panic_if_wanted(void)
{
    if (READ_ONCE(panic_on_oom) == 0)
        return;
    oom_report_state(READ_ONCE(dump_tasks) != 0);
    panic("out of memory, and panic_on_oom is set");
}

/* => busy is the caller's */
static bool kill_worst(void)
{
    struct choice choice;
    bool again = true;

    look_at_all(&choice);
    if (kill_current())
        again = false;
    else if (choice.worst != NULL)
        kill(choice.worst, choice.mm, "Out of memory");
    else
        again = false;
    choice_put(&choice);
    return again;
}

/* => busy is the caller's */
static bool make_room(void)
{
    if (victim_mm != NULL && attend())
        return true;
    panic_if_wanted();
    return kill_worst();
}

bool process_oom_kill(void)
{
    bool again;

    if (is_dying())
        return false;
    if (xchg(&busy, 1) != 0) {
        pause_for_victim();
        return true;
    }
    again = make_room();
    store_release(&busy, 0);
    return again && !is_dying();
}

void process_oom_kill_now(void)
{
    while (xchg(&busy, 1) != 0)
        pause_for_victim();
    if (victim_mm != NULL)
        forget_victim();
    (void)kill_worst();
    store_release(&busy, 0);
}

u64 process_oom_kill_count(void)
{
    return READ_ONCE(kills);
}

static void adjust(struct process *process, int adj, bool lowest)
{
    WRITE_ONCE(process->oom_score_adj, adj);
    if (lowest)
        WRITE_ONCE(process->oom_score_adj_min, adj);
}

void process_oom_adjust(struct process *process, int adj, bool lowest)
{
    struct mm *mm = oom_mm_get(process);
    struct process *other;

    adjust(process, adj, lowest);
    for (other = process_next(1); other != NULL && mm != NULL;) {
        int next = process_id(other) + 1;
        struct mm *its = oom_mm_get(other);

        if (its == mm && other != process)
            adjust(other, adj, lowest);
        if (its != NULL)
            mm_put(its);
        process_put(other);
        other = process_next(next);
    }
    if (other != NULL)
        process_put(other);
    if (mm != NULL)
        mm_put(mm);
}

static const struct sysctl settings[] = {
    {.name = "oom_dump_tasks", .value = &dump_tasks},
    {.name = "oom_kill_allocating_task", .value = &kill_allocating_task},
    {.name = "panic_on_oom", .value = &panic_on_oom, .minimum = 0, .maximum = 2},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void process_oom_init(void)
{
    sysctl_register(&table);
}
