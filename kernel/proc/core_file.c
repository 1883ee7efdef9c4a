/*
 * Writing the ELF file of a core dump:
 *
 *      ELF header | program headers: PT_NOTE, one PT_LOAD per area | notes | padding | contents
 *
 * An area that is left out has a PT_LOAD with no contents; a page that nobody ever wrote is a hole
 * in the file. With more areas than the header can count, the number is in a section header at the
 * end of the file (PN_XNUM).
 */
#include <abi/elf.h>
#include <arch/core_dump.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <signal/signal.h>
#include <vfs/file.h>
#include <vfs/io.h>

#include "core_internal.h"

#define PN_XNUM 0xffffu

struct core_area {
    vaddr_t start, end;
    u32 flags;   /* VMA_* */
    u64 to_dump; /* bytes from the start */
};

struct core_areas {
    struct core_area *areas;
    u64 nr, room;
    struct core *core;
};

/* ---- what of an area is written ---- */

/* The inode of the file behind an area; NULL: no file, but a System V segment, say. */
static struct inode *inode_of(const struct vma_info *info)
{
    if (info->source == NULL || info->source->ops != &file_source_ops)
        return NULL;
    return file_of_source(info->source)->inode;
}

/* Is the file behind an area still reachable by a name? */
static bool has_name(const struct vma_info *info)
{
    const struct inode *inode = inode_of(info);

    return inode != NULL && READ_ONCE(inode->links) > 0;
}

static bool is_executable_file(const struct vma_info *info)
{
    const struct inode *inode = inode_of(info);

    return inode != NULL && info->offset == 0 && (info->flags & VMA_READ) &&
           (READ_ONCE(inode->mode) & 0111);
}

/* => bytes; PAGE_SIZE may stand for "if it begins with an ELF header" */
static u64 size_to_dump(const struct core *core, const struct vma_info *info)
{
    u64 whole = info->end - info->start;
    u32 filter = core->filter;

    if (info->flags & VMA_SPECIAL)
        return whole;
    if (info->flags & VMA_DONTDUMP)
        return 0;
    if (info->flags & VMA_HUGETLB)
        return filter & (info->flags & VMA_SHARED ? CORE_FILTER_HUGE_SHARED
                                                  : CORE_FILTER_HUGE_PRIVATE)
                   ? whole
                   : 0;
    if (info->flags & VMA_SHARED)
        return filter & (has_name(info) ? CORE_FILTER_FILE_SHARED : CORE_FILTER_ANON_SHARED) ? whole
                                                                                             : 0;
    if (mm_area_is_private(info) && (filter & CORE_FILTER_ANON_PRIVATE))
        return whole;
    if (info->source == NULL)
        return 0;
    if (filter & CORE_FILTER_FILE_PRIVATE)
        return whole;
    return (filter & CORE_FILTER_ELF_HEADERS) && is_executable_file(info) ? PAGE_SIZE : 0;
}

static int add_area(const struct vma_info *info, void *argument)
{
    struct core_areas *list = argument;

    if (list->nr == list->room)
        return 1;
    list->areas[list->nr++] = (struct core_area){.start = info->start,
                                                 .end = info->end,
                                                 .flags = info->flags,
                                                 .to_dump = size_to_dump(list->core, info)};
    return 0;
}

/* Of a mapped program only the first page is written, and only if it is one. */
static void check_header(struct core *core, struct core_area *area)
{
    char magic[ELF_MAGIC_SIZE];

    if (area->to_dump != PAGE_SIZE || area->end - area->start == PAGE_SIZE)
        return;
    if (mm_access(core->mm, area->start, magic, sizeof(magic), false, true) != sizeof(magic) ||
        memcmp(magic, ELF_MAGIC, ELF_MAGIC_SIZE) != 0)
        area->to_dump = 0;
}

static bool collect(struct core *core, struct core_areas *list)
{
    u64 i;

    *list = (struct core_areas){.room = READ_ONCE(core->mm->nr_areas), .core = core};
    list->areas = kmalloc_array(max(list->room, 1ul), sizeof(*list->areas), ALLOC_WAIT);
    if (list->areas == NULL)
        return false;
    (void)mm_for_each_area(core->mm, 0, add_area, list);
    for (i = 0; i < list->nr; i++)
        check_header(core, &list->areas[i]);
    return true;
}

/* ---- writing ---- */

static void emit(struct core *core, const void *bytes, size_t len)
{
    const char *at = bytes;

    if (core->full || core->written + len > core->limit || signal_fatal_pending()) {
        core->full = true;
        return;
    }
    core->written += len;
    while (len > 0) {
        ssize_t done = file_write_kernel(core->file, at, len, core->position);

        if (done <= 0) {
            core->full = true;
            return;
        }
        core->position += (u64)done;
        at += done;
        len -= (size_t)done;
    }
}

