/*
 * /proc/PID/mm_why: why the last memory call of the process failed, or what its fatal fault was
 * (docs/page-fault.md). Not in Linux.
 */
#include <proc/memory_failure.h>

#include "views.h"

static void put_range(struct proc_text *text, const struct memory_failure *failure)
{
    if (failure->len > 0)
        proc_print(text, "range: %lx-%lx, %lu bytes\n", failure->addr, failure->addr + failure->len,
                   failure->len);
    else
        proc_print(text, "address: %lx\n", failure->addr);
}

static void put_area(struct proc_text *text, const struct memory_failure *failure)
{
    u32 flags = failure->area_flags;

    if (failure->area_end == 0) {
        proc_print(text, "area: none\n");
        return;
    }
    proc_print(text, "area: %lx-%lx %c%c%c%c\n", failure->area_start, failure->area_end,
               flags & VMA_READ ? 'r' : '-', flags & VMA_WRITE ? 'w' : '-',
               flags & VMA_EXEC ? 'x' : '-', flags & VMA_SHARED ? 's' : 'p');
}

PROC_VIEW(mm_why)
{
    struct memory_failure failure;

    memory_failure_get(subject->process, &failure);
    if (failure.call == NULL) {
        proc_print(text, "nothing has failed\n");
        return 0;
    }
    proc_print(text, "call: %s\n", failure.call);
    proc_print(text, "result: %s\n", failure.result);
    put_range(text, &failure);
    put_area(text, &failure);
    proc_print(text, "rule: %s\n", failure.rule);
    return 0;
}
