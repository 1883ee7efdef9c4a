/*
 * Control sequences: ESC [ parameters final. One function per family; console_codes(4) is the
 * authority.
 */
#include <lib/printf.h>
#include <lib/string.h>

#include "terminal_private.h"

static unsigned param(const struct terminal *terminal, unsigned index, unsigned fallback)
{
    if (index >= terminal->nr_params || terminal->params[index] == 0)
        return fallback;
    return terminal->params[index];
}

/* ESC [ J and K: erase below, above, all. */
static void erase_display(struct terminal *terminal)
{
    unsigned cursor = terminal->y * terminal->columns + terminal->x;
    unsigned end = terminal->rows * terminal->columns;

    switch (param(terminal, 0, 0)) {
    case 0:
        terminal_erase(terminal, cursor, end);
        break;
    case 1:
        terminal_erase(terminal, 0, cursor + 1);
        break;
    default:
        terminal_erase(terminal, 0, end);
        break;
    }
    terminal->wrap_pending = false;
}

static void erase_line(struct terminal *terminal)
{
    unsigned start = terminal->y * terminal->columns;

    switch (param(terminal, 0, 0)) {
    case 0:
        terminal_erase(terminal, start + terminal->x, start + terminal->columns);
        break;
    case 1:
        terminal_erase(terminal, start, start + terminal->x + 1);
        break;
    default:
        terminal_erase(terminal, start, start + terminal->columns);
        break;
    }
    terminal->wrap_pending = false;
}

/* A 256-colour or true-colour number to the nearest of the sixteen. */
static u8 colour_from_rgb(unsigned red, unsigned green, unsigned blue)
{
    unsigned peak = max(red, max(green, blue));
    u8 colour = 0;

    if (peak < 48)
        return 0;
    if (red * 2 > peak)
        colour |= 1;
    if (green * 2 > peak)
        colour |= 2;
    if (blue * 2 > peak)
        colour |= 4;
    return peak > 200 ? colour | 8 : colour;
}

static u8 colour_from_index(unsigned index)
{
    static const u8 steps[6] = {0, 95, 135, 175, 215, 255};

    if (index < 16)
        return (u8)index;
    if (index >= 232) {
        unsigned grey = 8 + (min(index, 255u) - 232) * 10;

        return colour_from_rgb(grey, grey, grey);
    }
    index -= 16;
    return colour_from_rgb(steps[index / 36], steps[index / 6 % 6], steps[index % 6]);
}

/* 38;5;N or 38;2;R;G;B at @index; advances it past what was used. */
static bool extended_colour(const struct terminal *terminal, unsigned *index, u8 *colour)
{
    const unsigned *params = terminal->params + *index;
    unsigned left = terminal->nr_params - *index;

    if (left >= 3 && params[1] == 5) {
        *colour = colour_from_index(params[2]);
        *index += 2;
        return true;
    }
    if (left >= 5 && params[1] == 2) {
        *colour = colour_from_rgb(params[2], params[3], params[4]);
        *index += 4;
        return true;
    }
    return false;
}

static void select_attribute(struct terminal_pen *pen, unsigned code)
{
    static const u8 on[] = {[1] = CELL_BOLD,
                            [2] = CELL_DIM,
                            [4] = CELL_UNDERLINE,
                            [5] = CELL_BLINK,
                            [7] = CELL_REVERSE};
    static const u8 off[] = {[1] = CELL_BOLD,
                             [2] = CELL_BOLD | CELL_DIM,
                             [4] = CELL_UNDERLINE,
                             [5] = CELL_BLINK,
                             [7] = CELL_REVERSE};

    if (code == 0)
        *pen = (struct terminal_pen){
            .foreground = 7, .charsets = pen->charsets, .shifted = pen->shifted};
    else if (code < ARRAY_SIZE(on))
        pen->attributes |= on[code];
    else if (code > 20 && code - 20 < ARRAY_SIZE(off))
        pen->attributes &= (u8)~off[code - 20];
    else if (code >= 30 && code <= 37)
        pen->foreground = (u8)(code - 30);
    else if (code == 39)
        pen->foreground = 7;
    else if (code >= 40 && code <= 47)
        pen->background = (u8)(code - 40);
    else if (code == 49)
        pen->background = 0;
    else if (code >= 90 && code <= 97)
        pen->foreground = (u8)(code - 90 + 8);
    else if (code >= 100 && code <= 107)
        pen->background = (u8)(code - 100 + 8);
}

static void select_attributes(struct terminal *terminal)
{
    for (unsigned i = 0; i < max(terminal->nr_params, 1u); i++) {
        unsigned code = terminal->params[i];

        if (code == 38)
            extended_colour(terminal, &i, &terminal->pen.foreground);
        else if (code == 48)
            extended_colour(terminal, &i, &terminal->pen.background);
        else
            select_attribute(&terminal->pen, code);
    }
}

