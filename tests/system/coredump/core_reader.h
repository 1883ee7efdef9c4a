/* core_reader: looking into the core file of a child. */
#pragma once

#include <elf.h>

#include "test.h"

struct core_reader {
    unsigned char *bytes;
    size_t size;
    const Elf64_Ehdr *header;
    const Elf64_Phdr *segments;
};

/* Let a child run @body and die; => its wait status, which is reported */
static inline int crash(const char *label, void (*body)(void))
{
    int status;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        body();
        _exit(0);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
    yes("core dumped", WIFSIGNALED(status) && WCOREDUMP(status));
    return status;
}

/* Map the core file @name; false, said so, when there is none. */
static inline bool core_open(struct core_reader *core, const char *name)
{
    struct stat facts;
    int fd = open(name, O_RDONLY);

    if (fd < 0) {
        say("%s: %s", name, errno_name(errno));
        return false;
    }
    must(fstat(fd, &facts));
    core->size = (size_t)facts.st_size;
    core->bytes = mmap(NULL, core->size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    core->header = (const Elf64_Ehdr *)core->bytes;
    core->segments = (const Elf64_Phdr *)(core->bytes + core->header->e_phoff);
    return true;
}

static inline void core_close(struct core_reader *core, const char *name)
{
    munmap(core->bytes, core->size);
    unlink(name);
}

/* The segment that describes @address; NULL: none. */
static inline const Elf64_Phdr *core_segment(const struct core_reader *core, const void *address)
{
    unsigned long wanted = (unsigned long)address;
    int i;

    for (i = 1; i < core->header->e_phnum; i++) {
        const Elf64_Phdr *segment = &core->segments[i];

        if (wanted >= segment->p_vaddr && wanted < segment->p_vaddr + segment->p_memsz)
            return segment;
    }
    return NULL;
}

/* What the core holds at @address; NULL: nothing. */
static inline const unsigned char *core_at(const struct core_reader *core, const void *address)
{
    const Elf64_Phdr *segment = core_segment(core, address);
    unsigned long offset;

    if (segment == NULL)
        return NULL;
    offset = (unsigned long)address - segment->p_vaddr;
    return offset < segment->p_filesz ? core->bytes + segment->p_offset + offset : NULL;
}

/* "absent", "left out", "first page", "whole": how much of the area at @address was written. */
static inline const char *core_extent(const struct core_reader *core, const void *address)
{
    const Elf64_Phdr *segment = core_segment(core, address);

    if (segment == NULL)
        return "absent";
    if (segment->p_filesz == 0)
        return "left out";
    return segment->p_filesz == segment->p_memsz ? "whole" : "first page";
}
