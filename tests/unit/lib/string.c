/* Memory and string functions, with every alignment and overlap that matters. */
#include <lib/string.h>

#include "unit.h"

static u8 buffer[128];
static u8 expected[128];

static void fill(void)
{
    int i;

    for (i = 0; i < 128; i++)
        buffer[i] = expected[i] = (u8)(i * 7 + 1);
}

static void expect_same(void)
{
    int i;

    for (i = 0; i < 128; i++)
        EXPECT_EQ(buffer[i], expected[i]);
}

TEST(memmove_of_every_overlap)
{
    size_t from;
    size_t to;
    size_t len;
    size_t i;
    u8 copy[32];

    for (from = 0; from < 24; from++) {
        for (to = 0; to < 24; to++) {
            for (len = 0; len < 32; len += 5) {
                fill();
                for (i = 0; i < len; i++)
                    copy[i] = buffer[from + i];
                for (i = 0; i < len; i++)
                    expected[to + i] = copy[i];
                EXPECT(memmove(buffer + to, buffer + from, len) == buffer + to);
                expect_same();
            }
        }
    }
}

TEST(memcpy_memset_memcmp)
{
    size_t len;
    size_t i;

    for (len = 0; len < 40; len++) {
        fill();
        for (i = 0; i < len; i++)
            expected[3 + i] = expected[70 + i];
        memcpy(buffer + 3, buffer + 70, len);
        expect_same();
        EXPECT_EQ(memcmp(buffer + 3, buffer + 70, len), 0);
        for (i = 0; i < len; i++)
            expected[5 + i] = 0xee;
        memset(buffer + 5, 0x1ee, len);
        expect_same();
        EXPECT(memchr_inverse(buffer + 5, 0xee, len) == NULL);
    }
    EXPECT(memcmp("abcdefghi", "abcdefghj", 9) < 0);
    EXPECT(memcmp("\xff"
                  "bcdefghi",
                  "abcdefghi", 9) > 0);
    EXPECT(memchr("abc", 'c', 2) == NULL);
    EXPECT_STR(memchr("abc", 'b', 3), "bc");
    memset(buffer, 0, 20);
    buffer[17] = 1;
    EXPECT(memchr_inverse(buffer, 0, 20) == buffer + 17);
    memzero_secret(buffer, 20);
    EXPECT(memchr_inverse(buffer, 0, 20) == NULL);
}

TEST(comparison_and_search)
{
    EXPECT(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && strcmp("", "") == 0);
    EXPECT(strcmp("\x80", "a") > 0);
    EXPECT(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0);
    EXPECT(strncmp("ab", "ab\0c", 4) == 0);
    EXPECT(strcasecmp("HeLLo", "hEllO") == 0 && strcasecmp("a", "B") < 0);
    EXPECT_STR(strchr("a/b/c", '/'), "/b/c");
    EXPECT_STR(strrchr("a/b/c", '/'), "/c");
    EXPECT_STR(strchr("abc", 0), "");
    EXPECT(strchr("abc", 'd') == NULL && strrchr("abc", 'd') == NULL);
    EXPECT_STR(strstr("one two", "two"), "two");
    EXPECT_STR(strstr("aaab", "aab"), "aab");
    EXPECT_STR(strstr("x", ""), "x");
    EXPECT(strstr("ab", "abc") == NULL);
    EXPECT_EQ(strspn("aabbc", "ab"), 4);
    EXPECT_EQ(strcspn("key=value", "="), 3);
    EXPECT_EQ(strlen("four"), 4);
    EXPECT_EQ(strnlen("four", 2), 2);
    EXPECT_STR(string_skip_prefix("console=ttyS0", "console="), "ttyS0");
    EXPECT(string_skip_prefix("cons", "console=") == NULL);
}

TEST(bounded_copies_terminate)
{
    char small[4] = "zzz";
    char text[16] = "a,b,,c";
    char *cursor = text;

    EXPECT_EQ(strlcpy(small, "abcdef", 4), 6);
    EXPECT_STR(small, "abc");
    EXPECT_EQ(strlcpy(small, "x", 0), 1);
    EXPECT_STR(small, "abc");
    EXPECT_EQ(strlcpy(small, "a", 4), 1);
    EXPECT_EQ(strlcat(small, "bcd", 4), 4);
    EXPECT_STR(small, "abc");
    EXPECT_STR(strsep(&cursor, ","), "a");
    EXPECT_STR(strsep(&cursor, ","), "b");
    EXPECT_STR(strsep(&cursor, ","), "");
    EXPECT_STR(strsep(&cursor, ","), "c");
    EXPECT(strsep(&cursor, ",") == NULL);
}
