/*
 * kernel_main: the boot order.
 *
 * One step after the other on CPU 0's idle stack, with interrupts off until the scheduler runs. A
 * step may rely on all before it. Nothing here decides anything but the order; what a room needs
 * from those above it is registered by them or, where that is one assignment, here.
 */
#include "selftest.h"

#include <abi/fcntl.h>
#include <abi/stat.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/power.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/upcall.h>
#include <drivers/char.h>
#include <drivers/drivers.h>
#include <drivers/interrupt.h>
#include <ipc/futex.h>
#include <ipc/mqueue.h>
#include <ipc/msg.h>
#include <ipc/sem.h>
#include <ipc/shm.h>
#include <fs/devfs.h>
#include <fs/initramfs.h>
#include <fs/procfs.h>
#include <fs/hugetlbfs.h>
#include <fs/tmpfs.h>
#include <kern/cmdline.h>
#include <kern/panic.h>
#include <kern/resource.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <kmem/boot_memory.h>
#include <kmem/kmem.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <net/socket.h>
#include <proc/aio.h>
#include <proc/proc.h>
#include <sched/sched.h>
#include <signal/signal.h>
#include <syscall/syscall.h>
#include <time/time.h>
#include <vfs/mount.h>
#include <vfs/names.h>
#include <vfs/vfs.h>

struct boot_step {
    const char *name;
    void (*run)(struct boot_info *boot);
};

static bool cmdline_number(const char *name, s64 *value)
{
    char text[24];

    return cmdline_find(name, text, sizeof(text)) && parse_s64(text, 0, value) == 0;
}

static void step_log(struct boot_info *boot)
{
    s64 value;

    cmdline_init(boot->command_line);
    printk_set_clock(arch_clock_ns);
    printk_init();
    if (cmdline_has("quiet"))
        console_set_level(LOG_ERR + 1);
    if (cmdline_number("loglevel", &value))
        console_set_level((int)min(max(value, (s64)0), (s64)LOG_DEBUG + 1));
    if (cmdline_number("panic", &value))
        panic_set_timeout((int)value);
    pr_info("Quire, started by %s\n", boot->loader);
    pr_info("command line: %s\n", boot->command_line);
}

static void step_memory(struct boot_info *boot)
{
    kmem_init(boot);
}

static void step_scheduler(struct boot_info *boot)
{
    (void)boot;
    sched_init();
    arch_upcalls.preempt = sched_preempt;
}

static void step_time(struct boot_info *boot)
{
    (void)boot;
    time_init();
    arch_upcalls.tick = time_tick;
}

static void step_processors(struct boot_info *boot)
{
    (void)boot;
    arch_smp_start(sched_run_cpu);
    pr_info("%u of %u processors run\n", cpu_count(), cpu_possible_count());
}

static void step_services(struct boot_info *boot)
{
    (void)boot;
    sched_start_services();
}

static void step_user_memory(struct boot_info *boot)
{
    (void)boot;
    mm_init();
}

static void step_files(struct boot_info *boot)
{
    (void)boot;
    vfs_init();
}

/* What every root has before the archive is unpacked, as on Linux: a console for the first program.
 */
static void make_first_files(void)
{
    if (vfs_mkdir_kernel("/dev", 0755) || vfs_mkdir_kernel("/root", 0700) ||
        vfs_mknod_at(vfs_current(), AT_FDCWD, "/dev/console", S_IFCHR | 0600, device_make(5, 1)))
        pr_err("boot: no /dev/console\n");
}

static void step_root(struct boot_info *boot)
{
    tmpfs_init();
    hugetlbfs_init();
    if (mount_root_create("rootfs", "mode=755"))
        panic("boot: no root file system");
    devfs_init();
    char_devices_init();
    make_first_files();
    if (boot->nr_modules == 0)
        return;
    if (initramfs_unpack(phys_to_virt(boot->modules[0].start), boot->modules[0].len) < 0)
        pr_err("initramfs: corrupt\n");
    boot_memory_release(boot->modules[0].start, boot->modules[0].len);
}

static void step_processes(struct boot_info *boot)
{
    (void)boot;
    signal_init();
    futex_init();
    mqueue_init();
    aio_init();
    msg_init();
    sem_init();
    shm_init();
    proc_init();
    procfs_init();
}

static void step_devices(struct boot_info *boot)
{
    arch_upcalls.interrupt = interrupt_dispatch;
    resource_init(boot);
    acpi_power_init();
    tty_drivers_init(boot);
}

static void step_network(struct boot_info *boot)
{
    (void)boot;
    net_init();
}

static void step_system_calls(struct boot_info *boot)
{
    (void)boot;
    syscall_init();
}

static void step_settings(struct boot_info *boot)
{
    (void)boot;
    procfs_add_settings();
    sysctl_apply_command_line();
}

static void step_selftest(struct boot_info *boot)
{
    (void)boot;
    if (cmdline_has("selftest"))
        selftest_run();
}

static void step_first_program(struct boot_info *boot)
{
    (void)boot;
    proc_start_init();
}

/* On the idle stack of CPU 0: may not sleep. */
static const struct boot_step early_steps[] = {
    {"log", step_log},   {"memory", step_memory},         {"scheduler", step_scheduler},
    {"time", step_time}, {"processors", step_processors}, {"services", step_services},
};

/* In a kernel thread: may sleep. */
static const struct boot_step steps[] = {
    {"selftest", step_selftest},   {"user memory", step_user_memory},
    {"files", step_files},         {"root", step_root},
    {"processes", step_processes}, {"devices", step_devices},
    {"network", step_network},     {"system calls", step_system_calls},
    {"settings", step_settings},   {"first program", step_first_program},
};

static void run_steps(const struct boot_step *step, size_t nr, struct boot_info *boot)
{
    for (; nr > 0; step++, nr--) {
        pr_debug("boot: %s\n", step->name);
        step->run(boot);
    }
}

static void boot_thread(void *boot)
{
    run_steps(steps, ARRAY_SIZE(steps), boot);
}

void kernel_main(struct boot_info *boot)
{
    run_steps(early_steps, ARRAY_SIZE(early_steps), boot);
    if (IS_ERR(thread_create_kernel("boot", boot_thread, boot)))
        panic("boot: no thread");
    sched_run_cpu(0);
}
