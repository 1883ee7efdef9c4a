/*
 * One execve in progress, and the steps of it.
 */
#pragma once

#include <abi/elf.h>
#include <lib/types.h>

struct credentials;
struct file;
struct mm;
struct signal_actions;

#define EXEC_HEAD_SIZE   256 /* what decides on the format */
#define EXEC_SCRIPTS_MAX 5   /* interpreters of interpreters */

/* Strings one after the other, each with its NUL. */
struct exec_strings {
    char *bytes;
    size_t len, capacity;
    u64 count;
};

/* A checked ELF file that is about to be mapped. */
struct elf_image {
    struct file *file;
    struct elf_header header;
    struct elf_program_header *programs;
};

struct exec {
    struct file *file; /* the file whose image is loaded; a reference */
    char *name;        /* as the caller gave it: AT_EXECFN, and comm */
    char *script;      /* what a script's interpreter gets as its argument: the last name opened */
    bool is_nameless;  /* started by a descriptor alone (AT_EMPTY_PATH) */
    bool name_is_closed; /* name goes through a close-on-exec descriptor: no script can use it */
    struct exec_strings prefix; /* arguments in front, from #! lines */
    struct exec_strings arguments;
    struct exec_strings environment;
    bool skip_first; /* the caller's argv[0] was replaced by the prefix */
    u8 head[EXEC_HEAD_SIZE];
    struct elf_image program;
    struct elf_image interpreter; /* file NULL: none */
    bool executable_stack;
    u32 personality; /* of the new program */
    bool fixed_layout;
    bool fixed_heap;                 /* nor is the beginning of the heap random */
    struct credentials *credentials; /* of the new program */
    bool set_id, secure;
    bool is_secret;                 /* others may not look into it: see exec_credentials */
    struct signal_actions *actions; /* own copy when the old ones are shared */
    struct mm *mm;
    vaddr_t stack_top;
    vaddr_t strings_start;    /* lowest string, after exec_stack_map */
    vaddr_t entry;            /* of the program */
    vaddr_t start;            /* where execution begins: the interpreter, if there is one */
    vaddr_t headers;          /* AT_PHDR */
    vaddr_t interpreter_base; /* AT_BASE */
    vaddr_t name_address;     /* AT_EXECFN */
    vaddr_t stack_pointer;
};

/* Strings: -E2BIG, -EFAULT, -ENOMEM. */
int exec_strings_add(struct exec_strings *strings, const char *string) __must_check;
int exec_strings_add_user(struct exec_strings *strings, const char __user *const __user *vector,
                          u64 limit) __must_check;
void exec_strings_free(struct exec_strings *strings);
/* Are all strings together small enough? -E2BIG */
int exec_check_size(const struct exec *exec) __must_check;

/* #!: replace exec->file by the interpreter. => 0; -ENOEXEC: no script */
int exec_script(struct exec *exec) __must_check;

/* Read and check; no side effect. elf_open: exec->program of exec->file, and its interpreter. */
int elf_open(struct exec *exec) __must_check;
void elf_close(struct exec *exec);
/* Map everything into exec->mm. */
int elf_map(struct exec *exec) __must_check;

/* The stack area with the strings on it; then the vectors below them. => exec->mm is the current
 * one */
int exec_stack_map(struct exec *exec) __must_check;
int exec_stack_fill(struct exec *exec) __must_check;

/* [vvar] and [vdso]: sets mm->vdso. */
void vdso_init(void);
/* @hint: where the stack ends; 0: anywhere. */
int vdso_map(struct mm *mm, vaddr_t hint, u64 random) __must_check;

/* What the set-id bits and capabilities make of the caller's credentials. Who executes with other
 * rights than before, or with another effective identity than its real one, is secret. */
int exec_credentials(struct exec *exec) __must_check;
/* @file is a part of the program; if it may not be read, the program is secret. */
void exec_note_file(struct exec *exec, const struct file *file);
