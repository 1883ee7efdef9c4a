/*
 * What a terminal does to its grid: putting characters, scrolling, erasing, moving the cursor.
 */
#include <lib/string.h>

#include "terminal_private.h"

static struct terminal_cell blank(const struct terminal *terminal)
{
    return (struct terminal_cell){
        .character = ' ',
        .foreground = terminal->pen.foreground,
        .background = terminal->pen.background,
    };
}

void terminal_erase(struct terminal *terminal, unsigned from, unsigned to)
{
    struct terminal_cell cell = blank(terminal);

    while (from < to)
        terminal->cells[from++] = cell;
}

void terminal_scroll(struct terminal *terminal, unsigned top, unsigned bottom, int lines)
{
    unsigned columns = terminal->columns;
    unsigned height = bottom - top;
    unsigned count = min((unsigned)(lines < 0 ? -lines : lines), height);
    struct terminal_cell *first = terminal->cells + top * columns;
    size_t kept = (size_t)(height - count) * columns;

    if (lines > 0) {
        memmove(first, first + count * columns, kept * sizeof(*first));
        terminal_erase(terminal, (bottom - count) * columns, bottom * columns);
    } else {
        memmove(first + count * columns, first, kept * sizeof(*first));
        terminal_erase(terminal, top * columns, (top + count) * columns);
    }
}

void terminal_move(struct terminal *terminal, int x, int y)
{
    int low = terminal->origin ? (int)terminal->top : 0;
    int high = terminal->origin ? (int)terminal->bottom : (int)terminal->rows;

    terminal->x = (unsigned)max(0, min(x, (int)terminal->columns - 1));
    terminal->y = (unsigned)max(low, min(y, high - 1));
    terminal->wrap_pending = false;
}

void terminal_line_feed(struct terminal *terminal)
{
    if (terminal->y + 1 == terminal->bottom)
        terminal_scroll(terminal, terminal->top, terminal->bottom, 1);
    else if (terminal->y + 1 < terminal->rows)
        terminal->y++;
    terminal->wrap_pending = false;
}

void terminal_reverse_line_feed(struct terminal *terminal)
{
    if (terminal->y == terminal->top)
        terminal_scroll(terminal, terminal->top, terminal->bottom, -1);
    else if (terminal->y > 0)
        terminal->y--;
    terminal->wrap_pending = false;
}

void terminal_insert_blanks(struct terminal *terminal, unsigned count)
{
    unsigned start = terminal->y * terminal->columns + terminal->x;
    unsigned room = terminal->columns - terminal->x;

    count = min(count, room);
    memmove(terminal->cells + start + count, terminal->cells + start,
            (room - count) * sizeof(*terminal->cells));
    terminal_erase(terminal, start, start + count);
    terminal->wrap_pending = false;
}

void terminal_delete_characters(struct terminal *terminal, unsigned count)
{
    unsigned start = terminal->y * terminal->columns + terminal->x;
    unsigned room = terminal->columns - terminal->x;

    count = min(count, room);
    memmove(terminal->cells + start, terminal->cells + start + count,
            (room - count) * sizeof(*terminal->cells));
    terminal_erase(terminal, start + room - count, start + room);
    terminal->wrap_pending = false;
}

/* The DEC special graphics set, '`' to '~', as Unicode. */
static const u16 line_drawing[] = {
    0x25C6, 0x2592, 0x2409, 0x240C, 0x240D, 0x240A, 0x00B0, 0x00B1, 0x2424, 0x240B, 0x2518,
    0x2510, 0x250C, 0x2514, 0x253C, 0x23BA, 0x23BB, 0x2500, 0x23BC, 0x23BD, 0x251C, 0x2524,
    0x2534, 0x252C, 0x2502, 0x2264, 0x2265, 0x03C0, 0x2260, 0x00A3, 0x00B7,
};

static u32 translate(const struct terminal *terminal, u32 character)
{
    unsigned slot = terminal->pen.shifted ? 1 : 0;

    if (!(terminal->pen.charsets & (1u << slot)) || character < '`' || character > '~')
        return character;
    return line_drawing[character - '`'];
}

void terminal_put(struct terminal *terminal, u32 character)
{
    struct terminal_cell cell = {
        .character = translate(terminal, character),
        .foreground = terminal->pen.foreground,
        .background = terminal->pen.background,
        .attributes = terminal->pen.attributes,
    };

    if (terminal->wrap_pending && terminal->auto_wrap) {
        terminal->x = 0;
        terminal_line_feed(terminal);
    }
    if (terminal->insert)
        terminal_insert_blanks(terminal, 1);
    terminal->cells[terminal->y * terminal->columns + terminal->x] = cell;
    if (terminal->x + 1 < terminal->columns)
        terminal->x++;
    else
        terminal->wrap_pending = true;
}

void terminal_tab(struct terminal *terminal)
{
    unsigned x = terminal->x;

    do {
        x++;
    } while (x < terminal->columns - 1 && !(terminal->tab_stops[x / 8] & (1u << (x % 8))));
    terminal->x = min(x, terminal->columns - 1);
    terminal->wrap_pending = false;
}

void terminal_save(struct terminal *terminal)
{
    terminal->saved.x = terminal->x;
    terminal->saved.y = terminal->y;
    terminal->saved.pen = terminal->pen;
}

void terminal_restore(struct terminal *terminal)
{
    terminal->pen = terminal->saved.pen;
    terminal->x = min(terminal->saved.x, terminal->columns - 1);
    terminal->y = min(terminal->saved.y, terminal->rows - 1);
    terminal->wrap_pending = false;
}

void terminal_reset(struct terminal *terminal)
{
    terminal->x = terminal->y = 0;
    terminal->wrap_pending = false;
    terminal->top = 0;
    terminal->bottom = terminal->rows;
    terminal->pen = (struct terminal_pen){.foreground = 7};
    terminal->cursor_visible = true;
    terminal->auto_wrap = true;
    terminal->insert = terminal->origin = terminal->newline_mode = false;
    terminal->application_cursor = false;
    terminal->state = TERMINAL_GROUND;
    terminal->utf8_left = 0;
    memset(terminal->tab_stops, 0, sizeof(terminal->tab_stops));
    for (unsigned x = 8; x < terminal->columns; x += 8)
        terminal->tab_stops[x / 8] |= 1u << (x % 8);
    terminal_save(terminal);
    terminal_erase(terminal, 0, terminal->rows * terminal->columns);
}

void terminal_init(struct terminal *terminal, struct terminal_cell *cells, unsigned columns,
                   unsigned rows)
{
    memset(terminal, 0, sizeof(*terminal));
    terminal->cells = cells;
    terminal->columns = min(columns, (unsigned)TERMINAL_MAX_COLUMNS);
    terminal->rows = rows;
    terminal_reset(terminal);
}
