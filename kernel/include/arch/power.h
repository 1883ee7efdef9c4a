/*
 * Ending the machine.
 */
#pragma once

#include <lib/types.h>

__noreturn void arch_reset(void);
void arch_debug_exit(
    u8 code); /* isa-debug-exit, when the machine has one; returns when it has not */
