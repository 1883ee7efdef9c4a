/*
 * Deferred work: run a function soon in a kernel thread. A work item queued twice before it ran
 * runs once. Items run one at a time, in order; a function may sleep, but not for long.
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>

struct work {
    struct list_head link; /* (queue lock) */
    void (*function)(struct work *work);
    u32 queued; /* (a) */
};
#define WORK_INIT(function_)                                                                       \
    {                                                                                              \
        .function = (function_)                                                                    \
    }

static inline void work_init(struct work *work, void (*function)(struct work *work))
{
    work->function = function;
    work->queued = 0;
}

/* Callable anywhere but under a run-queue lock or one ranked after it; false: already queued. The
 * function may free its item. */
bool work_queue(struct work *work);
void work_flush(struct work *work); /* wait until it is neither queued nor running; may sleep */
void work_start(void);              /* the kernel thread */
