/*
 * Filling struct boot_info; what is common to all loaders.
 */
#include "boot.h"

#include <arch/upcall.h>
#include <lib/string.h>

static enum boot_memory_type memory_type(u32 e820_type)
{
    switch (e820_type) {
    case 1:
        return BOOT_MEMORY_RAM;
    case 3:
        return BOOT_MEMORY_ACPI;
    case 4:
        return BOOT_MEMORY_NVS;
    case 5:
        return BOOT_MEMORY_BAD;
    default:
        return BOOT_MEMORY_RESERVED;
    }
}

/* Beyond what the direct map has room for; also keeps a wrapping range of bad firmware harmless. */
#define PHYSICAL_END (1UL << 46)

static void add_memory(struct boot_info *boot, paddr_t start, u64 len, enum boot_memory_type type)
{
    if (len == 0 || start >= PHYSICAL_END)
        return;
    len = min(len, PHYSICAL_END - start);
    if (boot->nr_memory == BOOT_MEMORY_MAX) {
        arch_warn("boot: more than %u memory ranges, rest ignored\n", BOOT_MEMORY_MAX);
        return;
    }
    boot->memory[boot->nr_memory++] = (struct boot_memory){start, len, type};
}

void boot_info_add_memory(struct boot_info *boot, paddr_t start, u64 len, u32 e820_type)
{
    add_memory(boot, start, len, memory_type(e820_type));
}

void boot_info_add_reserved(struct boot_info *boot, paddr_t start, u64 len)
{
    if (boot->nr_memory == BOOT_MEMORY_MAX)
        boot_refuse_machine("the firmware lists too many memory ranges");
    add_memory(boot, start, len, BOOT_MEMORY_RESERVED);
}

void boot_info_add_module(struct boot_info *boot, paddr_t start, u64 len)
{
    if (boot->nr_modules == BOOT_MODULES_MAX) {
        arch_warn("boot: more than %u modules, rest ignored\n", BOOT_MODULES_MAX);
        return;
    }
    boot->modules[boot->nr_modules++] = (struct boot_module){start, len};
}

void boot_info_set_command_line(struct boot_info *boot, const char *text, size_t max)
{
    size_t len = strnlen(text, max);

    if (len >= sizeof(boot->command_line)) {
        arch_warn("boot: command line of %zu bytes truncated\n", len);
        len = sizeof(boot->command_line) - 1;
    }
    memcpy(boot->command_line, text, len);
    boot->command_line[len] = '\0';
}
