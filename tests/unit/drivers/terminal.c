/* The terminal emulator: what text and control sequences leave on the grid. */
#include <lib/printf.h>
#include <lib/string.h>

#include "../../../kernel/drivers/video/terminal.h"
#include "unit.h"

#define COLUMNS 10u
#define ROWS    4u

static struct terminal terminal;
static struct terminal_cell *cells;

static void fresh(void)
{
    if (!cells)
        cells = __builtin_malloc(COLUMNS * ROWS * sizeof(*cells));
    terminal_init(&terminal, cells, COLUMNS, ROWS);
}

static void show(const char *text)
{
    terminal_write(&terminal, text, strlen(text));
}

static struct terminal_cell *cell(unsigned x, unsigned y)
{
    return &terminal.cells[y * terminal.columns + x];
}

/* Row @y without the blanks at its end. */
static const char *row(unsigned y)
{
    static char text[COLUMNS + 1];
    unsigned len = COLUMNS;

    for (unsigned x = 0; x < COLUMNS; x++)
        text[x] = cell(x, y)->character < 0x80 ? (char)cell(x, y)->character : '#';
    while (len && text[len - 1] == ' ')
        len--;
    text[len] = 0;
    return text;
}

static void expect_cursor(unsigned x, unsigned y)
{
    EXPECT_EQ(terminal.x, x);
    EXPECT_EQ(terminal.y, y);
}

TEST(text_and_newline)
{
    fresh();
    show("ab\r\ncd\be\n");
    EXPECT_STR(row(0), "ab");
    EXPECT_STR(row(1), "ce");
    expect_cursor(2, 2);
}

TEST(the_last_column_wraps_only_with_the_next_character)
{
    fresh();
    show("0123456789");
    expect_cursor(9, 0);
    show("\rX");
    EXPECT_STR(row(0), "X123456789");
    show("\033[1;10HYZ");
    EXPECT_STR(row(0), "X12345678Y");
    EXPECT_STR(row(1), "Z");
    show("\033[?7l\033[1;10HABC");
    EXPECT_STR(row(0), "X12345678C");
}

TEST(the_screen_scrolls)
{
    fresh();
    show("a\r\nb\r\nc\r\nd\r\ne");
    EXPECT_STR(row(0), "b");
    EXPECT_STR(row(3), "e");
    show("\033[H\033M");
    EXPECT_STR(row(0), "");
    EXPECT_STR(row(1), "b");
}

TEST(cursor_movement_is_clamped)
{
    fresh();
    show("\033[3;5H");
    expect_cursor(4, 2);
    show("\033[A\033[2C");
    expect_cursor(6, 1);
    show("\033[99B\033[99C");
    expect_cursor(9, 3);
    show("\033[99A\033[99D");
    expect_cursor(0, 0);
    show("\033[99999999999;99999999999H");
    expect_cursor(9, 3);
    show("\033[0;0H");
    expect_cursor(0, 0);
    show("\033[2d\033[4G");
    expect_cursor(3, 1);
    show("\033[E");
    expect_cursor(0, 2);
}

TEST(scroll_region)
{
    fresh();
    show("a\r\nb\r\nc\r\nd\033[2;3r");
    expect_cursor(0, 0);
    show("\033[3;1H\n");
    EXPECT_STR(row(0), "a");
    EXPECT_STR(row(1), "c");
    EXPECT_STR(row(2), "");
    EXPECT_STR(row(3), "d");
    show("\033[?6h");
    expect_cursor(0, 1);
    show("\033[9;1Hx");
    EXPECT_STR(row(2), "x");
    show("\033[?6l\033[3;2r"); /* refused: nothing between */
    EXPECT_EQ(terminal.top, 1);
}

TEST(insert_and_delete)
{
    fresh();
    show("abcdef\033[1;3H\033[2@");
    EXPECT_STR(row(0), "ab  cdef");
    show("\033[2P");
    EXPECT_STR(row(0), "abcdef");
    show("\033[99P");
    EXPECT_STR(row(0), "ab");
    show("\033[4h\033[1;1Hx\033[4l");
    EXPECT_STR(row(0), "xab");
    show("\r\n1\r\n2\r\n3\033[2;1H\033[L");
    EXPECT_STR(row(1), "");
    EXPECT_STR(row(2), "1");
    show("\033[2M");
    EXPECT_STR(row(1), "2");
    EXPECT_STR(row(3), "");
}

TEST(erasing)
{
    fresh();
    show("abcdef\r\nghijkl\033[1;3H\033[K");
    EXPECT_STR(row(0), "ab");
    show("\033[2;3H\033[1K");
    EXPECT_STR(row(1), "   jkl");
    show("\033[2;5H\033[2X");
    EXPECT_STR(row(1), "   j");
    show("\033[2J");
    EXPECT_STR(row(0), "");
    EXPECT_STR(row(1), "");
}

