/*
 * Ending the machine: reset by every means a PC has, and leaving an emulator.
 */
#include "instructions.h"

#include <arch/cpu.h>
#include <arch/power.h>

#define RESET_PORT      0xCF9
#define KEYBOARD_PORT   0x64
#define DEBUG_EXIT_PORT 0xF4

void arch_debug_exit(u8 code)
{
    port_write8(DEBUG_EXIT_PORT, code);
}

void arch_reset(void)
{
    struct {
        u16 limit;
        u64 base;
    } __packed nothing = {0, 0};

    irq_disable();
    port_write8(RESET_PORT, 0x02);
    port_write8(RESET_PORT, 0x06);
    port_write8(KEYBOARD_PORT, 0xFE);
    /* A fault without a descriptor table: the processor gives up and resets. */
    __asm__ volatile("lidt %0; int3" : : "m"(nothing));
    cpu_halt_forever();
}
