/*
 * Reading an ELF file: every field that is used later is checked here or where it is used, because
 * the file is the enemy's. Errors as Linux gives them before the point of no return.
 */
#include "exec_internal.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/io.h>
#include <vfs/names.h>

/* All of [offset, offset + len), or -EIO. */
static int read_exactly(struct file *file, void *to, size_t len, u64 offset)
{
    ssize_t done;

    if (offset > INT64_MAX - len)
        return -EINVAL;
    done = file_read_kernel(file, to, len, offset);
    if (done < 0)
        return (int)done;
    return (size_t)done == len ? 0 : -EIO;
}

static bool header_is_ours(const struct elf_header *header)
{
    return memcmp(header->ident, ELF_MAGIC, ELF_MAGIC_SIZE) == 0 &&
           header->ident[EI_CLASS] == ELFCLASS64 && header->ident[EI_DATA] == ELFDATA2LSB &&
           header->machine == EM_X86_64 && (header->type == ET_EXEC || header->type == ET_DYN);
}

static int read_programs(struct elf_image *image)
{
    const struct elf_header *header = &image->header;
    size_t len = (size_t)header->program_count * sizeof(struct elf_program_header);
    int error;

    if (header->program_entry_size != sizeof(struct elf_program_header) || len == 0 ||
        len > PAGE_SIZE)
        return -ENOEXEC;
    image->programs = kmalloc(len, ALLOC_WAIT);
    if (image->programs == NULL)
        return -ENOMEM;
    error = read_exactly(image->file, image->programs, len, header->program_offset);
    return error ? -ENOEXEC : 0;
}

static int open_interpreter(struct exec *exec, const struct elf_program_header *program)
{
    char *name;
    int error;

    if (program->file_size < 2 || program->file_size > PATH_MAX)
        return -ENOEXEC;
    name = kmalloc(program->file_size, ALLOC_WAIT);
    if (name == NULL)
        return -ENOMEM;
    error = read_exactly(exec->file, name, program->file_size, program->offset);
    if (!error && name[program->file_size - 1] != '\0')
        error = -ENOEXEC;
    if (!error)
        error = vfs_open_exec(vfs_current(), AT_FDCWD, name, 0, &exec->interpreter.file);
    kfree(name);
    if (error)
        return error;
    exec_note_file(exec, exec->interpreter.file);
    return read_exactly(exec->interpreter.file, &exec->interpreter.header,
                        sizeof(struct elf_header), 0);
}

/* Is a segment, or the stack, to be writable and executable where that is refused? */
static bool is_refused(const struct elf_image *image)
{
    const struct mm *mm = current_task()->mm;

    for (unsigned i = 0; i < image->header.program_count; i++) {
        const struct elf_program_header *program = &image->programs[i];

        if (program->type != PT_LOAD && program->type != PT_GNU_STACK)
            continue;
        if ((program->flags & PF_W) && (program->flags & PF_X) && mm != NULL &&
            mm_refuses_write_exec(mm))
            return true;
    }
    return false;
}

/* What else the program headers say before anything is mapped. */
static int scan_programs(struct exec *exec)
{
    const struct elf_image *image = &exec->program;
    int error;

    for (unsigned i = 0; i < image->header.program_count; i++) {
        const struct elf_program_header *program = &image->programs[i];

        if (program->type == PT_GNU_STACK)
            exec->executable_stack = program->flags & PF_X;
        if (program->type != PT_INTERP || exec->interpreter.file != NULL)
            continue;
        error = open_interpreter(exec, program);
        if (error)
            return error;
    }
    return 0;
}

int elf_open(struct exec *exec)
{
    int error;

    exec->program.file = exec->file;
    memcpy(&exec->program.header, exec->head, sizeof(struct elf_header));
    if (!header_is_ours(&exec->program.header))
        return -ENOEXEC;
    error = read_programs(&exec->program);
    if (!error)
        error = scan_programs(exec);
    if (!error && is_refused(&exec->program))
        error = -EACCES;
    if (error || exec->interpreter.file == NULL)
        return error;
    if (!header_is_ours(&exec->interpreter.header))
        return -ELIBBAD;
    error = read_programs(&exec->interpreter);
    if (!error && is_refused(&exec->interpreter))
        error = -EACCES;
    return error == -ENOEXEC ? -ELIBBAD : error;
}

void elf_close(struct exec *exec)
{
    kfree(exec->program.programs);
    kfree(exec->interpreter.programs);
    if (exec->interpreter.file != NULL)
        file_put(exec->interpreter.file);
}