static void set_modes(struct terminal *terminal, bool on)
{
    for (unsigned i = 0; i < terminal->nr_params; i++) {
        unsigned mode = terminal->params[i];

        if (!terminal->private_mode) {
            if (mode == 4)
                terminal->insert = on;
            else if (mode == 20)
                terminal->newline_mode = on;
            continue;
        }
        if (mode == 1) {
            terminal->application_cursor = on;
        } else if (mode == 6) {
            terminal->origin = on;
            terminal_move(terminal, 0, on ? (int)terminal->top : 0);
        } else if (mode == 7) {
            terminal->auto_wrap = on;
        } else if (mode == 25) {
            terminal->cursor_visible = on;
        }
    }
}

static void set_scroll_region(struct terminal *terminal)
{
    unsigned top = param(terminal, 0, 1) - 1;
    unsigned bottom = min(param(terminal, 1, terminal->rows), terminal->rows);

    if (top + 1 >= bottom)
        return;
    terminal->top = top;
    terminal->bottom = bottom;
    terminal_move(terminal, 0, terminal->origin ? (int)top : 0);
}

static void report(struct terminal *terminal)
{
    unsigned what = param(terminal, 0, 0);
    size_t size = sizeof(terminal->reply);

    if (terminal->private_mode)
        return;
    if (what == 5)
        terminal->reply_len = (unsigned)scnprintf(terminal->reply, size, "\033[0n");
    else if (what == 6)
        terminal->reply_len = (unsigned)scnprintf(
            terminal->reply, size, "\033[%u;%uR",
            terminal->y + 1 - (terminal->origin ? terminal->top : 0), terminal->x + 1);
}

static void identify(struct terminal *terminal)
{
    if (!terminal->private_mode && param(terminal, 0, 0) == 0)
        terminal->reply_len =
            (unsigned)scnprintf(terminal->reply, sizeof(terminal->reply), "\033[?6c");
}

static void clear_tabs(struct terminal *terminal)
{
    if (param(terminal, 0, 0) == 0)
        terminal->tab_stops[terminal->x / 8] &= (u8) ~(1u << (terminal->x % 8));
    else if (terminal->params[0] == 3)
        memset(terminal->tab_stops, 0, sizeof(terminal->tab_stops));
}

/* Lines inserted or deleted at the cursor, inside the scroll region. */
static void shift_lines(struct terminal *terminal, int lines)
{
    if (terminal->y >= terminal->top && terminal->y < terminal->bottom) {
        terminal_scroll(terminal, terminal->y, terminal->bottom, lines);
        terminal->x = 0;
        terminal->wrap_pending = false;
    }
}

/* Cursor movement. True: @final was one. */
static bool move_cursor(struct terminal *terminal, u8 final)
{
    int x = (int)terminal->x;
    int y = (int)terminal->y;
    int base = terminal->origin ? (int)terminal->top : 0;
    int count = (int)min(param(terminal, 0, 1), 9999u);

    switch (final) {
    case 'A':
        terminal_move(terminal, x, y - count);
        return true;
    case 'B':
    case 'e':
        terminal_move(terminal, x, y + count);
        return true;
    case 'C':
    case 'a':
        terminal_move(terminal, x + count, y);
        return true;
    case 'D':
        terminal_move(terminal, x - count, y);
        return true;
    case 'E':
        terminal_move(terminal, 0, y + count);
        return true;
    case 'F':
        terminal_move(terminal, 0, y - count);
        return true;
    case 'G':
    case '`':
        terminal_move(terminal, count - 1, y);
        return true;
    case 'd':
        terminal_move(terminal, x, base + count - 1);
        return true;
    case 'H':
    case 'f':
        terminal_move(terminal, (int)min(param(terminal, 1, 1), 9999u) - 1, base + count - 1);
        return true;
    default:
        return false;
    }
}

void terminal_control_sequence(struct terminal *terminal, u8 final)
{
    unsigned count = min(param(terminal, 0, 1), 9999u);
    unsigned cursor = terminal->y * terminal->columns + terminal->x;

    if (terminal->private_mode && final != 'h' && final != 'l' && final != 'n' && final != 'c')
        return;
    if (move_cursor(terminal, final))
        return;
    switch (final) {
    case 'J':
        erase_display(terminal);
        break;
    case 'K':
        erase_line(terminal);
        break;
    case 'L':
        shift_lines(terminal, -(int)count);
        break;
    case 'M':
        shift_lines(terminal, (int)count);
        break;
    case 'P':
        terminal_delete_characters(terminal, count);
        break;
    case '@':
        terminal_insert_blanks(terminal, count);
        break;
    case 'X':
        terminal_erase(terminal, cursor, cursor + min(count, terminal->columns - terminal->x));
        break;
    case 'S':
        terminal_scroll(terminal, terminal->top, terminal->bottom, (int)count);
        break;
    case 'T':
        terminal_scroll(terminal, terminal->top, terminal->bottom, -(int)count);
        break;
    case 'm':
        select_attributes(terminal);
        break;
    case 'h':
    case 'l':
        set_modes(terminal, final == 'h');
        break;
    case 'r':
        set_scroll_region(terminal);
        break;
    case 's':
        terminal_save(terminal);
        break;
    case 'u':
        terminal_restore(terminal);
        break;
    case 'n':
        report(terminal);
        break;
    case 'c':
        identify(terminal);
        break;
    case 'g':
        clear_tabs(terminal);
        break;
    }
}
