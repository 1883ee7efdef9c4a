/*
 * Device interrupts: which handlers a line has, and how often each CPU took it.
 */
#pragma once

#include <arch/cpu.h>
#include <lib/types.h>

#define INTERRUPT_MAX_LINES 64

struct interrupt_handler {
    /* Serve the device; true: it was the device's. Interrupts off. */
    bool (*handle)(struct interrupt_handler *handler);
    const char *name;               /* (I) for /proc/interrupts */
    struct interrupt_handler *next; /* written under the table's lock; read without */
};

/*
 * interrupt_register: add @handler (the caller's storage, for good) to @line and enable it.
 * => -EINVAL: no such line
 */
int interrupt_register(unsigned line, bool level, struct interrupt_handler *handler) __must_check;

/* Serves arch_upcalls.interrupt. */
void interrupt_dispatch(unsigned line);

/* For /proc/interrupts and /proc/stat. Names are NULL when nobody has the line. */
u64 interrupt_count(unsigned line, unsigned cpu);
const char *interrupt_name(unsigned line);
u64 interrupt_total(void); /* the machine's own too */
