/*
 * Deferred work: run a function soon in a kernel thread. A work item queued twice before it ran runs once.
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>

struct work {
    struct list_head link; /* (queue lock) */
    void (*function)(struct work *work);
    u32 queued;            /* (a) */
};
#define WORK_INIT(function_) {.function = (function_)}

bool work_queue(struct work *work); /* callable anywhere; false: already queued */
void work_flush(struct work *work); /* wait until it is neither queued nor running; may sleep */
