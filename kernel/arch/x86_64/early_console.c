/*
 * The first console: COM1 by polling, and the debug port 0xE9 where an emulator has one.
 */
#include "instructions.h"

#include <arch/debug.h>

#define COM1       0x3F8
#define DEBUG_PORT 0xE9

static enum { PORT_UNKNOWN, PORT_PRESENT, PORT_ABSENT } serial, debug;

static void serial_probe(void)
{
    port_write8(COM1 + 7, 0x5A); /* the scratch register remembers, a missing chip does not */
    if (port_read8(COM1 + 7) != 0x5A) {
        serial = PORT_ABSENT;
        return;
    }
    serial = PORT_PRESENT;
    port_write8(COM1 + 1, 0);    /* no interrupts */
    port_write8(COM1 + 3, 0x80); /* divisor 1: 115200 */
    port_write8(COM1 + 0, 1);
    port_write8(COM1 + 1, 0);
    port_write8(COM1 + 3, 3); /* 8N1 */
    port_write8(COM1 + 2, 7); /* FIFO on and empty */
    port_write8(COM1 + 4, 3); /* DTR, RTS */
}

static void serial_put(char c)
{
    for (int tries = 0; tries < 100000 && !(port_read8(COM1 + 5) & 0x20); tries++)
        ;
    port_write8(COM1, (u8)c);
}

void arch_early_console_write(const char *text, size_t len)
{
    if (serial == PORT_UNKNOWN) {
        serial_probe();
        debug = port_read8(DEBUG_PORT) == DEBUG_PORT ? PORT_PRESENT : PORT_ABSENT;
    }
    for (size_t i = 0; i < len; i++) {
        if (serial == PORT_PRESENT) {
            if (text[i] == '\n')
                serial_put('\r');
            serial_put(text[i]);
        }
        if (debug == PORT_PRESENT)
            port_write8(DEBUG_PORT, (u8)text[i]);
    }
}
