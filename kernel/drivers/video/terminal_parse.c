/*
 * From bytes to characters and control sequences: UTF-8 decoding and the escape state machine.
 *
 * Control characters act even inside a sequence, as on the VT100; CAN and SUB abandon one. A
 * malformed UTF-8 sequence shows one replacement character and the byte that broke it starts
 * afresh.
 */
#include <lib/string.h>

#include "terminal_private.h"

#define REPLACEMENT 0xFFFD

static void carriage_return(struct terminal *terminal)
{
    terminal->x = 0;
    terminal->wrap_pending = false;
}

/* C0 controls. True: consumed. */
static bool control_character(struct terminal *terminal, u8 byte)
{
    switch (byte) {
    case '\a':
        if (terminal->state == TERMINAL_COMMAND || terminal->state == TERMINAL_COMMAND_START)
            return false;
        terminal->bell = true;
        return true;
    case '\b':
        if (terminal->x > 0)
            terminal->x--;
        terminal->wrap_pending = false;
        return true;
    case '\t':
        terminal_tab(terminal);
        return true;
    case '\n':
    case '\v':
    case '\f':
        terminal_line_feed(terminal);
        if (terminal->newline_mode)
            carriage_return(terminal);
        return true;
    case '\r':
        carriage_return(terminal);
        return true;
    case 14:
    case 15:
        terminal->pen.shifted = byte == 14;
        return true;
    case 24:
    case 26:
        terminal->state = TERMINAL_GROUND;
        return true;
    case 27:
        if (terminal->state == TERMINAL_COMMAND)
            return false;
        terminal->state = TERMINAL_ESCAPE;
        return true;
    default:
        return byte < 0x20 || byte == 0x7F;
    }
}

static void begin_control_sequence(struct terminal *terminal)
{
    terminal->state = TERMINAL_CONTROL;
    terminal->private_mode = false;
    terminal->nr_params = 0;
    memset(terminal->params, 0, sizeof(terminal->params));
}

static void escape(struct terminal *terminal, u8 byte)
{
    terminal->state = TERMINAL_GROUND;
    switch (byte) {
    case '[':
        begin_control_sequence(terminal);
        break;
    case ']':
        terminal->state = TERMINAL_COMMAND_START;
        break;
    case 'P':
    case '_':
    case '^':
        terminal->state = TERMINAL_COMMAND;
        break;
    case '%':
        terminal->state = TERMINAL_SKIP_ONE;
        break;
    case '(':
    case ')':
        terminal->charset_slot = byte == '(' ? 0 : 1;
        terminal->state = TERMINAL_CHARSET;
        break;
    case '#':
        terminal->state = TERMINAL_HASH;
        break;
    case '7':
        terminal_save(terminal);
        break;
    case '8':
        terminal_restore(terminal);
        break;
    case 'D':
        terminal_line_feed(terminal);
        break;
    case 'E':
        carriage_return(terminal);
        terminal_line_feed(terminal);
        break;
    case 'M':
        terminal_reverse_line_feed(terminal);
        break;
    case 'H':
        terminal->tab_stops[terminal->x / 8] |= 1u << (terminal->x % 8);
        break;
    case 'c':
        terminal_reset(terminal);
        break;
    }
}

static void control_byte(struct terminal *terminal, u8 byte)
{
    unsigned *current = &terminal->params[min(terminal->nr_params, TERMINAL_NR_PARAMS - 1u)];

    if (byte >= '0' && byte <= '9') {
        *current = min(*current * 10 + (byte - '0'), 99999u);
    } else if (byte == ';' || byte == ':') {
        if (terminal->nr_params < TERMINAL_NR_PARAMS - 1)
            terminal->nr_params++;
    } else if (byte == '?') {
        terminal->private_mode = true;
    } else if (byte == '[') {
        terminal->state = TERMINAL_SKIP_ONE;
    } else if (byte >= 0x40 && byte <= 0x7E) {
        terminal->state = TERMINAL_GROUND;
        terminal->nr_params++;
        terminal_control_sequence(terminal, byte);
    }
}

/* The console's own two commands have no end mark: ESC ] R (the palette again as it was, which it
 * always is) and ESC ] P with a colour. console_codes(4) */
static void begin_command(struct terminal *terminal, u8 byte)
{
    terminal->state = TERMINAL_COMMAND;
    if (byte == 'R' || byte == '\a')
        terminal->state = TERMINAL_GROUND;
    if (byte == 'P')
        terminal->state = TERMINAL_PALETTE;
    terminal->palette_left = 7;
}

static void select_charset(struct terminal *terminal, u8 byte)
{
    u8 bit = (u8)(1u << terminal->charset_slot);

    if (byte == '0')
        terminal->pen.charsets |= bit;
    else
        terminal->pen.charsets &= (u8)~bit;
    terminal->state = TERMINAL_GROUND;
}

static void decode_first(struct terminal *terminal, u8 byte)
{
    if (byte < 0x80) {
        terminal_put(terminal, byte);
    } else if (byte >= 0xC2 && byte <= 0xDF) {
        terminal->utf8_character = byte & 0x1F;
        terminal->utf8_left = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
        terminal->utf8_character = byte & 0x0F;
        terminal->utf8_left = 2;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
        terminal->utf8_character = byte & 0x07;
        terminal->utf8_left = 3;
    } else {
        terminal_put(terminal, REPLACEMENT);
    }
}

static void decode(struct terminal *terminal, u8 byte)
{
    if (terminal->utf8_left == 0) {
        decode_first(terminal, byte);
        return;
    }
    if ((byte & 0xC0) != 0x80) {
        terminal->utf8_left = 0;
        terminal_put(terminal, REPLACEMENT);
        decode_first(terminal, byte);
        return;
    }
    terminal->utf8_character = terminal->utf8_character << 6 | (byte & 0x3F);
    if (--terminal->utf8_left == 0)
        terminal_put(terminal, terminal->utf8_character);
}

static void write_byte(struct terminal *terminal, u8 byte)
{
    bool control = byte < 0x20 || byte == 0x7F;

    if (control && terminal->utf8_left) {
        terminal->utf8_left = 0;
        terminal_put(terminal, REPLACEMENT);
    }
    if (control && control_character(terminal, byte))
        return;
    switch (terminal->state) {
    case TERMINAL_GROUND:
        decode(terminal, byte);
        break;
    case TERMINAL_ESCAPE:
        escape(terminal, byte);
        break;
    case TERMINAL_CONTROL:
        control_byte(terminal, byte);
        break;
    case TERMINAL_CHARSET:
        select_charset(terminal, byte);
        break;
    case TERMINAL_HASH:
    case TERMINAL_SKIP_ONE:
    case TERMINAL_COMMAND_ESCAPE:
        terminal->state = TERMINAL_GROUND;
        break;
    case TERMINAL_COMMAND_START:
        begin_command(terminal, byte);
        break;
    case TERMINAL_PALETTE:
        if (--terminal->palette_left == 0)
            terminal->state = TERMINAL_GROUND;
        break;
    case TERMINAL_COMMAND:
        if (byte == '\a')
            terminal->state = TERMINAL_GROUND;
        else if (byte == 27)
            terminal->state = TERMINAL_COMMAND_ESCAPE;
        break;
    }
}

void terminal_write(struct terminal *terminal, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        write_byte(terminal, (u8)text[i]);
}
