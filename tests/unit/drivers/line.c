/* The line discipline: editing, signals, flow control, echo, and what a reader gets. */
#include <lib/string.h>

#include "../../../kernel/drivers/tty/line.h"
#include "unit.h"

static struct line line;
static char shown[LINE_OUTPUT_SIZE + 1];

static void fresh(void)
{
    line_init(&line);
}

static u32 type_bytes(const char *text, size_t len)
{
    u32 events = 0;

    for (size_t i = 0; i < len; i++)
        events |= line_receive(&line, (u8)text[i]);
    return events;
}

static u32 type(const char *text)
{
    return type_bytes(text, strlen(text));
}

/* What reached the screen since the last call. */
static const char *screen(void)
{
    size_t len = line_take_output(&line, (u8 *)shown, LINE_OUTPUT_SIZE);

    shown[len] = 0;
    return shown;
}

/* One read; its text, or "EOF" when it ended without a byte. */
static const char *take(size_t len)
{
    static char text[LINE_INPUT_SIZE + 1];
    bool end;
    size_t done = line_read(&line, (u8 *)text, len, &end);

    text[done] = 0;
    return done == 0 && end ? "EOF" : text;
}

static void set_flags(u32 iflag, u32 oflag, u32 lflag)
{
    struct abi_termios termios = line.termios;

    termios.c_iflag = iflag;
    termios.c_oflag = oflag;
    termios.c_lflag = lflag;
    line_set_termios(&line, &termios);
}

static void set_lflag(u32 set, u32 clear)
{
    set_flags(line.termios.c_iflag, line.termios.c_oflag, (line.termios.c_lflag | set) & ~clear);
}

TEST(a_line_is_readable_when_it_is_complete)
{
    fresh();
    EXPECT(!(type("hello") & LINE_WAKE_READERS));
    EXPECT(!line_is_readable(&line, 1));
    EXPECT_EQ(line_input_count(&line), 0);
    EXPECT(type("\r") & LINE_WAKE_READERS);
    EXPECT_EQ(line_input_count(&line), 6);
    EXPECT_STR(screen(), "hello\r\n");
    EXPECT_STR(take(100), "hello\n");
    EXPECT(!line_is_readable(&line, 1));
}

TEST(one_read_gives_one_line)
{
    fresh();
    type("a\nbcd\n");
    EXPECT_STR(take(100), "a\n");
    EXPECT_STR(take(2), "bc");
    EXPECT_STR(take(100), "d\n");
}

TEST(erase_wipes_a_character)
{
    fresh();
    type("abx\177c\n");
    EXPECT_STR(screen(), "abx\b \bc\r\n");
    EXPECT_STR(take(100), "abc\n");
    type("\177\177");
    EXPECT_STR(screen(), "");
}

TEST(erase_of_a_control_character_is_two_wide)
{
    fresh();
    type("\001\177");
    EXPECT_STR(screen(), "^A\b \b\b \b");
}

TEST(erase_of_a_tab_goes_back_to_where_it_began)
{
    fresh();
    type("ab\t\177");
    EXPECT_STR(screen(), "ab\t\b\b\b\b\b\b");
    type("\n");
    EXPECT_STR(take(100), "ab\n");
}

TEST(erase_takes_all_bytes_of_a_utf8_character)
{
    fresh();
    set_flags(line.termios.c_iflag | IUTF8, line.termios.c_oflag, line.termios.c_lflag);
    type("a\xE2\x82\xAC\177\n");
    EXPECT_STR(screen(), "a\xE2\x82\xAC\b \b\r\n");
    EXPECT_STR(take(100), "a\n");
    fresh();
    type("a\xC3\xA9\177\n");
    EXPECT_STR(take(100), "a\xC3\n");
}

TEST(word_erase_takes_the_word_and_the_blanks_behind_it)
{
    fresh();
    type("one two_2 ,, \027x\n");
    EXPECT_STR(take(100), "one x\n");
    type("\027\027z\n");
    EXPECT_STR(take(100), "z\n");
}

