/*
 * Reading a PC Screen Font: a header, the glyphs, then for each glyph the characters it shows.
 *
 * Version 1 lists 16-bit characters ending with 0xFFFF; version 2 lists UTF-8 ending with 0xFF.
 * Sequences of combining characters (after 0xFFFE, 0xFE) are skipped.
 */
#include "font.h"

#include <abi/errno.h>
#include <lib/sort.h>
#include <lib/string.h>

#define PSF1_MAGIC     0x0436
#define PSF1_512       0x01
#define PSF1_HAS_TABLE 0x06
#define PSF2_MAGIC     0x864AB572u
#define PSF2_HAS_TABLE 0x01

struct psf1_header {
    u16 magic;
    u8 mode;
    u8 height;
};

struct psf2_header {
    u32 magic, version, header_size, flags, nr_glyphs, glyph_bytes, height, width;
};

static void character_add(struct font *font, u32 character, unsigned glyph)
{
    if (character > 0xFFFF || font->nr_characters == FONT_MAX_CHARACTERS)
        return;
    font->characters[font->nr_characters++] = character << 16 | glyph;
}

static void read_table_1(struct font *font, const u8 *at, const u8 *end)
{
    bool sequence = false;
    unsigned glyph = 0;

    for (; at + 2 <= end && glyph < font->nr_glyphs; at += 2) {
        u32 character = at[0] | (u32)at[1] << 8;

        if (character == 0xFFFF) {
            glyph++;
            sequence = false;
        } else if (character == 0xFFFE) {
            sequence = true;
        } else if (!sequence) {
            character_add(font, character, glyph);
        }
    }
}

/* One UTF-8 character of at most three bytes; longer ones are skipped as too large. */
static u32 decode(const u8 **at, const u8 *end)
{
    u8 first = *(*at)++;
    unsigned more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    u32 character = more == 0 ? first : first & (0x3Fu >> more);

    while (more-- && *at < end)
        character = character << 6 | (*(*at)++ & 0x3F);
    return character;
}

static void read_table_2(struct font *font, const u8 *at, const u8 *end)
{
    bool sequence = false;
    unsigned glyph = 0;

    while (at < end && glyph < font->nr_glyphs) {
        if (*at == 0xFF || *at == 0xFE) {
            sequence = *at == 0xFE;
            glyph += *at++ == 0xFF;
            continue;
        }
        u32 character = decode(&at, end);

        if (!sequence)
            character_add(font, character, glyph);
    }
}

static int compare(const void *a, const void *b)
{
    u32 left = *(const u32 *)a;
    u32 right = *(const u32 *)b;

    return left < right ? -1 : left > right;
}

static int init_1(struct font *font, const u8 *data, size_t len)
{
    const struct psf1_header *header = (const void *)data;
    size_t glyphs_len;

    font->width = 8;
    font->row_bytes = 1;
    font->height = font->glyph_bytes = header->height;
    font->nr_glyphs = header->mode & PSF1_512 ? 512 : 256;
    font->glyphs = data + sizeof(*header);
    glyphs_len = (size_t)font->nr_glyphs * font->glyph_bytes;
    if (header->height == 0 || len - sizeof(*header) < glyphs_len)
        return -EINVAL;
    if (header->mode & PSF1_HAS_TABLE)
        read_table_1(font, font->glyphs + glyphs_len, data + len);
    return 0;
}

static int init_2(struct font *font, const u8 *data, size_t len)
{
    const struct psf2_header *header = (const void *)data;
    size_t glyphs_len;

    if (header->width == 0 || header->width > 64 || header->height == 0 || header->height > 64 ||
        header->header_size > len || header->nr_glyphs == 0 || header->nr_glyphs > 0xFFFF)
        return -EINVAL;
    font->width = header->width;
    font->height = header->height;
    font->row_bytes = (font->width + 7) / 8;
    font->glyph_bytes = header->glyph_bytes;
    font->nr_glyphs = header->nr_glyphs;
    font->glyphs = data + header->header_size;
    if (font->glyph_bytes < font->row_bytes * font->height ||
        mul_overflow((size_t)font->nr_glyphs, (size_t)font->glyph_bytes, &glyphs_len) ||
        len - header->header_size < glyphs_len)
        return -EINVAL;
    if (header->flags & PSF2_HAS_TABLE)
        read_table_2(font, font->glyphs + glyphs_len, data + len);
    return 0;
}

int font_init(struct font *font, const void *data, size_t len)
{
    int error = -EINVAL;

    memset(font, 0, sizeof(*font));
    if (len >= sizeof(struct psf2_header) && *(const u32 *)data == PSF2_MAGIC)
        error = init_2(font, data, len);
    else if (len >= sizeof(struct psf1_header) && *(const u16 *)data == PSF1_MAGIC)
        error = init_1(font, data, len);
    if (error)
        return error;
    if (font->nr_characters == 0)
        for (unsigned i = 0; i < min(font->nr_glyphs, 256u); i++)
            character_add(font, i, i);
    sort(font->characters, font->nr_characters, sizeof(u32), compare);
    return 0;
}

static const u8 *glyph_find(const struct font *font, u32 character)
{
    unsigned low = 0;
    unsigned high = font->nr_characters;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        u32 entry = font->characters[middle];

        if (entry >> 16 == character)
            return font->glyphs + (size_t)(entry & 0xFFFF) * font->glyph_bytes;
        if (entry >> 16 < character)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const u8 *font_glyph(const struct font *font, u32 character)
{
    const u8 *glyph = glyph_find(font, character);

    if (!glyph)
        glyph = glyph_find(font, '?');
    return glyph ? glyph : font->glyphs;
}
