/*
 * Mapping the segments of an ELF file: each PT_LOAD is a private file mapping, its end beyond the
 * file's bytes is zeroed, whole pages beyond are anonymous. The address space is new and current; a
 * failure kills the program.
 */
#include "exec_internal.h"

#include <abi/errno.h>
#include <abi/mman.h>
#include <arch/memory.h>
#include <arch/user.h>
#include <mm/mm.h>
#include <proc/machine.h>
#include <vfs/file.h>
#include <vfs/io.h>

/* One file being mapped. */
struct mapping {
    struct exec *exec;
    const struct elf_image *image;
    u64 bias;                                           /* added to every address of the file */
    bool placed;                                        /* bias is decided */
    vaddr_t code_start, code_end, data_start, data_end; /* extents, file bytes */
    vaddr_t end;                                        /* of the last segment in memory */
};

static unsigned protection(const struct elf_program_header *program)
{
    return (program->flags & PF_R ? PROT_READ : 0) | (program->flags & PF_W ? PROT_WRITE : 0) |
           (program->flags & PF_X ? PROT_EXEC : 0);
}

/* Can the segment exist at all? */
static bool segment_is_sane(const struct elf_program_header *program, u64 bias)
{
    u64 address = program->virtual_address + bias;

    return program->file_size <= program->memory_size && address < USER_END &&
           program->memory_size <= USER_END - address &&
           program->offset <= INT64_MAX - program->file_size &&
           (program->offset - program->virtual_address) % PAGE_SIZE == 0;
}

/* The span of all segments, for a file that may be placed anywhere. 0: there is none, or it is
 * nonsense. */
static u64 total_span(const struct elf_image *image, u64 *lowest, u64 *align)
{
    u64 low = ~0ul, high = 0;

    *align = PAGE_SIZE;
    for (unsigned i = 0; i < image->header.program_count; i++) {
        const struct elf_program_header *program = &image->programs[i];
        u64 end;

        if (program->type != PT_LOAD)
            continue;
        if (add_overflow(program->virtual_address, program->memory_size, &end) || end > USER_END)
            return 0;
        low = min(low, align_down(program->virtual_address, PAGE_SIZE));
        high = max(high, align_up(end, PAGE_SIZE));
        if ((program->align & (program->align - 1)) == 0 && program->align <= USER_END / 4)
            *align = max(*align, program->align);
    }
    *lowest = low;
    return high > low ? high - low : 0;
}

/* Reserve room for the whole file, so that nothing else gets between its segments. */
static int place(struct mapping *mapping, vaddr_t base, u64 span, u64 lowest, u64 align)
{
    struct mm_map_request request = {
        .addr = base,
        .len = base == 0 ? span + align - PAGE_SIZE : span,
        .prot = PROT_NONE,
        .flags =
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (base != 0 ? MAP_FIXED_NOREPLACE : 0),
    };
    long address = mm_map(mapping->exec->mm, &request);
    vaddr_t start;

    if (address < 0)
        return (int)address;
    start = align_up((vaddr_t)address, align);
    mapping->bias = start - lowest;
    mapping->placed = true;
    /* Only the segments stay: the rest goes back at once. */
    return mm_unmap(mapping->exec->mm, (vaddr_t)address, request.len);
}

static int place_image(struct mapping *mapping, bool interpreter)
{
    struct exec *exec = mapping->exec;
    u64 lowest, align, span;
    vaddr_t base = 0;

    if (mapping->image->header.type == ET_EXEC) {
        mapping->placed = true;
        return 0;
    }
    span = total_span(mapping->image, &lowest, &align);
    if (span == 0)
        return -EINVAL;
    /* Programs with an interpreter go to their own region; others, ld.so itself among them, to the
     * mmap area. */
    if (!interpreter && exec->interpreter.file != NULL)
        base = align_down(mm_layout_pie_base(exec->fixed_layout, machine_random_u64()), align);
    return place(mapping, base, span, lowest, align);
}

static int map_file_part(struct mapping *mapping, const struct elf_program_header *program,
                         vaddr_t address)
{
    u64 slack = address % PAGE_SIZE;
    /* A program that names its addresses must not land on the stack; its segments may share pages.
     */
    bool is_first = mapping->image->header.type == ET_EXEC && mapping->end == 0;
    struct mm_map_request request = {
        .addr = address - slack,
        .len = align_up(program->file_size + slack, PAGE_SIZE),
        .prot = protection(program),
        .flags = MAP_PRIVATE | MAP_DENYWRITE | (is_first ? MAP_FIXED_NOREPLACE : MAP_FIXED),
        .offset = program->offset - slack,
    };
    long result;
    int error;

    if (program->file_size == 0)
        return 0;
    error = file_map(mapping->image->file, &request);
    if (error)
        return error;
    result = mm_map(mapping->exec->mm, &request);
    return result < 0 ? (int)result : 0;
}