TEST(kill_forms)
{
    fresh();
    type("ab\025c\n");
    EXPECT_STR(screen(), "ab\b \b\b \bc\r\n");
    EXPECT_STR(take(100), "c\n");
    set_lflag(0, ECHOKE);
    type("ab\025c\n");
    EXPECT_STR(screen(), "ab^U\r\nc\r\n");
    EXPECT_STR(take(100), "c\n");
    type("\025");
    EXPECT_STR(screen(), "");
}

TEST(without_echoe_the_erase_character_itself_is_shown)
{
    fresh();
    set_lflag(0, ECHOE);
    type("ab\177");
    EXPECT_STR(screen(), "ab^?");
}

TEST(printing_terminals_see_what_was_erased)
{
    fresh();
    set_lflag(ECHOPRT, 0);
    type("abc\177\177x");
    EXPECT_STR(screen(), "abc\\cb/x");
    type("\177\177");
    EXPECT_STR(screen(), "\\xa/");
}

TEST(literal_next)
{
    fresh();
    EXPECT(!(type("a\026\003b\n") & LINE_SIGNAL_INTERRUPT));
    EXPECT_STR(screen(), "a^\b^Cb\r\n");
    EXPECT_STR(take(100), "a\003b\n");
    type("\026\004\n");
    EXPECT_STR(take(100), "\004\n");
}

TEST(a_literal_newline_ends_no_line)
{
    fresh();
    type("a\026\n");
    EXPECT(!line_is_readable(&line, 1));
    EXPECT_STR(screen(), "a^\b^J");
    type("\177");
    EXPECT_STR(screen(), "\b \b\b \b");
    type("\n");
    EXPECT_STR(take(100), "a\n");
}

TEST(end_of_file)
{
    fresh();
    EXPECT(type("\004") & LINE_WAKE_READERS);
    EXPECT(line_is_readable(&line, 1));
    EXPECT_STR(take(100), "EOF");
    EXPECT_STR(screen(), "");
    type("abc\004");
    EXPECT_EQ(line_input_count(&line), 3);
    EXPECT_STR(take(3), "abc"); /* the mark goes with a read that it fits exactly */
    EXPECT(!line_is_readable(&line, 1));
}

TEST(other_ends_of_line)
{
    struct abi_termios termios;

    fresh();
    termios = line.termios;
    termios.c_cc[VEOL] = '|';
    termios.c_cc[VEOL2] = '!';
    line_set_termios(&line, &termios);
    type("ab|cd!");
    EXPECT_STR(take(100), "ab|");
    EXPECT_STR(take(100), "cd!");
    set_lflag(0, IEXTEN);
    type("cd!");
    EXPECT(!line_is_readable(&line, 1));
}

TEST(signals_flush_and_echo)
{
    fresh();
    line_write(&line, (const u8 *)"output", 6);
    EXPECT_EQ(type("ab\003") & (LINE_SIGNAL_INTERRUPT | LINE_FLUSHED_INPUT | LINE_FLUSHED_OUTPUT),
              LINE_SIGNAL_INTERRUPT | LINE_FLUSHED_INPUT | LINE_FLUSHED_OUTPUT);
    EXPECT_STR(screen(), "^C");
    EXPECT(type("\034") & LINE_SIGNAL_QUIT);
    EXPECT(type("\032") & LINE_SIGNAL_SUSPEND);
    type("\n");
    EXPECT_STR(take(100), "\n");
}

TEST(noflsh_keeps_what_was_typed)
{
    fresh();
    set_lflag(NOFLSH, 0);
    EXPECT(type("ab\003c\n") & LINE_SIGNAL_INTERRUPT);
    EXPECT_STR(take(100), "abc\n");
}

TEST(without_isig_they_are_text)
{
    fresh();
    set_lflag(0, ISIG);
    EXPECT(!(type("\003\n") & LINE_SIGNAL_INTERRUPT));
    EXPECT_STR(take(100), "\003\n");
}

