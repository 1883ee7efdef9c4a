/*
 * /proc/PID/timers and task/TID/children: lists that other rooms keep under spin locks. They are
 * copied out first, into room for as many as there were a moment ago; more that come meanwhile make
 * it begin again.
 */
#include <abi/errno.h>
#include <abi/signal.h>
#include <kmem/kmalloc.h>
#include <proc/task.h>
#include <proc/timers.h>

#include "views.h"

static const char *notify_word(int notify)
{
    switch (notify) {
    case SIGEV_NONE:
        return "none";
    case SIGEV_THREAD:
        return "thread";
    default:
        return "signal";
    }
}

static void put_timer(struct proc_text *text, const struct posix_timer_description *timer)
{
    proc_print(text, "ID: %d\nsignal: %d/%016lx\nnotify: %s/%s.%d\nClockID: %d\n", timer->id,
               timer->signal, (u64)timer->value.pointer, notify_word(timer->notify),
               timer->notify == SIGEV_THREAD_ID ? "tid" : "pid", timer->target, timer->clock);
}

PROC_VIEW(timers)
{
    struct posix_timer_description *timers = NULL;
    unsigned room = 0, nr;

    while ((nr = posix_timers_describe(subject->process, timers, room)) > room) {
        kfree(timers);
        room = nr;
        timers = kcalloc(room, sizeof(*timers), ALLOC_WAIT);
        if (!timers)
            return -ENOMEM;
    }
    for (unsigned i = 0; i < nr; i++)
        put_timer(text, &timers[i]);
    kfree(timers);
    return 0;
}

PROC_VIEW(children)
{
    int number = subject->task ? task_id(subject->task) : process_id(subject->process);
    unsigned room = 0, nr;
    int *numbers = NULL;

    while ((nr = process_children_get(subject->process, number, numbers, room)) > room) {
        kfree(numbers);
        room = nr;
        numbers = kcalloc(room, sizeof(*numbers), ALLOC_WAIT);
        if (!numbers)
            return -ENOMEM;
    }
    for (unsigned i = 0; i < nr; i++)
        proc_print(text, "%d ", numbers[i]);
    kfree(numbers);
    return 0;
}
