/*
 * Dead tasks: freeing what is left of a task when its last reference goes.
 *
 * A task ends on its own stack, which nobody may free before the switch away from it and a grace
 * period (task_reap); the last reference may go anywhere, also where nothing can sleep. So the RCU
 * thread and the work thread do the freeing, two threads for all processors. What is on its way to
 * them is counted, and who makes a task waits while that is a lot: else a few programs that make
 * and end processes in a circle would fill the memory with dead ones.
 *
 *      task_exit ──► dead_task_leaves ──► thread_exit ··· grace period ──► task_reap
 *                          +1                                          -1, task_put
 *      task_put, the last ──► the stack of dead tasks ──► work thread: task_free
 *                                    +1                               -1
 *
 * A dead task that somebody holds a reference to is not on its way: nobody waits for it here.
 */
#include <abi/errno.h>
#include <lib/atomic.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <sched/work.h>

#include "proc_internal.h"

#define NR_MAX 512 /* some 6 MiB; what a fork in a circle leaves in a grace period is a tenth */

static void free_dead(struct work *work);
static struct work free_work = WORK_INIT(free_dead);
static struct task *first_dead; /* (a) a stack, linked through thread.argument */
static u32 nr_leaving;          /* (a) tasks on their way */
static struct wait_queue fewer = WAIT_QUEUE_INIT(fewer); /* nr_leaving fell below half of NR_MAX */

static void count_gone(u32 nr)
{
    u32 before = fetch_sub(&nr_leaving, nr);

    if (unlikely(before >= NR_MAX / 2 && before - nr < NR_MAX / 2))
        wake_all(&fewer);
}

void dead_task_leaves(void)
{
    fetch_add(&nr_leaving, 1);
}

void task_reap(struct thread *thread)
{
    task_put(container_of(thread, struct task, thread));
    count_gone(1);
}

/* May be called anywhere, the freeing is put off. */
void task_put(struct task *task)
{
    struct task *first;

    if (!refcount_put_and_test(&task->references))
        return;
    fetch_add(&nr_leaving, 1);
    first = READ_ONCE(first_dead);
    do {
        task->thread.argument = first;
    } while (!try_cmpxchg(&first_dead, &first, task));
    work_queue(&free_work);
}

static void free_dead(struct work *work __unused)
{
    struct task *task = xchg(&first_dead, NULL);

    while (task != NULL) {
        struct task *next = task->thread.argument;

        task_free(task);
        count_gone(1);
        task = next;
    }
}

int dead_tasks_wait(void)
{
    if (likely(READ_ONCE(nr_leaving) < NR_MAX))
        return 0;
    if (wait_event_killable(&fewer, READ_ONCE(nr_leaving) < NR_MAX / 2) != 0)
        return -ERESTARTNOINTR;
    return 0;
}