TEST(disabled_characters_match_nothing)
{
    struct abi_termios termios;

    fresh();
    termios = line.termios;
    memset(termios.c_cc, 0, sizeof(termios.c_cc));
    line_set_termios(&line, &termios);
    EXPECT_EQ(type_bytes("\0\0\003", 3), 0);
    type("\n");
    EXPECT_EQ(line_input_count(&line), 4);
}

TEST(flow_control)
{
    fresh();
    line_write(&line, (const u8 *)"abc", 3);
    EXPECT(type("\023") & LINE_OUTPUT_STOPPED);
    EXPECT_STR(screen(), "");
    EXPECT(type("\021") & LINE_OUTPUT_STARTED);
    EXPECT_STR(screen(), "abc");
    type("\023");
    type("x");
    EXPECT_STR(screen(), "");
    set_flags(line.termios.c_iflag | IXANY, line.termios.c_oflag, line.termios.c_lflag);
    type("y");
    EXPECT_STR(screen(), "xy");
}

TEST(an_interrupt_starts_stopped_output)
{
    fresh();
    type("\023");
    EXPECT(type("\003") & LINE_OUTPUT_STARTED);
    EXPECT_STR(screen(), "^C");
}

TEST(switching_ixon_off_starts_output)
{
    fresh();
    line_write(&line, (const u8 *)"a", 1);
    type("\023");
    set_flags(ICRNL, line.termios.c_oflag, line.termios.c_lflag);
    EXPECT_STR(screen(), "a");
}

TEST(raw_mode_passes_everything)
{
    fresh();
    set_flags(0, 0, 0);
    EXPECT(type("a\177\003\r\004") & LINE_WAKE_READERS);
    EXPECT_EQ(line_input_count(&line), 5);
    EXPECT_STR(take(100), "a\177\003\r\004");
    EXPECT_STR(screen(), "");
    type("ab");
    EXPECT(line_is_readable(&line, 2));
    EXPECT(!line_is_readable(&line, 3));
}

TEST(raw_mode_with_echo_shows_newline_as_itself)
{
    fresh();
    set_flags(0, OPOST | ONLCR, ECHO | ECHOCTL);
    type("a\n\r");
    EXPECT_STR(screen(), "a\r\n^M");
}

TEST(input_mapping)
{
    fresh();
    set_flags(IGNCR, 0, ICANON);
    type("a\rb\n");
    EXPECT_STR(take(100), "ab\n");
    set_flags(INLCR, 0, 0);
    type("\n");
    EXPECT_STR(take(100), "\r");
    set_flags(ISTRIP, 0, 0);
    type("\xE1");
    EXPECT_STR(take(100), "a");
    set_flags(IUCLC, 0, IEXTEN);
    type("ABC");
    EXPECT_STR(take(100), "abc");
}

TEST(breaks)
{
    fresh();
    set_flags(IGNBRK, 0, 0);
    EXPECT_EQ(line_receive_break(&line), 0);
    EXPECT_EQ(line_input_count(&line), 0);
    set_flags(BRKINT, 0, 0);
    EXPECT(line_receive_break(&line) & LINE_SIGNAL_INTERRUPT);
    EXPECT_EQ(line_input_count(&line), 0);
    set_flags(0, 0, 0);
    line_receive_break(&line);
    EXPECT_EQ(line_input_count(&line), 1);
    take(1);
    set_flags(PARMRK, 0, 0);
    line_receive_break(&line);
    EXPECT_EQ(line_input_count(&line), 3);
    EXPECT_EQ(memcmp(take(3), "\377\0\0", 3), 0);
    type("\377");
    EXPECT_EQ(line_input_count(&line), 2); /* doubled: no mark */
}

