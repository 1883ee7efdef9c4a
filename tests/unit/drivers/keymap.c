/* PS/2 scan codes (set 1) to text. */
#include <lib/string.h>

#include "../../../kernel/drivers/input/keymap.h"
#include "unit.h"

static struct keymap keymap;

/* The text of a sequence of scan codes. */
static const char *keys(const char *codes, size_t len)
{
    static char all[64];
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        char text[KEYMAP_TEXT_MAX];
        size_t count = keymap_translate(&keymap, (u8)codes[i], text);

        EXPECT(count <= sizeof(text) && used + count < sizeof(all));
        memcpy(all + used, text, count);
        used += count;
    }
    all[used] = 0;
    return all;
}

#define KEYS(codes) keys(codes, sizeof(codes) - 1)

static void fresh(void)
{
    keymap = (struct keymap){0};
}

TEST(plain_and_shifted)
{
    fresh();
    EXPECT_STR(KEYS("\x1E\x9E\x30\xB0"), "ab");
    EXPECT_STR(KEYS("\x2A\x1E\x9E\x02\xAA\x1E"), "A!a");
    EXPECT_STR(KEYS("\x36\x1E\xB6\x1E"), "Aa");
    EXPECT_STR(KEYS("\x1C\x0E\x0F\x39\x01"), "\r\177\t \033");
}

TEST(caps_lock_shifts_letters_only)
{
    fresh();
    EXPECT_STR(KEYS("\x3A\xBA\x1E\x02\x2A\x1E\x02\xAA\x3A\xBA\x1E"), "A1a!a");
}

TEST(control_and_alt)
{
    fresh();
    EXPECT_STR(KEYS("\x1D\x2E\x20\x2B\x9D\x2E"), "\003\004\034c");
    EXPECT_STR(KEYS("\xE0\x1D\x2E\xE0\x9D\x2E"), "\003c");
    EXPECT_STR(KEYS("\x38\x21\xB8\x21"), "\033ff");
}

TEST(cursor_and_function_keys)
{
    fresh();
    EXPECT_STR(KEYS("\xE0\x48\xE0\xC8\xE0\x4B"), "\033[A\033[D");
    EXPECT_STR(KEYS("\xE0\x47\xE0\x53\xE0\x51"), "\033[1~\033[3~\033[6~");
    EXPECT_STR(KEYS("\x3B\x40\x58"), "\033[[A\033[17~\033[24~");
    keymap.application_cursor = true;
    EXPECT_STR(KEYS("\xE0\x48"), "\033OA");
}

TEST(keypad)
{
    fresh();
    EXPECT_STR(KEYS("\x47\x4A\x4E\xE0\x35\xE0\x1C"), "\033[1~-+/\r");
    EXPECT_STR(KEYS("\x45\xC5\x47\x52\x53"), "70.");
}

TEST(pause_and_fake_shifts_are_nothing)
{
    fresh();
    EXPECT_STR(KEYS("\xE1\x1D\x45\xE1\x9D\xC5\x1E"), "a");
    EXPECT(!keymap.num_lock);
    EXPECT_STR(KEYS("\xE0\x2A\xE0\x48\xE0\xC8\xE0\xAA\x1E"), "\033[Aa");
}

TEST(every_code_in_random_order)
{
    fresh();
    for (unsigned round = 0; round < 100000; round++) {
        char *text = __builtin_malloc(KEYMAP_TEXT_MAX);

        EXPECT(keymap_translate(&keymap, (u8)unit_random(), text) < KEYMAP_TEXT_MAX);
        __builtin_free(text);
    }
}
