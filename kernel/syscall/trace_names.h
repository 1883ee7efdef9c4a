/*
 * Words for the values of system call arguments and results.
 */
#pragma once

#include <lib/types.h>
#include <syscall/syscall.h>

/* A value and what it is called. */
struct word {
    unsigned long value;
    const char *text;
};

#define WORD(name)                                                                                 \
    {                                                                                              \
        name, #name                                                                                \
    }

/* "PROT_READ|PROT_WRITE" in @names; false: values of @kind have no words. */
bool trace_name_value(enum syscall_argument kind, unsigned long value, char *names, size_t size);

/* "ENOENT"; internal restart codes too; a number as text when unknown. */
const char *trace_errno_name(int number);
