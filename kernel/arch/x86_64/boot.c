/*
 * From the boot tables to kernel_main.
 *
 *   loader's information -> struct boot_info; ACPI directory; how many CPUs
 *   early memory: per-CPU copies, final tables, CPU stacks
 *   final tables loaded and checked; from here on nothing is writable and executable
 *   this CPU's descriptor tables, APICs, clock
 *   kernel_main on the idle stack, which has a guard page
 */
#include "boot.h"
#include "acpi_tables.h"
#include "asm.h"
#include "clock.h"
#include "cpu_features.h"
#include "cpu_start.h"
#include "early_memory.h"
#include "instructions.h"
#include "io_apic.h"
#include "kernel_map.h"
#include "lapic.h"
#include "smp.h"
#include "thread.h"

#include <arch/cpu.h>
#include <arch/debug.h>
#include <arch/power.h>
#include <arch/upcall.h>
#include <lib/printf.h>
#include <lib/string.h>

#define MEMORY_MINIMUM_MIB 12
#define REFUSED_EXIT_CODE  50

/* The value every function with an array on its stack checks; chosen before the first returns. */
u64 __stack_chk_guard = 0x51A3E7C90D2B4600;
__noreturn void __stack_chk_fail(void);
__noreturn void boot_main(u64 door, u64 info);

static struct boot_info boot_info;

void __stack_chk_fail(void)
{
    arch_panic(NULL, "a function overran its stack frame");
}

void boot_refuse_machine(const char *format, ...)
{
    static const char before[] = "\nQuire cannot run here: ", after[] = ".\n";
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    arch_early_console_write(before, sizeof(before) - 1);
    arch_early_console_write(text, strlen(text));
    arch_early_console_write(after, sizeof(after) - 1);
    arch_debug_exit(REFUSED_EXIT_CODE);
    cpu_halt_forever();
}

static void check_memory(const struct boot_info *boot)
{
    u64 ram = 0;

    for (unsigned i = 0; i < boot->nr_memory; i++) {
        if (boot->memory[i].type == BOOT_MEMORY_RAM)
            ram += boot->memory[i].len;
    }
    if (ram < MEMORY_MINIMUM_MIB << 20)
        boot_refuse_machine("it needs at least %d MiB of memory and has %lu", MEMORY_MINIMUM_MIB,
                            ram >> 20);
}

static void read_loader(struct boot_info *boot, u64 door, paddr_t info)
{
    boot->kernel_start = virt_to_phys(kernel_image_start);
    boot->kernel_end = virt_to_phys(kernel_image_end);
    if (door == BOOT_BY_PVH)
        boot_parse_pvh(boot, info);
    else
        boot_parse_multiboot2(boot, info);
    check_memory(boot);
}

static void build_tables(struct boot_info *boot)
{
    unsigned nr_cpus = madt.nr_cpus;
    paddr_t low_page = nr_cpus > 1 ? early_memory_take_low_page(boot) : 0;

    early_memory_init(boot, kernel_map_estimate(boot, nr_cpus) + smp_percpu_size(nr_cpus));
    smp_percpu_alloc(nr_cpus);
    kernel_map_build(boot, nr_cpus);
    acpi_tables_map();
    lapic_map(madt.local_apic);
    io_apic_map();
    clock_map();
    if (nr_cpus > 1)
        smp_prepare(low_page);
    early_memory_finish(boot);
    kernel_map_use_source();
}

/* On the idle stack, with the final tables. */
static void boot_finish(void *argument)
{
    kernel_map_check(kernel_root);
    io_apic_init();
    clock_init();
    kernel_main(argument);
}

__attribute__((no_stack_protector)) void boot_main(u64 door, u64 info)
{
    struct boot_info *boot = &boot_info;

    cpu_features_detect();
    __stack_chk_guard ^= cpu_random() << 8; /* the low byte stays 0: no string copies it */
    read_loader(boot, door, info);
    acpi_tables_init(boot);
    madt_parse(cpuid(1, 0).ebx >> 24);
    build_tables(boot);
    cpu_features_patch_text();
    cr3_write(virt_to_phys(kernel_root));
    cpu_start(0);
    stack_switch_call((u64)cpu_idle_stack(0) + KERNEL_STACK_SIZE, boot_finish, boot);
}
