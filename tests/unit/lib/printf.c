/* Formatting: each conversion against what C says. */
#include <lib/printf.h>
#include <lib/string.h>

#include "unit.h"

#define EXPECT_FORMAT(expected, ...)                                                               \
    do {                                                                                           \
        char text_[128];                                                                           \
        int len_ = snprintf(text_, sizeof(text_), __VA_ARGS__);                                    \
        EXPECT_STR(text_, expected);                                                               \
        EXPECT_EQ(len_, strlen(expected));                                                         \
    } while (0)

TEST(integers)
{
    EXPECT_FORMAT("0 -1 2147483647 -2147483648", "%d %d %d %i", 0, -1, INT32_MAX, INT32_MIN);
    EXPECT_FORMAT("4294967295 ffffffff FF 377", "%u %x %X %o", ~0u, ~0u, 255u, 255u);
    EXPECT_FORMAT("-9223372036854775808 18446744073709551615", "%ld %lu", INT64_MIN, ~0UL);
    EXPECT_FORMAT("ffffffffffffffff 7", "%llx %zu", ~0ULL, (size_t)7);
    EXPECT_FORMAT("-1 255 -1 65535", "%hhd %hhu %hd %hu", -1, 255, -1, 65535);
    EXPECT_FORMAT("5 6", "%jd %td", (intmax_t)5, (ptrdiff_t)6);
}

TEST(flags_width_and_precision)
{
    EXPECT_FORMAT("   42|42   |00042|  +42|+42  ", "%5d|%-5d|%05d|%+5d|%-+5d", 42, 42, 42, 42, 42);
    EXPECT_FORMAT(" 42|-42", "% d|% d", 42, -42);
    EXPECT_FORMAT("0x2a|0X2A|052|0|0", "%#x|%#X|%#o|%#x|%#o", 42u, 42u, 42u, 0u, 0u);
    EXPECT_FORMAT("0x0000002a|      0x2a", "%#010x|%#10x", 42u, 42u);
    EXPECT_FORMAT("00042|  00042|-0042", "%.5d|%7.5d|%.4d", 42, 42, -42);
    EXPECT_FORMAT("|  |     007", "%.0d|%2.0d|%8.3d", 0, 0, 7);
    EXPECT_FORMAT("-0042|   42|42   |", "%0*d|%*d|%*d|", 5, -42, 5, 42, -5, 42);
    EXPECT_FORMAT("007", "%.*d", 3, 7);
    EXPECT_FORMAT("7", "%.*d", -1, 7);
    EXPECT_FORMAT("000000000000000000000000000000000000000042", "%.42d", 42);
}

/* Not a constant, so that the compiler does not refuse the call. */
static const char *volatile no_text;

TEST(text_pointers_and_the_rest)
{
    EXPECT_FORMAT("abc|  abc|abc  |ab|   ab", "%s|%5s|%-5s|%.2s|%5.2s", "abc", "abc", "abc", "abc",
                  "abc");
    EXPECT_FORMAT("(null)", "%s", no_text);
    EXPECT_FORMAT("x|  x|x  ", "%c|%3c|%-3c", 'x', 'x', 'x');
    EXPECT_FORMAT("0xdeadbeef 0x0", "%p %p", (void *)0xdeadbeef, (void *)0);
    EXPECT_FORMAT("100%", "%d%%", 100);
    EXPECT_FORMAT("", "%s", "");
}

TEST(truncation_counts_everything)
{
    char text[8] = "zzzzzzz";

    EXPECT_EQ(snprintf(text, 4, "%s", "abcdef"), 6);
    EXPECT_STR(text, "abc");
    EXPECT_EQ(text[4], 'z');
    EXPECT_EQ(snprintf(NULL, 0, "%d", 12345), 5);
    EXPECT_EQ(scnprintf(text, 4, "%s", "abcdef"), 3);
    EXPECT_EQ(scnprintf(text, sizeof(text), "%s", "ab"), 2);
    EXPECT_EQ(scnprintf(text, 0, "%s", "ab"), 0);
    EXPECT_EQ(scnprintf(text, 1, "%s", "ab"), 0);
    EXPECT_STR(text, "");
}