/* Whoever reads from a pipe sees zeroes where a file has a hole. */
static void skip(struct core *core, u64 len)
{
    static const char zeroes[512];
    u64 done = 0;

    while (core->is_pipe && !core->full && done < len) {
        size_t piece = min(len - done, sizeof(zeroes));

        emit(core, zeroes, piece);
        done += piece;
    }
    if (!core->is_pipe && !core->full)
        core->position += len;
}

static u32 segment_flags(u32 flags)
{
    return (flags & VMA_READ ? PF_R : 0) | (flags & VMA_WRITE ? PF_W : 0) |
           (flags & VMA_EXEC ? PF_X : 0);
}

static void emit_program_headers(struct core *core, const struct core_areas *list, u64 offset,
                                 u64 notes_size)
{
    struct elf_program_header notes = {.type = PT_NOTE, .offset = offset, .file_size = notes_size};
    u64 i;

    emit(core, &notes, sizeof(notes));
    offset = align_up(offset + notes_size, PAGE_SIZE);
    for (i = 0; i < list->nr; i++) {
        const struct core_area *area = &list->areas[i];
        struct elf_program_header load = {.type = PT_LOAD,
                                          .flags = segment_flags(area->flags),
                                          .offset = offset,
                                          .virtual_address = area->start,
                                          .file_size = area->to_dump,
                                          .memory_size = area->end - area->start,
                                          .align = PAGE_SIZE};

        emit(core, &load, sizeof(load));
        offset += area->to_dump;
    }
}

static void emit_area(struct core *core, const struct core_area *area, char *page)
{
    vaddr_t end = area->start + area->to_dump;
    vaddr_t addr = area->start;

    while (addr < end && !core->full) {
        vaddr_t next = mm_next_contents(core->mm, addr, end);

        skip(core, next - addr);
        if (next == end)
            break;
        if (mm_access(core->mm, next, page, PAGE_SIZE, false, true) == (ssize_t)PAGE_SIZE)
            emit(core, page, PAGE_SIZE);
        else
            skip(core, PAGE_SIZE);
        addr = next + PAGE_SIZE;
    }
}

static u64 contents_size(const struct core_areas *list)
{
    u64 sum = 0, i;

    for (i = 0; i < list->nr; i++)
        sum += list->areas[i].to_dump;
    return sum;
}

static struct elf_header make_header(const struct core_areas *list, u64 sections)
{
    struct elf_header header = {
        .ident = {[EI_CLASS] = ELFCLASS64, [EI_DATA] = ELFDATA2LSB, [EI_VERSION] = 1},
        .type = ET_CORE,
        .machine = ARCH_CORE_MACHINE,
        .version = 1,
        .program_offset = sizeof(struct elf_header),
        .header_size = sizeof(struct elf_header),
        .program_entry_size = sizeof(struct elf_program_header),
        .program_count = (u16)(list->nr + 1),
    };

    memcpy(header.ident, ELF_MAGIC, ELF_MAGIC_SIZE);
    if (list->nr + 1 >= PN_XNUM) {
        header.program_count = PN_XNUM;
        header.section_offset = sections;
        header.section_entry_size = sizeof(struct elf_section_header);
        header.section_count = 1;
    }
    return header;
}

static void write_parts(struct core *core, const struct core_areas *list,
                        const struct core_buffer *notes)
{
    u64 start = sizeof(struct elf_header) + (list->nr + 1) * sizeof(struct elf_program_header);
    u64 contents = align_up(start + notes->len, PAGE_SIZE);
    struct elf_header header = make_header(list, contents + contents_size(list));
    struct elf_section_header count = {.size = 1, .info = (u32)(list->nr + 1)};
    char *page = kmalloc(PAGE_SIZE, ALLOC_WAIT);
    u64 i;

    emit(core, &header, sizeof(header));
    emit_program_headers(core, list, start, notes->len);
    emit(core, notes->bytes, notes->len);
    skip(core, contents - core->position);
    for (i = 0; page != NULL && i < list->nr; i++)
        emit_area(core, &list->areas[i], page);
    if (header.section_count != 0)
        emit(core, &count, sizeof(count));
    kfree(page);
}

void core_file_write(struct core *core)
{
    struct core_buffer notes = {0};
    struct core_areas list;

    core_notes_make(core, &notes);
    if (!notes.failed && collect(core, &list)) {
        write_parts(core, &list, &notes);
        kfree(list.areas);
        /* The file may end in a hole. */
        if (!core->is_pipe && inode_size(core->file->inode) < core->position)
            (void)!file_truncate(core->file, (s64)core->position);
    }
    kfree(notes.bytes);
}
