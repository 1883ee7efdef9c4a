/*
 * The Multiboot2 information structure: GRUB, under BIOS and UEFI. (Multiboot2 specification 2.0.)
 */
#include "boot.h"

#include <arch/upcall.h>
#include <lib/string.h>

enum tag_type {
    TAG_END,
    TAG_COMMAND_LINE,
    TAG_LOADER,
    TAG_MODULE,
    TAG_MEMORY_MAP = 6,
    TAG_FRAMEBUFFER = 8,
    TAG_ACPI_1 = 14,
    TAG_ACPI_2 = 15,
};

struct tag {
    u32 type;
    u32 size; /* without the padding to 8 bytes */
};

struct tag_module {
    struct tag tag;
    u32 start;
    u32 end;
};

struct tag_memory_map {
    struct tag tag;
    u32 entry_size;
    u32 entry_version;
};

struct memory_entry {
    u64 start;
    u64 len;
    u32 type;
    u32 reserved;
};

struct tag_framebuffer {
    struct tag tag;
    u64 base;
    u32 pitch, width, height;
    u8 bits_per_pixel;
    u8 kind; /* 1: direct colour, 2: text */
    u16 reserved;
    u8 red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
} __packed;

static char loader_name[64];

static void parse_memory(struct boot_info *boot, const struct tag_memory_map *map)
{
    const char *entry = (const char *)(map + 1);
    const char *end = (const char *)map + map->tag.size;

    if (map->entry_size < sizeof(struct memory_entry))
        return;
    for (; entry + map->entry_size <= end; entry += map->entry_size) {
        const struct memory_entry *memory = (const struct memory_entry *)entry;

        boot_info_add_memory(boot, memory->start, memory->len, memory->type);
    }
}

static void parse_framebuffer(struct boot_info *boot, const struct tag_framebuffer *tag)
{
    if (tag->kind != 1 && tag->kind != 2)
        return;
    boot->framebuffer = (struct boot_framebuffer){
        .base = tag->base,
        .pitch = tag->pitch,
        .width = tag->width,
        .height = tag->height,
        .bits_per_pixel = tag->bits_per_pixel,
        .text = tag->kind == 2,
    };
    if (tag->kind == 1) {
        boot->framebuffer.red_shift = tag->red_shift;
        boot->framebuffer.green_shift = tag->green_shift;
        boot->framebuffer.blue_shift = tag->blue_shift;
    }
}

static void parse_tag(struct boot_info *boot, const struct tag *tag)
{
    const char *content = (const char *)(tag + 1);
    size_t len = tag->size - sizeof(*tag);

    switch (tag->type) {
    case TAG_COMMAND_LINE:
        boot_info_set_command_line(boot, content, len);
        break;
    case TAG_LOADER:
        strlcpy(loader_name, content, min(len, sizeof(loader_name)));
        break;
    case TAG_MODULE: {
        const struct tag_module *module = (const struct tag_module *)tag;

        if (tag->size >= sizeof(*module) && module->end > module->start)
            boot_info_add_module(boot, module->start, module->end - module->start);
        break;
    }
    case TAG_MEMORY_MAP:
        if (tag->size >= sizeof(struct tag_memory_map))
            parse_memory(boot, (const struct tag_memory_map *)tag);
        break;
    case TAG_FRAMEBUFFER:
        if (tag->size >= sizeof(struct tag_framebuffer))
            parse_framebuffer(boot, (const struct tag_framebuffer *)tag);
        break;
    case TAG_ACPI_1: /* a copy of the RSDP; the newer one wins */
        if (!boot->acpi_root)
            boot->acpi_root = (u64)content - DIRECT_MAP_BASE;
        break;
    case TAG_ACPI_2:
        boot->acpi_root = (u64)content - DIRECT_MAP_BASE;
        break;
    }
}

void boot_parse_multiboot2(struct boot_info *boot, paddr_t info)
{
    const u32 *header = boot_pointer(info, 8);
    const char *start = (const char *)header;
    u32 offset = 8;

    if (!header || !boot_pointer(info, header[0]))
        boot_refuse_machine("the Multiboot2 information is damaged");
    boot->loader = loader_name;
    while (offset + sizeof(struct tag) <= header[0]) {
        const struct tag *tag = (const struct tag *)(start + offset);

        if (tag->type == TAG_END || tag->size < sizeof(*tag) || tag->size > header[0] - offset)
            break;
        parse_tag(boot, tag);
        offset += align_up(tag->size, 8);
    }
    if (boot->nr_memory == 0)
        boot_refuse_machine("the loader gives no memory map");
}
