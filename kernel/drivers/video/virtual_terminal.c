/*
 * tty1: output is drawn on the framebuffer, input comes from the PS/2 keyboard.
 *
 * There is one virtual terminal, always in front; the VT_ requests answer truthfully for that.
 */
#include "virtual_terminal.h"

#include <abi/errno.h>
#include <abi/termios.h>
#include <arch/user.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <lib/string.h>

#include "../input/keyboard.h"
#include "../tty/tty.h"
#include "framebuffer.h"

/* ioctl_console(2) */
#define KDGKBTYPE     0x4B33
#define KDGETMODE     0x4B3B
#define KDSETMODE     0x4B3A
#define KDGKBMODE     0x4B44
#define KDSKBMODE     0x4B45
#define VT_OPENQRY    0x5600
#define VT_GETSTATE   0x5603
#define VT_ACTIVATE   0x5606
#define VT_WAITACTIVE 0x5607

#define KB_101    2
#define KD_TEXT   0
#define K_UNICODE 3

struct vt_state {
    u16 active, signal, state;
};

static struct tty screen_tty;
static bool present; /* (I) after init */

static size_t room(struct tty *tty)
{
    (void)tty;
    return 4096;
}

static void write(struct tty *tty, const u8 *text, size_t len)
{
    char reply[32];
    size_t reply_len;

    framebuffer_write((const char *)text, len, reply, &reply_len);
    keyboard_set_application_cursor(framebuffer_application_cursor());
    if (reply_len)
        tty_receive(tty, (const u8 *)reply, reply_len);
}

static void console_write(struct console *console, const char *text, size_t len)
{
    char reply[32];
    size_t reply_len;

    (void)console;
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t part = end ? (size_t)(end - text) : len;

        framebuffer_write(text, part, reply, &reply_len);
        if (!end)
            return;
        framebuffer_write("\r\n", 2, reply, &reply_len);
        text += part + 1;
        len -= part + 1;
    }
}

static struct console console = {.name = "tty0", .write = console_write};

static long put_byte(unsigned long argument, u8 value)
{
    return put_user(value, (u8 __user *)argument);
}

static long put_word(unsigned long argument, int value)
{
    return put_user(value, (int __user *)argument);
}

static long state_get(unsigned long argument)
{
    struct vt_state state = {.active = 1, .state = 1u << 0 | 1u << 1};

    return copy_to_user((void __user *)argument, &state, sizeof(state));
}

static long screen_ioctl(struct tty *tty, struct file *file, unsigned request,
                         unsigned long argument)
{
    (void)tty;
    (void)file;
    switch (request) {
    case KDGKBTYPE:
        return put_byte(argument, KB_101);
    case KDGETMODE:
        return put_word(argument, KD_TEXT);
    case KDSETMODE:
        return argument == KD_TEXT ? 0 : -EINVAL;
    case KDGKBMODE:
        return put_word(argument, K_UNICODE);
    case KDSKBMODE:
        return argument == K_UNICODE ? 0 : -EINVAL;
    case VT_OPENQRY:
        return put_word(argument, -1);
    case VT_GETSTATE:
        return state_get(argument);
    case VT_ACTIVATE:
    case VT_WAITACTIVE:
        return argument == 1 ? 0 : -ENXIO;
    default:
        return -ENOTTY;
    }
}

static void never_destroyed(struct tty *tty)
{
    panic("%s: the last reference is gone", tty->name);
}

static const struct tty_ops screen_ops = {
    .room = room,
    .write = write,
    .ioctl = screen_ioctl,
    .destroy = never_destroyed,
};

static void keys_pressed(const u8 *text, size_t len)
{
    tty_receive(&screen_tty, text, len);
}

void virtual_terminal_init(void)
{
    unsigned columns, rows;
    int error;

    if (!framebuffer_is_present())
        return;
    framebuffer_size(&columns, &rows);
    tty_init(&screen_tty, &screen_ops, "tty1", TTY_MAJOR_VIRTUAL, 1, NULL);
    screen_tty.line.termios.c_iflag |= IUTF8;
    screen_tty.window.ws_col = (u16)columns;
    screen_tty.window.ws_row = (u16)rows;
    error = tty_register(&screen_tty, 0620);
    if (!error)
        error = tty_register_alias(&screen_tty, "tty0", TTY_MAJOR_VIRTUAL, 0, 0620);
    if (error) {
        pr_err("tty1: error %d", error);
        return;
    }
    keyboard_init(keys_pressed);
    present = true;
}

struct tty *virtual_terminal_tty(void)
{
    return present ? &screen_tty : NULL;
}

struct console *virtual_terminal_console(void)
{
    return present ? &console : NULL;
}
