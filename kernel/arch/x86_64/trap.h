/*
 * Traps: between trap_entry.S and the C files.
 */
#pragma once

#include <arch/trap_frame.h>

/* Vectors: exceptions 0..31, device lines from VECTOR_LINES on, the machine's own at the top. */
#define VECTOR_LINES      0x20
#define NR_LINES          0xB0 /* lines 0..127: I/O APICs, from FIRST_MSI_LINE on: messages */
#define FIRST_MSI_LINE    128
#define VECTOR_TIMER      0xF0
#define VECTOR_RESCHEDULE 0xF1
#define VECTOR_CALL       0xF2
#define VECTOR_SPURIOUS   0xFF

/* Called from trap_entry.S; interrupts are off on entry and on return to user mode. */
void trap_from_user(struct trap_frame *frame, unsigned long vector);
void trap_from_kernel(struct trap_frame *frame, unsigned long vector);
void trap_on_own_stack(struct trap_frame *frame, unsigned long vector);
struct trap_frame *iretq_failed_frame(struct trap_frame *frame);

/* page_fault.c */
void page_fault_from_user(struct trap_frame *frame);
void page_fault_from_kernel(struct trap_frame *frame);

/* interrupt.c: a vector from 32 on. */
void interrupt_handle(unsigned long vector);
void interrupt_count_flush(void); /* of what another CPU asks for: it came by an interrupt */
