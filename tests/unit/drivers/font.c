/* PC Screen Fonts of both versions, every truncation, and random damage. */
#include <abi/errno.h>
#include <lib/string.h>

#include "../../../kernel/drivers/video/font.h"
#include "unit.h"

static u8 file[8192];
static size_t file_len;
static struct font font;

static void add(const void *bytes, size_t len)
{
    memcpy(file + file_len, bytes, len);
    file_len += len;
}

static void add_glyphs(unsigned count, unsigned bytes)
{
    for (unsigned i = 0; i < count; i++) {
        memset(file + file_len, (int)(i & 0xFF), bytes);
        file_len += bytes;
    }
}

/* 256 glyphs of 8 rows; glyph 1 is 'A' and U+00C4, glyph 2 is '?'. */
static void build_1(void)
{
    static const u16 table[] = {0xFFFF, 'A', 0xC4, 0xFFFE, 'B', 0x301, 0xFFFF, '?', 0xFFFF};

    file_len = 0;
    add("\x36\x04\x02\x08", 4);
    add_glyphs(256, 8);
    add(table, sizeof(table));
}

/* Three glyphs of 12 x 4; the same characters. */
static void build_2(void)
{
    static const u32 header[] = {0x864AB572u, 0, 32, 1, 3, 8, 4, 12};

    file_len = 0;
    add(header, sizeof(header));
    add_glyphs(3, 8);
    add("\xFF"
        "A\xC3\x84\xFE"
        "B\xCC\x81\xFF"
        "?\xFF",
        11);
}

static void expect_characters(void)
{
    EXPECT_EQ(font_glyph(&font, 'A')[0], 1);
    EXPECT_EQ(font_glyph(&font, 0xC4)[0], 1);
    EXPECT_EQ(font_glyph(&font, '?')[0], 2);
    EXPECT_EQ(font_glyph(&font, 'B')[0], 2); /* only in a sequence: has none */
    EXPECT_EQ(font_glyph(&font, 0x10FFFF)[0], 2);
}

TEST(version_1)
{
    build_1();
    EXPECT_EQ(font_init(&font, file, file_len), 0);
    EXPECT(font.width == 8 && font.height == 8 && font.nr_glyphs == 256);
    expect_characters();
}

TEST(version_2)
{
    build_2();
    EXPECT_EQ(font_init(&font, file, file_len), 0);
    EXPECT(font.width == 12 && font.height == 4 && font.row_bytes == 2 && font.nr_glyphs == 3);
    expect_characters();
}

/* From a heap block of exactly @len bytes. Reads every glyph that the font then claims to have. */
static int try_font(size_t len)
{
    u8 *copy = __builtin_malloc(len);
    int error;

    memcpy(copy, file, len);
    error = font_init(&font, copy, len);
    if (!error) {
        unsigned sum = 0;

        for (u32 character = 0; character < 0x200; character++)
            for (unsigned i = 0; i < font.height * font.row_bytes; i++)
                sum += font_glyph(&font, character)[i];
        EXPECT(sum < ~0u);
    }
    __builtin_free(copy);
    return error;
}

TEST(every_truncation_is_refused_or_whole)
{
    build_1();
    for (size_t len = 0; len < file_len; len++)
        EXPECT_EQ(try_font(len), len < 4 + 256 * 8 ? -EINVAL : 0);
    build_2();
    for (size_t len = 0; len < file_len; len++)
        EXPECT_EQ(try_font(len), len < 32 + 3 * 8 ? -EINVAL : 0);
}

TEST(a_font_without_glyphs_is_refused)
{
    build_2();
    memset(file + 16, 0, 4);
    EXPECT_EQ(try_font(file_len), -EINVAL);
}

TEST(random_damage_is_survived)
{
    for (unsigned round = 0; round < 3000; round++) {
        build_2();
        for (unsigned hits = 1 + (unsigned)unit_random_below(4); hits > 0; hits--)
            file[unit_random_below(file_len)] = (u8)unit_random();
        try_font(file_len);
    }
}
