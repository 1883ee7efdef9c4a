/*
 * What the boot loader said, in one shape for Multiboot2 and PVH. kernel_main receives it on CPU 0
 * with the direct map of the RAM in @memory in place, the console silent, interrupts off.
 */
#pragma once

#include <lib/types.h>

#define BOOT_MEMORY_MAX  128
#define BOOT_MODULES_MAX 8

enum boot_memory_type {
    BOOT_MEMORY_RAM = 1,
    BOOT_MEMORY_RESERVED,
    BOOT_MEMORY_ACPI,
    BOOT_MEMORY_NVS,
    BOOT_MEMORY_BAD
};

struct boot_memory {
    paddr_t start;
    u64 len;
    enum boot_memory_type type;
};

struct boot_module {
    paddr_t start;
    u64 len;
};

struct boot_framebuffer {
    paddr_t base; /* 0: none */
    u32 pitch, width, height, bits_per_pixel;
    u8 red_shift, green_shift, blue_shift;
    bool text; /* an 80x25-style text buffer, not pixels */
};

struct boot_info {
    const char *loader;      /* "PVH" or the Multiboot2 loader's name */
    char command_line[4096]; /* NUL-terminated, truncated with a message if longer */
    struct boot_memory memory[BOOT_MEMORY_MAX]; /* as reported: unsorted, may overlap */
    unsigned nr_memory;
    struct boot_module modules[BOOT_MODULES_MAX]; /* first: initramfs */
    unsigned nr_modules;
    struct boot_framebuffer framebuffer;
    paddr_t acpi_root;                /* RSDP, 0: look for it */
    paddr_t kernel_start, kernel_end; /* physical extent of the image, bss included */
};

/* Provided by init/main.c. */
__noreturn void kernel_main(struct boot_info *boot);
