/*
 * kernel_main: the boot order.
 */
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/power.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/cmdline.h>
#include <kern/printk.h>

static void cpu_idle(unsigned cpu)
{
    pr_info("cpu %u: up\n", cpu);
    for (;;)
        cpu_idle_wait();
}

void kernel_main(struct boot_info *boot)
{
    cmdline_init(boot->command_line);
    printk_set_clock(arch_clock_ns);
    pr_info("Quire, started by %s: %s\n", boot->loader, boot->command_line);
    arch_smp_start(cpu_idle);
    pr_info("%u of %u processors\n", cpu_count(), cpu_possible_count());
    arch_debug_exit(16);
    cpu_halt_forever();
}
