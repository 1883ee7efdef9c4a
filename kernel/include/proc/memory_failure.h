/*
 * The last thing that a process was refused by the memory system, for /proc/PID/mm_why.
 */
#pragma once

#include <lib/types.h>
#include <mm/diagnose.h>
#include <mm/mm.h>

struct process;

/* A record in struct process; it outlives the address space. (process.lock) */
struct memory_failure {
    const char *call; /* name of the system call, "page fault"; NULL: nothing has failed yet */
    const char *rule; /* a sentence */
    vaddr_t addr;     /* what was asked for */
    size_t len;
    vaddr_t area_start, area_end;
    u32 area_flags;
    const char *result; /* name of the errno or of the signal */
};

/* The current process's call @name (MM_CALL_* @call) failed with @error, called @error_name. */
void memory_failure_note_call(const char *name, u32 call, const unsigned long arguments[6],
                              int error, const char *error_name);

/* The current process made a fault at @addr that ends in a signal. */
void memory_failure_note_fault(vaddr_t addr, const struct mm_fault_failure *failure);

void memory_failure_get(struct process *process, struct memory_failure *failure);
