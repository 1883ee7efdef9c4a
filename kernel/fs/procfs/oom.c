/*
 * /proc/PID/oom_score, oom_score_adj and oom_adj (its old scale): who is killed when memory runs
 * out (proc/oom.c decides). All processes in one address space have one adjustment, as on Linux.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <kmem/frames.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/exit.h>
#include <proc/task.h>

#include "views.h"

#define ADJUST_MAX     1000
#define OLD_ADJUST_MIN (-17) /* exempt */
#define OLD_ADJUST_MAX 15

/* The share of memory in thousandths, adjusted: from -1000..2000 to 0..2000. */
PROC_VIEW(oom_score)
{
    s64 badness = process_oom_badness(subject->process);
    s64 total = (s64)frames_total_count();
    s64 points = 0;

    if (badness != OOM_EXEMPT)
        points = (1000 + badness * 1000 / total) * 2 / 3;
    proc_print(text, "%ld\n", points);
    return 0;
}

PROC_VIEW(oom_score_adj)
{
    proc_print(text, "%d\n", READ_ONCE(subject->process->oom_score_adj));
    return 0;
}

PROC_VIEW(oom_adj)
{
    int adjust = READ_ONCE(subject->process->oom_score_adj);

    if (adjust == ADJUST_MAX)
        adjust = OLD_ADJUST_MAX;
    else
        adjust = min(adjust * -OLD_ADJUST_MIN / ADJUST_MAX, OLD_ADJUST_MAX);
    proc_print(text, "%d\n", adjust);
    return 0;
}

/* A number with blanks around it. */
static int parse_adjustment(char *text, size_t len, s32 *value)
{
    while (len > 0 && char_is_space(text[len - 1]))
        text[--len] = '\0';
    while (char_is_space(*text))
        text++;
    return parse_s32(text, 0, value);
}

int proc_store_oom_score_adj(const struct proc_subject *subject, char *text, size_t len)
{
    s32 value;

    if (parse_adjustment(text, len, &value) || value < -ADJUST_MAX || value > ADJUST_MAX)
        return -EINVAL;
    if (value < READ_ONCE(subject->process->oom_score_adj_min) && !capable(CAP_SYS_RESOURCE))
        return -EACCES;
    process_oom_adjust(subject->process, value, capable(CAP_SYS_RESOURCE));
    return 0;
}

int proc_store_oom_adj(const struct proc_subject *subject, char *text, size_t len)
{
    s32 value;

    if (parse_adjustment(text, len, &value) || value < OLD_ADJUST_MIN || value > OLD_ADJUST_MAX)
        return -EINVAL;
    value = value == OLD_ADJUST_MAX ? ADJUST_MAX : value * ADJUST_MAX / -OLD_ADJUST_MIN;
    if (value < READ_ONCE(subject->process->oom_score_adj) && !capable(CAP_SYS_RESOURCE))
        return -EACCES;
    process_oom_adjust(subject->process, value, false);
    return 0;
}
