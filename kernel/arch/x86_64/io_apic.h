/*
 * The I/O APICs: device lines to vectors.
 */
#pragma once

#include <lib/types.h>

void io_apic_map(void);  /* boot, before the final tables */
void io_apic_init(void); /* all lines masked; the old interrupt controllers silenced */
