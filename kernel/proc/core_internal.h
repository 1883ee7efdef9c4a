/*
 * What the files of the core dump share: core_dump.c (who, when, where), core_name.c (the name),
 * core_pipe.c (to a program instead of a file),
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
    bool is_pipe; /* holes are written as zeroes */
};

/* Bytes that grow; after a failed allocation nothing is added any more. */
struct core_buffer {
    char *bytes;
    size_t len, capacity;
    bool failed;
};
void core_buffer_add(struct core_buffer *buffer, const void *bytes, size_t len);

/* What kernel.core_pattern stands for. */
struct core_name {
    char *text;        /* kmalloc'ed: the name, or the words, each ended by a NUL */
    bool is_command;   /* the pattern began with "|" */
    unsigned nr_words; /* of a command */
};
/* => 0; -ENOMEM; -ENOENT: the pattern is empty */
int core_name_make(const struct abi_siginfo *info, struct core_name *name) __must_check;

extern s32 core_pipe_limit; /* (a) kernel.core_pipe_limit */

/*
 * core_pipe_write: start the program that @name is the command of, and write the core to it.
 * => true: it has the core, or as much as it wanted to read
 */
bool core_pipe_write(struct core *core, const struct core_name *name);

/* All notes, in Linux's order. */
void core_notes_make(struct core *core, struct core_buffer *notes);

/* The whole file. => map_lock not held; nobody else runs in the process */
void core_file_write(struct core *core);
