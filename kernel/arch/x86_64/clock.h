/*
 * Clock hardware, the boot side.
 */
#pragma once

#include <lib/types.h>

void clock_map(void);       /* boot, before the final tables */
void clock_init(void);      /* measure; needs the local APIC */
void clock_wait_us(u64 us); /* busy wait: only where the hardware demands it */
u64 clock_cpu_khz(void);    /* rate of the time-stamp counter */

/* Where they are; 0: there is none. */
paddr_t clock_hpet_address(void);
u16 clock_pm_timer_port(void);
