/*
 * /proc/PID/syscall, stack and wchan: what a task does in the kernel while it sleeps. What is
 * wanted is copied out while the scheduler keeps the task asleep (thread_look_asleep); of the
 * running task itself it is there to be read.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <arch/debug.h>
#include <arch/thread.h>
#include <arch/trace.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <proc/control.h>
#include <proc/task.h>
#include <vfs/cred.h>

#include "views.h"

#define CALLERS_MAX 64
#define ARGUMENTS   6

/* The system call that a task is in. */
struct call_state {
    long number; /* -1: none */
    unsigned long arguments[ARGUMENTS];
    vaddr_t stack_pointer, pc;
};

static void look_at_call(const struct thread *thread, void *argument)
{
    const struct trap_frame *frame = arch_user_frame(thread->stack);
    struct call_state *call = argument;

    call->number = arch_syscall_number(frame);
    arch_syscall_arguments(frame, call->arguments);
    call->stack_pointer = arch_frame_stack(frame);
    call->pc = arch_frame_pc(frame);
}

static void put_call(struct proc_text *text, const struct call_state *call)
{
    proc_print(text, "%ld", call->number);
    for (unsigned i = 0; call->number != -1 && i < ARGUMENTS; i++)
        proc_print(text, " 0x%lx", call->arguments[i]);
    proc_print(text, " 0x%lx 0x%lx\n", call->stack_pointer, call->pc);
}

PROC_VIEW(syscall)
{
    struct task *task = proc_subject_task(subject);
    struct call_state call = {.number = -1};
    int error = task ? task_may_inspect(task) : 0;

    if (error)
        goto out;
    if (task == current_task())
        look_at_call(&task->thread, &call);
    if (!task || task == current_task() || thread_look_asleep(&task->thread, look_at_call, &call))
        put_call(text, &call);
    else
        proc_print(text, "running\n");
out:
    if (task)
        task_put(task);
    return error;
}

struct callers {
    unsigned nr;
    const void *channel; /* where it went to sleep, as the wait says; NULL: it does not sleep */
    u64 addresses[CALLERS_MAX];
};

static bool add_caller(void *context, u64 address)
{
    struct callers *callers = context;

    callers->addresses[callers->nr++] = address;
    return callers->nr < CALLERS_MAX;
}

static void look_at_callers(const struct thread *thread, void *argument)
{
    struct callers *callers = argument;

    callers->channel = thread->wait_channel;
    arch_stack_walk_thread(&thread->arch, add_caller, callers);
}

/* Innermost first; none of a task that runs elsewhere. => NULL: no memory */
static struct callers *callers_get(struct task *task)
{
    struct callers *callers = kzalloc(sizeof(*callers), ALLOC_WAIT);

    if (callers && task == current_task())
        arch_stack_walk(NULL, add_caller, callers);
    else if (callers)
        (void)thread_look_asleep(&task->thread, look_at_callers, callers);
    return callers;
}

/* A return address follows the call, which may be the last instruction of its function. */
static bool find_caller(u64 address, struct symbol_description *symbol)
{
    return symbol_find(address - 1, symbol);
}

static int put_callers(struct proc_text *text, struct task *task)
{
    struct symbol_description symbol;
    struct callers *callers = callers_get(task);

    if (!callers)
        return -ENOMEM;
    for (unsigned i = 0; i < callers->nr; i++) {
        u64 address = callers->addresses[i];

        if (find_caller(address, &symbol))
            proc_print(text, "[<0>] %s+0x%lx/0x%lx\n", symbol.name, address - symbol.address,
                       symbol.size);
    }
    kfree(callers);
    return 0;
}

PROC_VIEW(stack)
{
    struct task *task = proc_subject_task(subject);
    int error = 0;

    if (!credentials_capable(text->credentials, CAP_SYS_ADMIN))
        error = -EACCES;
    else if (task)
        error = task_may_inspect(task);
    if (!error && task)
        error = put_callers(text, task);
    if (task)
        task_put(task);
    return error;
}

/* The function that called the wait; false: it is none that is on the stack now. */
static bool find_channel(const struct callers *callers, struct symbol_description *symbol)
{
    for (unsigned i = 0; callers->channel && i < callers->nr; i++)
        if (callers->addresses[i] == (u64)callers->channel)
            return find_caller(callers->addresses[i], symbol);
    return false;
}

PROC_VIEW(wchan)
{
    struct task *task = proc_subject_task(subject);
    struct symbol_description symbol = {.name = "0"};
    struct callers *callers;

    if (task && task_may_inspect(task) == 0) {
        callers = callers_get(task);
        if (callers)
            (void)find_channel(callers, &symbol);
        kfree(callers);
    }
    if (task)
        task_put(task);
    proc_print(text, "%s", symbol.name);
    return 0;
}