/* The pages behind the file's last one. */
static int map_zero_part(struct mapping *mapping, const struct elf_program_header *program,
                         vaddr_t address)
{
    vaddr_t end = align_up(address + program->memory_size, PAGE_SIZE);
    vaddr_t start = program->file_size == 0 ? align_down(address, PAGE_SIZE)
                                            : align_up(address + program->file_size, PAGE_SIZE);
    struct mm_map_request request = {
        .addr = start,
        .len = end - start,
        .prot = protection(program),
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
    };
    long result;

    if (end <= start)
        return 0;
    result = mm_map(mapping->exec->mm, &request);
    return result < 0 ? (int)result : 0;
}

/* The file's last page holds what follows in the file: the program must see zeros there, to the end
 * of the page, since what it allocates behind its last variable begins there (as glibc's ld.so
 * does). */
static int clear_tail(struct mapping *mapping, const struct elf_program_header *program,
                      vaddr_t address)
{
    static const u8 zeros[256];
    vaddr_t at = address + program->file_size;
    vaddr_t end = align_up(at, PAGE_SIZE);

    if (program->file_size == 0 || program->memory_size == program->file_size)
        return 0;
    if (program->flags & PF_W)
        return clear_user((void __user *)at, end - at);
    while (at < end) {
        size_t len = min(end - at, sizeof(zeros));

        if (mm_access(mapping->exec->mm, at, (void *)zeros, len, true, true) != (ssize_t)len)
            return -EFAULT;
        at += len;
    }
    return 0;
}

static void note_extents(struct mapping *mapping, const struct elf_program_header *program,
                         vaddr_t address)
{
    vaddr_t file_end = address + program->file_size;

    if (program->flags & PF_X) {
        if (mapping->code_start == 0 || address < mapping->code_start)
            mapping->code_start = address;
        mapping->code_end = max(mapping->code_end, file_end);
    }
    mapping->data_start = max(mapping->data_start, address);
    mapping->data_end = max(mapping->data_end, file_end);
    mapping->end = max(mapping->end, address + program->memory_size);
}

static int map_segment(struct mapping *mapping, const struct elf_program_header *program)
{
    vaddr_t address = program->virtual_address + mapping->bias;
    int error;

    if (!segment_is_sane(program, mapping->bias))
        return -EINVAL;
    if (program->memory_size == 0)
        return 0;
    error = map_file_part(mapping, program, address);
    if (!error)
        error = map_zero_part(mapping, program, address);
    if (!error)
        error = clear_tail(mapping, program, address);
    if (!error)
        note_extents(mapping, program, address);
    return error;
}

static int map_image(struct mapping *mapping, bool interpreter)
{
    int error = place_image(mapping, interpreter);

    for (unsigned i = 0; !error && i < mapping->image->header.program_count; i++) {
        if (mapping->image->programs[i].type == PT_LOAD)
            error = map_segment(mapping, &mapping->image->programs[i]);
    }
    if (!error && mapping->end == 0)
        error = -EINVAL;
    return error;
}

/* Where the program finds its own program headers: in the segment that holds them. */
static vaddr_t find_headers(const struct mapping *mapping)
{
    u64 offset = mapping->image->header.program_offset;

    for (unsigned i = 0; i < mapping->image->header.program_count; i++) {
        const struct elf_program_header *program = &mapping->image->programs[i];

        if (program->type == PT_LOAD && program->offset <= offset &&
            offset - program->offset < program->file_size)
            return offset - program->offset + program->virtual_address + mapping->bias;
    }
    return 0;
}

static int map_interpreter(struct exec *exec)
{
    struct mapping mapping = {.exec = exec, .image = &exec->interpreter};
    int error = map_image(&mapping, true);

    if (error)
        return error;
    exec->interpreter_base = mapping.bias;
    exec->start = exec->interpreter.header.entry + mapping.bias;
    return 0;
}

int elf_map(struct exec *exec)
{
    struct mapping mapping = {.exec = exec, .image = &exec->program};
    struct mm *mm = exec->mm;
    vaddr_t heap_after;
    int error = map_image(&mapping, false);

    if (error)
        return error;
    exec->entry = exec->program.header.entry + mapping.bias;
    exec->start = exec->entry;
    exec->headers = find_headers(&mapping);
    mm->code_start = mapping.code_start;
    mm->code_end = mapping.code_end;
    mm->data_start = mapping.data_start;
    mm->data_end = mapping.data_end;
    /* The heap of a static PIE (or of ld.so run by hand) goes to the programs' region, away from
     * the mmap area. */
    heap_after = mapping.end;
    if (exec->program.header.type == ET_DYN && exec->interpreter.file == NULL && !exec->fixed_heap)
        heap_after = mm_layout_pie_base(true, 0);
    mm->brk_start = mm_layout_brk_start(heap_after, exec->fixed_heap, machine_random_u64());
    mm->brk = mm->brk_start;
    if (exec->interpreter.file != NULL)
        error = map_interpreter(exec);
    if (!error && exec->start >= USER_END)
        error = -EINVAL;
    return error;
}
