/*
 * The local APIC of this CPU: interrupts in, interrupts to other CPUs, the timer.
 */
#pragma once

#include <lib/types.h>

void lapic_map(paddr_t base); /* boot, before the final tables */
void lapic_init_cpu(void);
u32 lapic_id(void);
void lapic_eoi(void);

void lapic_send(u32 apic_id, u8 vector);
void lapic_send_nmi(u32 apic_id);
void lapic_send_init(u32 apic_id);
void lapic_send_startup(u32 apic_id, u8 page);

/* The timer counts down from @count once and raises VECTOR_TIMER; 0 stops it. */
void lapic_timer_start(u32 count);
u32 lapic_timer_count(void);
