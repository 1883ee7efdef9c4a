/*
 * /proc/quire: what other kernels do not have. audit recounts all memory; frames counts the
 * frames by use; failpoints makes allocations fail at will; runqueues shows the CPUs.
 */
#include <abi/errno.h>
#include <arch/smp.h>
#include <kern/failpoint.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <sched/sched.h>

#include "views.h"

#define REPORT_MAX 4096

/* "ok", or the broken invariant. */
PROC_VIEW(audit)
{
    char *report = kzalloc(REPORT_MAX, ALLOC_WAIT);

    (void)subject;
    if (!report)
        return -ENOMEM;
    if (mm_audit(report, REPORT_MAX))
        proc_print(text, "%s\n", report);
    else if (!frames_check())
        proc_print(text, "frames: the free lists and the frames disagree\n");
    else
        proc_print(text, "ok\n");
    kfree(report);
    return 0;
}

/* Every frame of the machine, counted one by one; and what the kernel knows about each. */
PROC_VIEW(frames)
{
    u64 counts[NR_FRAME_USES];

    (void)subject;
    frames_census(counts);
    for (int use = 0; use < NR_FRAME_USES; use++)
        proc_print(text, "%-10s %10lu\n", frame_use_name((enum frame_use)use), counts[use]);
    proc_print(text, "%-10s %10lu\n", "all", page_map_end);
    proc_print(text, "%-10s %10lu bytes each\n", "described", sizeof(struct page));
    return 0;
}

PROC_VIEW(failpoints)
{
    (void)subject;
    for (int point = 0; point < NR_FAILPOINTS; point++)
        proc_print(text, "%s %lu\n", failpoint_name((enum failpoint)point),
                   failpoint_hits((enum failpoint)point));
    return 0;
}

static int arm(enum failpoint point, char *rest)
{
    bool sticky = false, own = false;
    char *word;
    u64 nth;

    word = strsep(&rest, " \n");
    if (!word)
        return -EINVAL;
    if (string_is_equal(word, "off")) {
        failpoint_disarm(point);
        return 0;
    }
    if (parse_u64(word, 10, &nth) || nth == 0)
        return -EINVAL;
    while ((word = strsep(&rest, " \n"))) {
        if (string_is_equal(word, "sticky"))
            sticky = true;
        else if (string_is_equal(word, "own"))
            own = true;
        else if (*word)
            return -EINVAL;
    }
    failpoint_arm(point, nth, sticky, own ? current_task() : NULL);
    return 0;
}

/* "NAME NTH [sticky] [own]": fail the NTH call from now, and all after it, of the writer only;
 * "NAME off". */
int proc_store_failpoints(const struct proc_subject *subject, char *text, size_t len)
{
    char *rest = text;
    char *name = strsep(&rest, " ");

    (void)subject;
    (void)len;
    for (int point = 0; point < NR_FAILPOINTS; point++)
        if (string_is_equal(name, failpoint_name((enum failpoint)point)))
            return arm((enum failpoint)point, rest);
    return -EINVAL;
}

PROC_VIEW(runqueues)
{
    struct sched_cpu_stat stat;

    (void)subject;
    proc_print(text, "runnable %u\n", sched_runnable_count());
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        sched_cpu_stat_get(cpu, &stat);
        proc_print(text, "cpu%u switches %lu user %lu nice %lu system %lu idle %lu ns\n", cpu,
                   stat.switches, stat.user_ns, stat.nice_ns, stat.system_ns, stat.idle_ns);
    }
    return 0;
}

const struct proc_entry proc_quire_entries[] = {
    {.name = "audit", .mode = S_IFREG | 0400, .show = proc_show_audit},
    {.name = "frames", .mode = S_IFREG | 0400, .show = proc_show_frames},
    {.name = "failpoints",
     .mode = S_IFREG | 0600,
     .show = proc_show_failpoints,
     .store = proc_store_failpoints},
    PROC_FILE("runqueues", proc_show_runqueues),
    {0},
};
