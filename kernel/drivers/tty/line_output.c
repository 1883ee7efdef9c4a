/*
 * Output side of the line discipline: OPOST processing, the output ring, and the column the cursor
 * is in.
 *
 * The column matters twice: tabs expand to it, and erasing a tab on the input side must know how
 * wide it was. Multi-byte UTF-8 characters count one column (continuation bytes none) when IUTF8 is
 * set.
 */
#include "line.h"

#include "line_private.h"

size_t line_output_count(const struct line *line)
{
    return line->output_head - line->output_tail;
}

size_t line_output_room(const struct line *line)
{
    return LINE_OUTPUT_SIZE - line_output_count(line);
}

void line_flush_output(struct line *line)
{
    line->output_tail = line->output_head;
    line->packet |= TIOCPKT_FLUSHWRITE;
}

void line_put_raw(struct line *line, u8 byte)
{
    if (line_output_room(line) == 0)
        return;
    line->output[line->output_head++ % LINE_OUTPUT_SIZE] = byte;
}

static bool is_continuation(const struct line *line, u8 byte)
{
    return (line->termios.c_iflag & IUTF8) && (byte & 0xC0) == 0x80;
}

static void put_newline(struct line *line)
{
    u32 oflag = line->termios.c_oflag;

    if (oflag & ONLCR)
        line_put_raw(line, '\r');
    if (oflag & (ONLCR | ONLRET))
        line->column = 0;
    line_put_raw(line, '\n');
}

static void put_return(struct line *line)
{
    u32 oflag = line->termios.c_oflag;

    if ((oflag & ONOCR) && line->column == 0)
        return;
    if (oflag & OCRNL) {
        if (oflag & ONLRET)
            line->column = 0;
        line_put_raw(line, '\n');
        return;
    }
    line->column = 0;
    line_put_raw(line, '\r');
}

static void put_tab(struct line *line)
{
    u32 spaces = 8 - (line->column & 7);

    line->column += spaces;
    if ((line->termios.c_oflag & TABDLY) != XTABS) {
        line_put_raw(line, '\t');
        return;
    }
    while (spaces--)
        line_put_raw(line, ' ');
}

void line_put(struct line *line, u8 byte)
{
    if (!(line->termios.c_oflag & OPOST)) {
        line_put_raw(line, byte);
        return;
    }
    switch (byte) {
    case '\n':
        put_newline(line);
        return;
    case '\r':
        put_return(line);
        return;
    case '\t':
        put_tab(line);
        return;
    case '\b':
        if (line->column > 0)
            line->column--;
        break;
    default:
        if ((line->termios.c_oflag & OLCUC) && byte >= 'a' && byte <= 'z')
            byte -= 'a' - 'A';
        if (byte >= 0x20 && byte != 0x7F && !is_continuation(line, byte))
            line->column++;
        break;
    }
    line_put_raw(line, byte);
}

bool line_can_write(const struct line *line)
{
    return line_output_room(line) >= LINE_ECHO_SIZE + 8;
}

size_t line_write(struct line *line, const u8 *buffer, size_t len)
{
    size_t done;

    for (done = 0; done < len && line_can_write(line); done++)
        line_put(line, buffer[done]);
    return done;
}

size_t line_take_output(struct line *line, u8 *buffer, size_t len)
{
    size_t done = 0;

    if (line->stopped)
        return 0;
    while (done < len && line->output_tail != line->output_head)
        buffer[done++] = line->output[line->output_tail++ % LINE_OUTPUT_SIZE];
    return done;
}
