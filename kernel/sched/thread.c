/*
 * Threads: making and ending them.
 */
#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/thread.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <kmem/vmalloc.h>
#include <lib/string.h>
#include <sched/sched.h>

#include "run_queue.h"

void thread_set_name(struct thread *thread, const char *name)
{
    strlcpy(thread->name, name, sizeof(thread->name));
}

/* A boost is not inherited. */
static void inherit_scheduling(struct thread *thread, const struct thread *parent)
{
    thread->user_policy = parent->user_policy;
    thread->user_priority = parent->user_priority;
    thread->nice = parent->nice;
    thread->allowed_cpus = parent->allowed_cpus;
    if (parent->reset_on_fork) {
        if (policy_is_realtime(parent->user_policy)) {
            thread->user_policy = SCHED_OTHER;
            thread->user_priority = 0;
        }
        thread->nice = max(thread->nice, 0);
    }
    thread->policy = thread->user_policy;
    thread->priority = thread->user_priority;
}

static int init_with_stack(struct thread *thread, const char *name)
{
    memset(thread, 0, sizeof(*thread));
    thread->stack = kernel_stack_alloc();
    if (thread->stack == NULL)
        return -ENOMEM;
    thread_set_name(thread, name);
    thread->state = THREAD_NEW;
    thread->cpu = cpu_id(); /* whose lock is quick to have at the start */
    thread->cpu_deadline = TIME_NEVER;
    rb_node_init(&thread->run_node);
    list_init(&thread->run_link);
    return 0;
}

int thread_init(struct thread *thread, const char *name)
{
    int error = init_with_stack(thread, name);

    if (error)
        return error;
    inherit_scheduling(thread, current_thread());
    thread->weight = fair_weight(thread->policy, thread->nice);
    return 0;
}

void thread_fini(struct thread *thread)
{
    ASSERT(thread->on_run_queue == THREAD_OFF_QUEUE && !load_acquire(&thread->on_cpu));
    kernel_stack_free(thread->stack);
    thread->stack = NULL;
}

static void free_kernel_thread(struct thread *thread)
{
    thread_fini(thread);
    kfree(thread);
}

static void kernel_thread_main(void *argument)
{
    struct thread *self = argument;

    self->entry(self->argument);
    thread_exit(free_kernel_thread);
}

struct thread *thread_create_kernel_on(const char *name, void (*entry)(void *), void *argument,
                                       u64 mask)
{
    struct thread *thread = kmalloc(sizeof(*thread), ALLOC_WAIT);
    int error;

    if (thread == NULL)
        return ERR_PTR(-ENOMEM);
    error = init_with_stack(thread, name);
    if (error) {
        kfree(thread);
        return ERR_PTR(error);
    }
    thread->arch.flags = THREAD_KERNEL;
    thread->weight = fair_weight(SCHED_OTHER, 0);
    thread->entry = entry;
    thread->argument = argument;
    thread->allowed_cpus = mask;
    arch_thread_init_kernel(&thread->arch, thread->stack, kernel_thread_main, thread);
    thread_start(thread);
    return thread;
}

struct thread *thread_create_kernel(const char *name, void (*entry)(void *), void *argument)
{
    return thread_create_kernel_on(name, entry, argument, ~0ull);
}

void thread_exit(void (*reap)(struct thread *))
{
    struct thread *self = current_thread();

    self->reap = reap;
    /* Preempted as a dead thread it would be reaped while it still has to come back and leave. */
    irq_disable();
    thread_set_state(THREAD_DEAD);
    schedule();
    panic("a dead thread runs");
}

bool thread_look_asleep(struct thread *thread, void (*look)(const struct thread *, void *),
                        void *argument)
{
    const u32 states = THREAD_ASLEEP_MASK | THREAD_STATE_MASK(THREAD_STOPPED);
    irqflags_t flags;
    struct run_queue *queue = thread_queue_lock(thread, &flags);
    bool asleep = thread->on_run_queue == THREAD_OFF_QUEUE &&
                  (THREAD_STATE_MASK(READ_ONCE(thread->state)) & states) != 0;

    if (asleep)
        look(thread, argument);
    run_queue_unlock(queue, flags);
    return asleep;
}

void thread_wait_off_cpu(struct thread *thread)
{
    while (load_acquire(&thread->on_cpu))
        cpu_relax();
}
