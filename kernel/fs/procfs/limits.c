/*
 * /proc/PID/limits.
 */
#include <lib/printf.h>
#include <proc/task.h>

#include "views.h"

static const struct {
    const char *name;
    const char *unit;
} limits[NR_RLIMITS] = {
    [RLIMIT_CPU] = {"Max cpu time", "seconds"},
    [RLIMIT_FSIZE] = {"Max file size", "bytes"},
    [RLIMIT_DATA] = {"Max data size", "bytes"},
    [RLIMIT_STACK] = {"Max stack size", "bytes"},
    [RLIMIT_CORE] = {"Max core file size", "bytes"},
    [RLIMIT_RSS] = {"Max resident set", "bytes"},
    [RLIMIT_NPROC] = {"Max processes", "processes"},
    [RLIMIT_NOFILE] = {"Max open files", "files"},
    [RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
    [RLIMIT_AS] = {"Max address space", "bytes"},
    [RLIMIT_LOCKS] = {"Max file locks", "locks"},
    [RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
    [RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
    [RLIMIT_NICE] = {"Max nice priority", NULL},
    [RLIMIT_RTPRIO] = {"Max realtime priority", NULL},
    [RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void put_value(struct proc_text *text, u64 value)
{
    char digits[24] = "unlimited";

    if (value != RLIM_INFINITY)
        snprintf(digits, sizeof(digits), "%lu", value);
    proc_print(text, "%-20s ", digits);
}

PROC_VIEW(limits)
{
    struct process *process = subject->process;
    struct abi_rlimit values[NR_RLIMITS];
    irqflags_t flags = spin_lock_irqsave(&process->lock);

    for (int i = 0; i < NR_RLIMITS; i++)
        values[i] = process->rlimits[i];
    spin_unlock_irqrestore(&process->lock, flags);
    proc_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (int i = 0; i < NR_RLIMITS; i++) {
        proc_print(text, "%-25s ", limits[i].name);
        put_value(text, values[i].current);
        put_value(text, values[i].maximum);
        proc_print(text, limits[i].unit ? "%-10s\n" : "%s\n", limits[i].unit ? limits[i].unit : "");
    }
    return 0;
}
