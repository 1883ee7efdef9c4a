/*
 * A terminal: bytes in, a grid of cells out. TERM=linux as in console_codes(4).
 *
 * Pure: no pixels, no locks, no allocation. The owner supplies the cells, writes bytes under its
 * lock, and afterwards draws whatever differs from what it drew last; so scrolling costs what it
 * changes. Replies (cursor position reports) are queued in @reply for the owner to feed to the
 * keyboard side.
 */
#pragma once

#include <lib/types.h>

#define TERMINAL_MAX_COLUMNS 240
#define TERMINAL_NR_PARAMS   16

#define CELL_BOLD      0x01
#define CELL_UNDERLINE 0x02
#define CELL_REVERSE   0x04
#define CELL_BLINK     0x08
#define CELL_DIM       0x10

struct terminal_cell {
    u32 character; /* Unicode */
    u8 foreground; /* 0..15, the ANSI colours */
    u8 background;
    u8 attributes; /* CELL_* */
    u8 zero;
};

struct terminal_pen {
    u8 foreground, background, attributes;
    u8 charsets;  /* bit 0: G0 is line drawing, bit 1: G1 is */
    bool shifted; /* G1 is in use */
};

enum terminal_state {
    TERMINAL_GROUND,
    TERMINAL_ESCAPE,
    TERMINAL_CONTROL,       /* after ESC [ */
    TERMINAL_CHARSET,       /* after ESC ( or ESC ) */
    TERMINAL_HASH,          /* after ESC # */
    TERMINAL_COMMAND_START, /* after ESC ] */
    TERMINAL_PALETTE,       /* after ESC ] P: seven digits, then it is over */
    TERMINAL_COMMAND,       /* a string: skipped up to its end */
    TERMINAL_COMMAND_ESCAPE,
    TERMINAL_SKIP_ONE, /* ESC [ [ of a function key, ESC % of a character set */
};

struct terminal {
    struct terminal_cell *cells; /* rows * columns, the owner's */
    unsigned columns, rows;
    unsigned x, y;
    bool wrap_pending;    /* the last column was written: the next character starts a line */
    unsigned top, bottom; /* scroll region [top, bottom) */
    struct terminal_pen pen;
    struct {
        unsigned x, y;
        struct terminal_pen pen;
    } saved;
    bool cursor_visible, auto_wrap, insert, origin, newline_mode, application_cursor;
    u8 tab_stops[TERMINAL_MAX_COLUMNS / 8];
    enum terminal_state state;
    u8 charset_slot;
    u8 palette_left;   /* digits of ESC ] P still to come */
    bool private_mode; /* ESC [ ? */
    unsigned params[TERMINAL_NR_PARAMS];
    unsigned nr_params;
    u32 utf8_character;
    unsigned utf8_left;
    char reply[32];
    unsigned reply_len;
    bool bell;
};

void terminal_init(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                   unsigned rows);
void terminal_write(struct terminal *terminal, const char *text, size_t len);
