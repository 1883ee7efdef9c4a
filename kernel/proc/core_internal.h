/*
 * What the files of the core dump share: core_dump.c (who, when, where), core_name.c (the name),
 * core_notes.c (registers, identity, files), core_file.c (the ELF file).
 */
#pragma once

#include <abi/core.h>
#include <mm/mm.h>
#include <proc/task.h>

/* One dump. Everything is the dumping task's own. */
struct core {
    const struct abi_siginfo *info;
    struct task *dumper;
    struct mm *mm;
    struct file *file;
    u64 limit;    /* RLIMIT_CORE, bytes */
    u32 filter;   /* CORE_FILTER_* */
    u64 position; /* in the file */
    u64 written;  /* bytes, without what was skipped */
    bool full;    /* the limit is reached, or the file cannot be written */
};

/* Bytes that grow; after a failed allocation nothing is added any more. */
struct core_buffer {
    char *bytes;
    size_t len, capacity;
    bool failed;
};
void core_buffer_add(struct core_buffer *buffer, const void *bytes, size_t len);

/* The name of the file for @info, kmalloc'ed; NULL: no memory, or the pattern is empty. */
char *core_name_make(const struct abi_siginfo *info) __must_check;

/* All notes, in Linux's order. */
void core_notes_make(struct core *core, struct core_buffer *notes);

/* The whole file. => map_lock not held; nobody else runs in the process */
void core_file_write(struct core *core);
