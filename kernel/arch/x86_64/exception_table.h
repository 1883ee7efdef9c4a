/*
 * Instructions that may fault on purpose, and where to go on then.
 *
 * An access to user memory first has its page brought in (EXCEPTION_FAULT) unless it must not sleep
 * (EXCEPTION_NOFAULT); when that fails execution continues at the fixup.
 */
#pragma once

#define EXCEPTION_FAULT   0
#define EXCEPTION_NOFAULT 1

#ifdef __ASSEMBLER__
/* clang-format off */
.macro EXCEPTION_ENTRY instruction, fixup, kind
    .pushsection .exception_table, "a"
    .quad \instruction, \fixup, \kind
    .popsection
.endm
/* clang-format on */
#else

#include <lib/types.h>

struct exception_entry {
    u64 instruction;
    u64 fixup;
    u64 kind;
};

/* The entry for the instruction at @rip, NULL: none, the fault is a bug. */
const struct exception_entry *exception_entry_find(u64 rip);

/* For inline assembly: the entry for local label 1, which goes to %l[@label] of an asm goto. */
#define EXCEPTION_ENTRY_C(kind, label)                                                             \
    ".pushsection .exception_table, \"a\"\n\t"                                                     \
    ".quad 1b, %l[" #label "], " kind "\n\t"                                                       \
    ".popsection\n\t"

#endif
