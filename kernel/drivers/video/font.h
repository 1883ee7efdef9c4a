/*
 * A console font in PC Screen Font format (version 1 or 2), as Debian's console-setup ships it:
 * bitmap glyphs and the Unicode characters each one shows. The file is embedded at build time.
 */
#pragma once

#include <lib/types.h>

#define FONT_MAX_CHARACTERS 2048

struct font {
    const u8 *glyphs;
    unsigned nr_glyphs, glyph_bytes;
    unsigned width, height, row_bytes;
    u32 characters[FONT_MAX_CHARACTERS]; /* sorted: character << 16 | glyph */
    unsigned nr_characters;
};

/* => -EINVAL when the data is not such a font */
int font_init(struct font *font, const void *data, size_t len) __must_check;

/* The bitmap of @character, @height rows of @row_bytes, most significant bit left; '?' when it has
 * none. */
const u8 *font_glyph(const struct font *font, u32 character);
