/*
 * Interrupting other CPUs, and being interrupted.
 */
#pragma once

#include <lib/types.h>

void ipi_receive_call(void); /* run what other CPUs ask of this one */
bool ipi_stop_requested(void);
