/*
 * The PVH start information: qemu -kernel, cloud hypervisors. (Xen: public start_info.h,
 * version 1.)
 */
#include "boot.h"

#include <arch/upcall.h>

#define PVH_MAGIC 0x336EC578

struct pvh_start_info {
    u32 magic;
    u32 version;
    u32 flags;
    u32 nr_modules;
    u64 modules;
    u64 command_line;
    u64 rsdp;
    u64 memory_map; /* version >= 1 */
    u32 nr_memory;
    u32 reserved;
};

struct pvh_module {
    u64 start;
    u64 len;
    u64 command_line;
    u64 reserved;
};

struct pvh_memory {
    u64 start;
    u64 len;
    u32 type;
    u32 reserved;
};

static void parse_memory(struct boot_info *boot, const struct pvh_start_info *info)
{
    const struct pvh_memory *memory =
        boot_pointer(info->memory_map, (u64)info->nr_memory * sizeof(*memory));

    if (info->version < 1 || !memory)
        boot_refuse_machine("the loader gives no memory map");
    for (u32 i = 0; i < info->nr_memory; i++)
        boot_info_add_memory(boot, memory[i].start, memory[i].len, memory[i].type);
}

void boot_parse_pvh(struct boot_info *boot, paddr_t paddr)
{
    const struct pvh_start_info *info = boot_pointer(paddr, sizeof(*info));
    const struct pvh_module *modules;
    const char *text;

    if (!info || info->magic != PVH_MAGIC)
        boot_refuse_machine("the PVH start information is damaged");
    boot->loader = "PVH";
    boot->acpi_root = info->rsdp;
    parse_memory(boot, info);
    modules = boot_pointer(info->modules, (u64)info->nr_modules * sizeof(*modules));
    for (u32 i = 0; modules && i < info->nr_modules; i++)
        boot_info_add_module(boot, modules[i].start, modules[i].len);
    text = boot_pointer(info->command_line, 1);
    if (text)
        boot_info_set_command_line(boot, text, BOOT_MAPPED_END - info->command_line);
}
