/*
 * The 8042 keyboard controller (IBM PS/2 technical reference): command and status port 0x64, data
 * port 0x60.
 *
 * The controller translates to scan code set 1, which keymap.c understands. Only the interrupt
 * handler reads the data port after init.
 */
#include "keyboard.h"

#include <arch/port.h>
#include <drivers/interrupt.h>
#include <kern/printk.h>
#include <kern/resource.h>

#include "keymap.h"

#define PORT_DATA   0x60
#define PORT_STATUS 0x64

#define STATUS_OUTPUT_FULL 0x01 /* a byte waits for us */
#define STATUS_INPUT_FULL  0x02 /* our last byte is not taken yet */
#define STATUS_AUXILIARY   0x20 /* the byte is the mouse's */

#define COMMAND_READ_CONFIG  0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_ENABLE       0xAE

#define CONFIG_INTERRUPT 0x01
#define CONFIG_DISABLED  0x10
#define CONFIG_TRANSLATE 0x40

#define KEYBOARD_LINE 1
#define WAIT_TRIES    10000

static struct keymap keymap;                        /* interrupt handler only */
static void (*deliver)(const u8 *text, size_t len); /* (I) after init */

static bool handle(struct interrupt_handler *handler)
{
    bool served = false;
    u8 status;

    (void)handler;
    while ((status = port_read8(PORT_STATUS)) & STATUS_OUTPUT_FULL) {
        u8 code = port_read8(PORT_DATA);
        char text[KEYMAP_TEXT_MAX];
        size_t len;

        served = true;
        if (status & STATUS_AUXILIARY)
            continue;
        len = keymap_translate(&keymap, code, text);
        if (len)
            deliver((const u8 *)text, len);
    }
    return served;
}

static bool wait_status(u8 mask, u8 wanted)
{
    for (unsigned i = 0; i < WAIT_TRIES; i++)
        if ((port_read8(PORT_STATUS) & mask) == wanted)
            return true;
    return false;
}

static bool command(u8 byte)
{
    if (!wait_status(STATUS_INPUT_FULL, 0))
        return false;
    port_write8(PORT_STATUS, byte);
    return true;
}

/* Drop what the firmware left, then: interrupt on, translation on, port enabled. */
static bool set_up_controller(void)
{
    u8 config;

    for (unsigned i = 0; i < 16 && (port_read8(PORT_STATUS) & STATUS_OUTPUT_FULL); i++)
        port_read8(PORT_DATA);
    if (!command(COMMAND_READ_CONFIG) || !wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
        return false;
    config = port_read8(PORT_DATA);
    config = (u8)((config | CONFIG_INTERRUPT | CONFIG_TRANSLATE) & ~CONFIG_DISABLED);
    if (!command(COMMAND_WRITE_CONFIG) || !wait_status(STATUS_INPUT_FULL, 0))
        return false;
    port_write8(PORT_DATA, config);
    return command(COMMAND_ENABLE);
}

void keyboard_set_application_cursor(bool on)
{
    __atomic_store_n(&keymap.application_cursor, on, __ATOMIC_RELAXED);
}

void keyboard_init(void (*receive)(const u8 *text, size_t len))
{
    static struct interrupt_handler handler = {.handle = handle, .name = "i8042"};

    deliver = receive;
    /* A missing controller reads as all ones. */
    if (port_read8(PORT_STATUS) == 0xFF || !set_up_controller()) {
        pr_info("keyboard: no PS/2 controller");
        return;
    }
    resource_claim(RESOURCE_PORTS, PORT_DATA, 1, "keyboard");
    resource_claim(RESOURCE_PORTS, PORT_STATUS, 1, "keyboard");
    if (interrupt_register(KEYBOARD_LINE, false, &handler))
        pr_err("keyboard: no interrupt");
}