TEST(colours_and_attributes)
{
    fresh();
    show("\033[1;31;44mA\033[22;39;49mB\033[7mC\033[0mD\033[38;5;196mE\033[38;2;0;255;0;4mF");
    EXPECT(cell(0, 0)->attributes == CELL_BOLD && cell(0, 0)->foreground == 1 &&
           cell(0, 0)->background == 4);
    EXPECT(cell(1, 0)->attributes == 0 && cell(1, 0)->foreground == 7 &&
           cell(1, 0)->background == 0);
    EXPECT_EQ(cell(2, 0)->attributes, CELL_REVERSE);
    EXPECT_EQ(cell(3, 0)->attributes, 0);
    EXPECT_EQ(cell(4, 0)->foreground, 9);
    EXPECT(cell(5, 0)->foreground == 10 && cell(5, 0)->attributes == CELL_UNDERLINE);
    show("\033[0;44m\033[K");
    EXPECT_EQ(cell(9, 0)->background, 4);
}

TEST(utf8)
{
    fresh();
    show("\xC3\xA9\xE2\x82\xAC");
    EXPECT_EQ(cell(0, 0)->character, 0xE9);
    EXPECT_EQ(cell(1, 0)->character, 0x20AC);
    fresh();
    show("\xE2\x82x\xFFy\xC3\r\nz");
    EXPECT_EQ(cell(0, 0)->character, 0xFFFD);
    EXPECT_EQ(cell(1, 0)->character, 'x');
    EXPECT_EQ(cell(2, 0)->character, 0xFFFD);
    EXPECT_EQ(cell(3, 0)->character, 'y');
    EXPECT_EQ(cell(4, 0)->character, 0xFFFD);
    EXPECT_STR(row(1), "z");
}

TEST(line_drawing)
{
    fresh();
    show("\033(0qx\033(Bq\033)0\016q\017q");
    EXPECT_EQ(cell(0, 0)->character, 0x2500);
    EXPECT_EQ(cell(1, 0)->character, 0x2502);
    EXPECT_EQ(cell(2, 0)->character, 'q');
    EXPECT_EQ(cell(3, 0)->character, 0x2500);
    EXPECT_EQ(cell(4, 0)->character, 'q');
}

TEST(tab_stops)
{
    fresh();
    show("\tx");
    EXPECT_EQ(cell(8, 0)->character, 'x');
    show("\033[3g\033[1;4H\033H\r\ty");
    EXPECT_EQ(cell(3, 0)->character, 'y');
    show("\t\t\t");
    expect_cursor(9, 0);
}

TEST(save_and_restore)
{
    fresh();
    show("\033[2;3H\033[31m\0337\033[H\033[0m\0338x");
    EXPECT_EQ(cell(2, 1)->character, 'x');
    EXPECT_EQ(cell(2, 1)->foreground, 1);
}

TEST(reports)
{
    fresh();
    show("\033[2;3H\033[6n");
    EXPECT_EQ(terminal.reply_len, 6);
    EXPECT_EQ(memcmp(terminal.reply, "\033[2;3R", 6), 0);
    show("\033[5n");
    EXPECT_EQ(memcmp(terminal.reply, "\033[0n", 4), 0);
    show("\033[c");
    EXPECT_EQ(memcmp(terminal.reply, "\033[?6c", 5), 0);
}

/* The reset string of TERM=linux holds ESC ] R, which no end mark follows. */
TEST(commands_with_and_without_an_end)
{
    fresh();
    show("\033]Ra\033]P1aabbccb\033]0;title\ac\033]0;title\033\\d\033%Ge");
    EXPECT_STR(row(0), "abcde");
}

TEST(cancelled_sequences)
{
    fresh();
    show("\033[3\030a\033[\0322\033[[Ab");
    EXPECT_STR(row(0), "a2b");
}

static u8 hostile_byte(void)
{
    static const char likely[] = "\033\033\033[[[]0123456789;;?HJKLMPrmhl@XSTABCDnsugc78DM\n\r\b\t";

    return unit_random_below(4) ? (u8)likely[unit_random_below(sizeof(likely) - 1)]
                                : (u8)unit_random();
}

/* The cells are a heap block of exactly their size: the sanitizer sees any access outside. */
TEST(random_bytes_never_leave_the_grid)
{
    static const unsigned sizes[][2] = {{10, 4}, {1, 1}, {80, 25}, {TERMINAL_MAX_COLUMNS, 2}};

    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        unsigned columns = sizes[i][0];
        unsigned rows = sizes[i][1];
        struct terminal_cell *grid = __builtin_malloc(columns * rows * sizeof(*grid));

        terminal_init(&terminal, grid, columns, rows);
        for (unsigned round = 0; round < 200000; round++) {
            char byte = (char)hostile_byte();

            terminal_write(&terminal, &byte, 1);
            EXPECT(terminal.x < columns && terminal.y < rows);
            EXPECT(terminal.top < terminal.bottom && terminal.bottom <= rows);
            EXPECT(terminal.reply_len < sizeof(terminal.reply));
        }
        __builtin_free(grid);
    }
}