TEST(output_processing)
{
    fresh();
    line_write(&line, (const u8 *)"a\tb\n\r", 5);
    EXPECT_STR(screen(), "a\tb\r\n\r");
    set_flags(0, OPOST | XTABS, 0);
    line_write(&line, (const u8 *)"ab\tc\n", 5);
    EXPECT_STR(screen(), "ab      c\n");
    set_flags(0, OPOST | OLCUC | OCRNL, 0);
    line_write(&line, (const u8 *)"x\r", 2);
    EXPECT_STR(screen(), "X\n");
    line.column = 0;
    set_flags(0, OPOST | ONOCR, 0);
    line_write(&line, (const u8 *)"\ra\r", 3);
    EXPECT_STR(screen(), "a\r");
    set_flags(0, 0, 0);
    line_write(&line, (const u8 *)"\n\t", 2);
    EXPECT_STR(screen(), "\n\t");
}

TEST(reprint)
{
    fresh();
    type("abc\022");
    EXPECT_STR(screen(), "abc^R\r\nabc");
}

TEST(a_full_line_still_gets_its_end)
{
    bool end;
    static u8 text[LINE_INPUT_SIZE];

    fresh();
    set_lflag(0, ECHO);
    for (unsigned i = 0; i < LINE_INPUT_SIZE + 100; i++) {
        EXPECT(line_has_room(&line));
        line_receive(&line, 'x');
    }
    line_receive(&line, '\n');
    EXPECT(!line_has_room(&line));
    EXPECT_EQ(line_read(&line, text, sizeof(text), &end), 4096);
    EXPECT(end);
    EXPECT_EQ(text[4095], '\n');
    EXPECT(line_has_room(&line));
}

TEST(raw_input_stops_when_full)
{
    fresh();
    set_flags(0, 0, 0);
    for (unsigned i = 0; line_has_room(&line); i++) {
        EXPECT(i < LINE_INPUT_SIZE);
        line_receive(&line, 'x');
    }
    EXPECT_EQ(line_input_count(&line), LINE_INPUT_SIZE - 1);
}

TEST(a_flood_of_output_leaves_room_for_echo)
{
    static u8 flood[LINE_OUTPUT_SIZE];
    size_t written;

    fresh();
    memset(flood, '\t', sizeof(flood));
    set_flags(ICRNL | IXON, OPOST | XTABS, line.termios.c_lflag);
    written = line_write(&line, flood, sizeof(flood));
    EXPECT(written > 0 && written < sizeof(flood));
    EXPECT(!line_can_write(&line));
    EXPECT(line_output_room(&line) >= LINE_ECHO_SIZE);
    type("\023"
         "abc\021");
    EXPECT_EQ(memcmp(screen() + written * 8, "abc", 3), 0);
    EXPECT(line_can_write(&line));
}

TEST(changing_to_raw_makes_typed_text_readable)
{
    fresh();
    type("abc");
    set_lflag(0, ICANON);
    EXPECT_STR(take(100), "abc");
    type("de");
    set_lflag(ICANON, 0);
    EXPECT_STR(take(100), "de");
}

TEST(random_keys_and_settings)
{
    for (unsigned round = 0; round < 200000; round++) {
        u8 text[64];
        bool end;

        if (unit_random_below(50) == 0)
            set_flags((u32)unit_random() & 0x7FFF, (u32)unit_random() & 0x1FFF,
                      (u32)unit_random() & 0x1FFFF);
        if (line_has_room(&line))
            line_receive(&line,
                         unit_random_below(2) ? (u8)unit_random_below(32) : (u8)unit_random());
        if (unit_random_below(64) == 0)
            line_receive_break(&line);
        if (unit_random_below(16) == 0)
            line_read(&line, text, unit_random_below(sizeof(text)), &end);
        if (unit_random_below(16) == 0)
            line_take_output(&line, text, sizeof(text));
        if (unit_random_below(16) == 0)
            line_write(&line, text, sizeof(text));
        EXPECT(line.head - line.tail <= LINE_INPUT_SIZE);
        EXPECT(line.head - line.line_end <= line.head - line.tail);
        EXPECT(line_output_count(&line) <= LINE_OUTPUT_SIZE);
    }
}
