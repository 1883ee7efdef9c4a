/*
 * kernel.print-fatal-signals: the log says who ends by a signal that leaves a core, and with which
 * registers.
 */
#include <arch/debug.h>
#include <arch/thread.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <proc/task.h>

#include "signal_internal.h"

static s32 reports;

static const struct sysctl settings[] = {
    {.name = "print-fatal-signals", .value = &reports},
    {0},
};

void fatal_report_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    sysctl_register(&table);
}

static void print_line(const char *line)
{
    pr_info("  %s\n", line);
}

void fatal_report(int signal)
{
    struct task *self = current_task();

    if (READ_ONCE(reports) == 0)
        return;
    pr_info("%s[%d]: fatal signal %d\n", self->thread.name, task_id(self), signal);
    arch_print_registers(arch_user_frame(self->thread.stack), print_line);
}
