/*
 * Input side of the line discipline: from a received byte to the input ring, with signals, flow
 * control, editing and echo.
 *
 * The order of the tests is the specification's (POSIX 11.1.9 and termios(3)): literal-next first,
 * then character mapping, flow control, signals, line editing, and last storing with echo.
 */
#include "line.h"

#include <lib/string.h>

#include "line_private.h"

/* A special character that is set to this is switched off: _POSIX_VDISABLE. */
#define CC_DISABLED 0

static bool is_cc(const struct line *line, enum termios_cc which, u8 byte)
{
    return byte != CC_DISABLED && line->termios.c_cc[which] == byte;
}

static bool has_lflag(const struct line *line, u32 flag)
{
    return line->termios.c_lflag & flag;
}

static bool has_iflag(const struct line *line, u32 flag)
{
    return line->termios.c_iflag & flag;
}

static bool is_canonical(const struct line *line)
{
    return has_lflag(line, ICANON);
}

static void mark_end(struct line *line, u32 position)
{
    u32 slot = position % LINE_INPUT_SIZE;

    line->line_ends[slot / 8] |= 1u << (slot % 8);
}

void line_init(struct line *line)
{
    static const u8 default_cc[TERMIOS_NR_CC] = {
        [VINTR] = 3,     [VQUIT] = 28,    [VERASE] = 127, [VKILL] = 21,  [VEOF] = 4,
        [VTIME] = 0,     [VMIN] = 1,      [VSTART] = 17,  [VSTOP] = 19,  [VSUSP] = 26,
        [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
    };

    memset(line, 0, sizeof(*line));
    line->termios.c_iflag = ICRNL | IXON;
    line->termios.c_oflag = OPOST | ONLCR;
    line->termios.c_cflag = B38400 | CS8 | CREAD | HUPCL;
    line->termios.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    memcpy(line->termios.c_cc, default_cc, sizeof(default_cc));
}

void line_set_stopped(struct line *line, bool stopped)
{
    if (line->stopped == stopped)
        return;
    line->stopped = stopped;
    line->packet &= (u8) ~(TIOCPKT_STOP | TIOCPKT_START);
    line->packet |= stopped ? TIOCPKT_STOP : TIOCPKT_START;
}

/* ^S and ^Q stop and start output: what a terminal at the master's side may then do by itself. */
static bool has_usual_flow_keys(const struct line *line)
{
    const u8 *keys = line->termios.c_cc;

    return has_iflag(line, IXON) && keys[VSTOP] == '\023' && keys[VSTART] == '\021';
}

void line_set_termios(struct line *line, const struct abi_termios *termios)
{
    bool was_canonical = is_canonical(line);
    bool had_flow_keys = has_usual_flow_keys(line);

    line->termios = *termios;
    if (has_usual_flow_keys(line) != had_flow_keys) {
        line->packet &= (u8) ~(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
        line->packet |= had_flow_keys ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP;
    }
    if (!has_iflag(line, IXON))
        line_set_stopped(line, false);
    if (is_canonical(line) == was_canonical)
        return;
    memset(line->line_ends, 0, sizeof(line->line_ends));
    line->line_end = line->head;
    if (is_canonical(line) && line->head != line->tail)
        mark_end(line, line->head - 1);
    line->erasing = false;
    line->literal_next = false;
}

void line_flush_input(struct line *line)
{
    line->tail = line->line_end = line->head = 0;
    memset(line->line_ends, 0, sizeof(line->line_ends));
    line->literal_next = false;
    line->erasing = false;
    line->packet |= TIOCPKT_FLUSHREAD;
}

static u32 input_used(const struct line *line)
{
    return line->head - line->tail;
}

/*
 * In canonical mode a line without end may fill the ring; then there is always "room" and the
 * surplus is dropped (with a bell under IMAXBEL), so that the newline that ends it still arrives.
 */
bool line_has_room(const struct line *line)
{
    if (is_canonical(line) && line->tail == line->line_end)
        return true;
    return input_used(line) < LINE_INPUT_SIZE - 1;
}

static void input_push(struct line *line, u8 byte, bool ends_line)
{
    u32 slot = line->head % LINE_INPUT_SIZE;

    line->input[slot] = byte;
    line->line_ends[slot / 8] &= (u8) ~(1u << (slot % 8));
    if (ends_line)
        mark_end(line, line->head);
    line->head++;
}

/* Columns that @byte takes when echoed. */
static u32 echo_width(const struct line *line, u8 byte)
{
    if (byte < 0x20 || byte == 0x7F)
        return has_lflag(line, ECHOCTL) ? 2 : 0;
    if (has_iflag(line, IUTF8) && (byte & 0xC0) == 0x80)
        return 0;
    return 1;
}

/* Echo a typed byte: control characters as ^X under ECHOCTL, a newline taken literally too. */
static void echo(struct line *line, u8 byte)
{
    bool control = (byte < 0x20 || byte == 0x7F) && byte != '\t';

    if (control && has_lflag(line, ECHOCTL)) {
        line_put(line, '^');
        line_put(line, byte ^ 0x40);
        return;
    }
    line_put(line, byte);
}

static void end_erasing(struct line *line)
{
    if (line->erasing) {
        line_put(line, '/');
        line->erasing = false;
    }
}

static void rub_out(struct line *line, u32 columns)
{
    while (columns--) {
        line_put(line, '\b');
        line_put(line, ' ');
        line_put(line, '\b');
    }
}

/* The column at which the byte at position @end was echoed: counted from where the line began. */
static u32 column_before(const struct line *line, u32 end)
{
    u32 column = line->line_column;
    u32 position;

    for (position = line->line_end; position != end; position++) {
        u8 byte = line_input_at(line, position);

        if (byte == '\t')
            column = (column | 7) + 1;
        else
            column += echo_width(line, byte);
    }
    return column;
}

/* Remove the last character (all bytes of a UTF-8 one) of the line being typed and wipe it from the
 * screen. @visibly: do so without ECHOE too, as VWERASE and VKILL do. */
static void erase_character(struct line *line, bool visibly)
{
    u32 end = line->head;
    u8 byte;

    do {
        line->head--;
        byte = line_input_at(line, line->head);
    } while (has_iflag(line, IUTF8) && (byte & 0xC0) == 0x80 && line->head != line->line_end);
    if (!has_lflag(line, ECHO))
        return;
    if (has_lflag(line, ECHOPRT)) {
        if (!line->erasing) {
            line_put(line, '\\');
            line->erasing = true;
        }
        for (u32 position = line->head; position != end; position++)
            echo(line, line_input_at(line, position));
    } else if (!visibly && !has_lflag(line, ECHOE)) {
        echo(line, line->termios.c_cc[VERASE]);
    } else if (byte == '\t') {
        u32 target = column_before(line, line->head);

        while (line->column > target)
            line_put(line, '\b');
    } else {
        rub_out(line, byte < 0x20 || byte == 0x7F ? echo_width(line, byte) : 1);
    }
}

static bool is_word_byte(u8 byte)
{
    return byte == '_' || byte >= 0x80 || (byte >= '0' && byte <= '9') ||
           (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static void erase_word(struct line *line)
{
    bool seen_word = false;

    while (line->head != line->line_end) {
        bool in_word = is_word_byte(line_input_at(line, line->head - 1));

        if (in_word)
            seen_word = true;
        else if (seen_word)
            return;
        erase_character(line, true);
    }
}

static void erase_line(struct line *line)
{
    if (has_lflag(line, ECHO) &&
        !(has_lflag(line, ECHOK) && has_lflag(line, ECHOKE) && has_lflag(line, ECHOE))) {
        line->head = line->line_end;
        end_erasing(line);
        echo(line, line->termios.c_cc[VKILL]);
        if (has_lflag(line, ECHOK))
            line_put(line, '\n');
        return;
    }
    while (line->head != line->line_end)
        erase_character(line, true);
}

static void reprint_line(struct line *line)
{
    end_erasing(line);
    echo(line, line->termios.c_cc[VREPRINT]);
    line_put(line, '\n');
    line->line_column = line->column;
    for (u32 position = line->line_end; position != line->head; position++)
        echo(line, line_input_at(line, position));
}

/* A complete line: @byte is stored as its mark and the reader may have it. */
static u32 finish_line(struct line *line, u8 byte)
{
    input_push(line, byte, true);
    line->line_end = line->head;
    return LINE_WAKE_READERS;
}

/* VERASE, VWERASE, VKILL, VREPRINT, VLNEXT. True: the byte was one of them. */
static bool edit_line(struct line *line, u8 byte)
{
    bool extended = has_lflag(line, IEXTEN);
    bool has_text = line->head != line->line_end;

    if (is_cc(line, VERASE, byte)) {
        if (has_text)
            erase_character(line, false);
    } else if (extended && is_cc(line, VWERASE, byte)) {
        erase_word(line);
    } else if (is_cc(line, VKILL, byte)) {
        if (has_text)
            erase_line(line);
    } else if (extended && is_cc(line, VLNEXT, byte)) {
        line->literal_next = true;
        if (has_lflag(line, ECHO) && has_lflag(line, ECHOCTL)) {
            end_erasing(line);
            line_put(line, '^');
            line_put(line, '\b');
        }
    } else if (extended && has_lflag(line, ECHO) && is_cc(line, VREPRINT, byte)) {
        reprint_line(line);
    } else {
        return false;
    }
    if (line->head == line->line_end && has_lflag(line, ECHO))
        end_erasing(line);
    return true;
}

static void bell(struct line *line)
{
    if (has_iflag(line, IMAXBEL))
        line_put_raw(line, 7);
}

/* Store a byte without echo. */
static u32 keep(struct line *line, u8 byte)
{
    if (input_used(line) >= LINE_INPUT_SIZE - 1)
        return 0;
    input_push(line, byte, false);
    if (is_canonical(line))
        return 0;
    line->line_end = line->head;
    return LINE_WAKE_READERS;
}

/* Store an ordinary byte, echoing it. */
static u32 store(struct line *line, u8 byte)
{
    if (input_used(line) >= LINE_INPUT_SIZE - 1) {
        bell(line);
        return 0;
    }
    if (has_lflag(line, ECHO)) {
        end_erasing(line);
        if (line->head == line->line_end)
            line->line_column = line->column;
        if (byte == '\n' && !is_canonical(line))
            line_put(line, '\n');
        else
            echo(line, byte);
    }
    /* A received 0xFF is doubled, to differ from the mark of a break. */
    if (byte == 0xFF && has_iflag(line, PARMRK))
        keep(line, byte);
    return keep(line, byte);
}

static u32 receive_canonical(struct line *line, u8 byte)
{
    if (edit_line(line, byte))
        return 0;
    if (byte == '\n') {
        if (has_lflag(line, ECHO) || has_lflag(line, ECHONL)) {
            end_erasing(line);
            line_put(line, '\n');
        }
        return finish_line(line, byte);
    }
    if (is_cc(line, VEOF, byte))
        return finish_line(line, CC_DISABLED);
    if (is_cc(line, VEOL, byte) || (has_lflag(line, IEXTEN) && is_cc(line, VEOL2, byte))) {
        if (has_lflag(line, ECHO))
            echo(line, byte);
        return finish_line(line, byte);
    }
    return store(line, byte);
}

/* IXON: start and stop output. True: the byte was eaten. */
static bool flow_control(struct line *line, u8 byte, u32 *result)
{
    if (!has_iflag(line, IXON))
        return false;
    if (is_cc(line, VSTART, byte)) {
        line_set_stopped(line, false);
        *result |= LINE_OUTPUT_STARTED | LINE_WAKE_WRITERS;
        return true;
    }
    if (is_cc(line, VSTOP, byte)) {
        line_set_stopped(line, true);
        *result |= LINE_OUTPUT_STOPPED;
        return true;
    }
    if (line->stopped && has_iflag(line, IXANY)) {
        line_set_stopped(line, false);
        *result |= LINE_OUTPUT_STARTED | LINE_WAKE_WRITERS;
    }
    return false;
}

/* ISIG: the signal that @byte asks for, 0: none. */
static u32 signal_of(const struct line *line, u8 byte)
{
    if (!has_lflag(line, ISIG))
        return 0;
    if (is_cc(line, VINTR, byte))
        return LINE_SIGNAL_INTERRUPT;
    if (is_cc(line, VQUIT, byte))
        return LINE_SIGNAL_QUIT;
    if (is_cc(line, VSUSP, byte))
        return LINE_SIGNAL_SUSPEND;
    return 0;
}

static u32 flush_for_signal(struct line *line)
{
    if (has_lflag(line, NOFLSH))
        return 0;
    line_flush_input(line);
    line_flush_output(line);
    return LINE_FLUSHED_INPUT | LINE_FLUSHED_OUTPUT | LINE_WAKE_WRITERS;
}

static u32 raise_signal(struct line *line, u8 byte, u32 signal)
{
    u32 result = signal | flush_for_signal(line);

    if (has_iflag(line, IXON) && line->stopped) {
        line_set_stopped(line, false);
        result |= LINE_OUTPUT_STARTED;
    }
    if (has_lflag(line, ECHO))
        echo(line, byte);
    return result;
}

/* ISTRIP, IUCLC, IGNCR, ICRNL, INLCR. False: the byte disappears. */
static bool map_byte(const struct line *line, u8 *byte)
{
    u32 iflag = line->termios.c_iflag;

    if (iflag & ISTRIP)
        *byte &= 0x7F;
    if ((iflag & IUCLC) && has_lflag(line, IEXTEN) && *byte >= 'A' && *byte <= 'Z')
        *byte += 'a' - 'A';
    if (*byte == '\r') {
        if (iflag & IGNCR)
            return false;
        if (iflag & ICRNL)
            *byte = '\n';
    } else if (*byte == '\n' && (iflag & INLCR)) {
        *byte = '\r';
    }
    return true;
}

u32 line_receive(struct line *line, u8 byte)
{
    u32 result = 0;
    u32 signal;

    if (line->literal_next) {
        line->literal_next = false;
        return store(line, byte);
    }
    if (flow_control(line, byte, &result))
        return result;
    signal = signal_of(line, byte);
    if (signal)
        return result | raise_signal(line, byte, signal);
    if (!map_byte(line, &byte))
        return result;
    if (is_canonical(line))
        return result | receive_canonical(line, byte);
    return result | store(line, byte);
}

u32 line_receive_break(struct line *line)
{
    if (has_iflag(line, IGNBRK))
        return 0;
    if (has_iflag(line, BRKINT))
        return LINE_SIGNAL_INTERRUPT | flush_for_signal(line);
    if (has_iflag(line, PARMRK)) {
        keep(line, 0xFF);
        keep(line, 0);
    }
    return keep(line, 0);
}

size_t line_input_count(const struct line *line)
{
    size_t count = line->line_end - line->tail;

    if (is_canonical(line))
        for (u32 position = line->tail; position != line->line_end; position++)
            if (line_ends_at(line, position) && line_input_at(line, position) == CC_DISABLED)
                count--;
    return count;
}

bool line_is_readable(const struct line *line, size_t minimum)
{
    if (is_canonical(line))
        return line->tail != line->line_end;
    return input_used(line) >= max(minimum, (size_t)1);
}

size_t line_read(struct line *line, u8 *buffer, size_t len, bool *end_of_line)
{
    size_t done = 0;

    *end_of_line = false;
    while (line->tail != line->line_end) {
        bool ends = is_canonical(line) && line_ends_at(line, line->tail);
        u8 byte = line_input_at(line, line->tail);

        /* An EOF mark that follows text exactly as long as the buffer is eaten with it: the next
         * read starts afresh. */
        if (ends && byte == CC_DISABLED) {
            line->tail++;
            *end_of_line = true;
            return done;
        }
        if (done == len)
            return done;
        buffer[done++] = byte;
        line->tail++;
        if (ends) {
            *end_of_line = true;
            return done;
        }
    }
    return done;
}
