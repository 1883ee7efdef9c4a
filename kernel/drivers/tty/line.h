/*
 * The line discipline: what turns a stream of keys into lines and a program's text into a screen's.
 *
 * Pure: it owns two byte rings and its state, knows no device, process or lock, and reports what
 * should happen (a signal to the foreground group, readers to wake) as bits. tty.c calls it under
 * the tty's lock and acts on the bits after dropping it. Behaviour: POSIX chapter 11 and
 * termios(3); where those are silent, Linux.
 *
 * Input ring: positions grow without bound, a byte lives at position modulo the size.
 *
 *      tail            line_end             head
 *       |  readable     |   line being typed  |  free
 *   ----+---------------+---------------------+------
 *
 * In canonical mode a reader may take [tail, line_end) only; a bitmap marks the bytes that end a
 * line (newline, EOL, or EOF, whose own byte is not delivered). In raw mode everything up to head
 * is readable.
 */
#pragma once

#include <abi/termios.h>
#include <lib/types.h>

#define LINE_INPUT_SIZE  4096u
#define LINE_OUTPUT_SIZE 8192u
/* Programs leave this much of the output ring to echo: else ^C would have no answer in a flood. */
#define LINE_ECHO_SIZE   1024u

/* What the caller should do after line_receive. */
#define LINE_SIGNAL_INTERRUPT (1u << 0) /* SIGINT to the foreground group */
#define LINE_SIGNAL_QUIT      (1u << 1)
#define LINE_SIGNAL_SUSPEND   (1u << 2)
#define LINE_WAKE_READERS     (1u << 3)
#define LINE_WAKE_WRITERS     (1u << 4)
#define LINE_OUTPUT_STARTED   (1u << 5) /* ^Q */
#define LINE_OUTPUT_STOPPED   (1u << 6) /* ^S */
#define LINE_FLUSHED_INPUT    (1u << 7)
#define LINE_FLUSHED_OUTPUT   (1u << 8)

struct line {
    struct abi_termios termios;
    u8 input[LINE_INPUT_SIZE];
    u8 line_ends[LINE_INPUT_SIZE / 8]; /* bit: this byte ends a line */
    u32 tail, line_end, head;
    u8 output[LINE_OUTPUT_SIZE]; /* processed text waiting for the device */
    u32 output_tail, output_head;
    u32 column;        /* of the cursor, for tabs and erasing */
    u32 line_column;   /* where the line being typed began */
    bool literal_next; /* after VLNEXT */
    bool erasing;      /* inside a \.../ of ECHOPRT */
    bool stopped;      /* by VSTOP or TCOOFF */
    u8 packet;         /* TIOCPKT_*: what happened since packet mode last told */
};

void line_init(struct line *line);

/* Stop the output, or let it go on. */
void line_set_stopped(struct line *line, bool stopped);

/* Adopt new settings; switching between canonical and raw makes the bytes typed so far readable, as
 * Linux. */
void line_set_termios(struct line *line, const struct abi_termios *termios);

/*
 * line_receive: a byte from the keyboard.
 * => LINE_* bits; echo text is appended to the output ring
 */
u32 line_receive(struct line *line, u8 byte);
u32 line_receive_break(struct line *line);

/* True while more input can be taken without losing any: flow control for the device. */
bool line_has_room(const struct line *line);

/*
 * line_read: move bytes that a reader may have now.
 * => canonical: at most one line, without an EOF byte; *end_of_line tells that the line ended
 * => 0 with *end_of_line set: end of file
 */
size_t line_read(struct line *line, u8 *buffer, size_t len, bool *end_of_line);

/* Bytes a read would give now (FIONREAD); canonical: whole lines only; an EOF mark counts as
 * readable. */
bool line_is_readable(const struct line *line, size_t minimum);
size_t line_input_count(const struct line *line);

/*
 * line_write: process a program's text into the output ring.
 * => bytes of @buffer consumed (fewer when the ring is full)
 */
size_t line_write(struct line *line, const u8 *buffer, size_t len);

/* The device takes text to show: bytes moved to @buffer; 0 when stopped or empty. */
size_t line_take_output(struct line *line, u8 *buffer, size_t len);
size_t line_output_count(const struct line *line);
size_t line_output_room(const struct line *line);
/* Can a program write now? A byte of its text never becomes more than eight (a tab). */
bool line_can_write(const struct line *line);

void line_flush_input(struct line *line);
void line_flush_output(struct line *line);
