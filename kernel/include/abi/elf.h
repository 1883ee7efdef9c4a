/*
 * The parts of the ELF-64 format that a kernel reads (elf(5)).
 */
#pragma once

#include <lib/types.h>

#define ELF_MAGIC      "\177ELF"
#define ELF_MAGIC_SIZE 4
#define EI_CLASS       4
#define EI_DATA        5
#define EI_VERSION     6
#define ELFCLASS64     2
#define ELFDATA2LSB    1
#define EM_X86_64      62

#define ET_EXEC 2
#define ET_DYN  3
#define ET_CORE 4

struct elf_header {
    u8 ident[16];
    u16 type;
    u16 machine;
    u32 version;
    u64 entry;
    u64 program_offset;
    u64 section_offset;
    u32 flags;
    u16 header_size;
    u16 program_entry_size;
    u16 program_count;
    u16 section_entry_size;
    u16 section_count;
    u16 section_names;
};
_Static_assert(sizeof(struct elf_header) == 64, "elf(5)");

#define PT_NULL         0
#define PT_LOAD         1
#define PT_DYNAMIC      2
#define PT_INTERP       3
#define PT_NOTE         4
#define PT_PHDR         6
#define PT_TLS          7
#define PT_GNU_STACK    0x6474e551
#define PT_GNU_PROPERTY 0x6474e553

#define PF_X 1
#define PF_W 2
#define PF_R 4

struct elf_program_header {
    u32 type;
    u32 flags;
    u64 offset;
    u64 virtual_address;
    u64 physical_address;
    u64 file_size;
    u64 memory_size;
    u64 align;
};
_Static_assert(sizeof(struct elf_program_header) == 56, "elf(5)");

struct elf_section_header {
    u32 name;
    u32 type;
    u64 flags;
    u64 address;
    u64 offset;
    u64 size;
    u32 link;
    u32 info;
    u64 align;
    u64 entry_size;
};
_Static_assert(sizeof(struct elf_section_header) == 64, "elf(5)");
