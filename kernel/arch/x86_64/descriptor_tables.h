/*
 * GDT, TSS and IDT.
 */
#pragma once

#include <lib/types.h>

/* Load this CPU's tables. The GS base must already point to its area. */
void descriptor_tables_load(unsigned cpu);

/* The stack the processor switches to on entry from user mode. */
void descriptor_tables_set_stack(u64 stack_top);
