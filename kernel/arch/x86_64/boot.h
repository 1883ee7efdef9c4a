/*
 * Between the files that run once at boot.
 */
#pragma once

#include <arch/boot.h>
#include <arch/memory.h>
#include <lib/types.h>

/* Symbols of the linker script. */
extern char kernel_image_start[], kernel_image_end[];
extern char kernel_text_start[], kernel_text_end[];
extern char kernel_rodata_start[], kernel_rodata_end[];
extern char kernel_data_start[], kernel_data_end[];
extern char percpu_start[], percpu_end[];

/* What the boot tables map: a loader's structure beyond it is ignored with a message. */
#define BOOT_MAPPED_END 0x100000000UL

/* boot_pointer: physical memory below BOOT_MAPPED_END, on the boot tables; NULL when not below. */
static inline const void *boot_pointer(paddr_t paddr, u64 len)
{
    if (paddr == 0 || len > BOOT_MAPPED_END || paddr > BOOT_MAPPED_END - len)
        return NULL;
    return (const void *)(DIRECT_MAP_BASE + paddr);
}

void boot_info_add_memory(struct boot_info *boot, paddr_t start, u64 len, u32 e820_type);
void boot_info_add_reserved(struct boot_info *boot, paddr_t start, u64 len);
void boot_info_add_module(struct boot_info *boot, paddr_t start, u64 len);
void boot_info_set_command_line(struct boot_info *boot, const char *text, size_t max);

void boot_parse_multiboot2(struct boot_info *boot, paddr_t info);
void boot_parse_pvh(struct boot_info *boot, paddr_t info);

/* No memory, no processor feature, no sense: say so and stop. Not a bug of the kernel, so no panic.
 */
__noreturn void boot_refuse_machine(const char *format, ...) __printf(1, 2);
