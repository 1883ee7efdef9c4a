/*
 * The tables behind keymap.h. A key with a plain and a shifted character stands in one string each,
 * indexed by scan code; keys that send sequences stand in a list.
 */
#include "keymap.h"

#include <lib/printf.h>
#include <lib/string.h>

enum {
    KEY_CONTROL = 0x1D,
    KEY_SHIFT_LEFT = 0x2A,
    KEY_SHIFT_RIGHT = 0x36,
    KEY_ALT = 0x38,
    KEY_CAPS = 0x3A,
    KEY_NUM = 0x45
};

#define RELEASED 0x80

static const char plain[0x3A + 1] =
    "\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[0x3A + 1] =
    "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* The numeric pad with Num Lock on, from scan code 0x47. */
static const char keypad[] = "789-456+1230.";

struct sequence {
    u8 scan_code;
    const char *text;
};

/* Cursor block and, without Num Lock, the numeric pad: the letter after ESC [ (or ESC O), or a
 * whole sequence. */
static const struct sequence cursor_keys[] = {
    {0x48, "A"},
    {0x50, "B"},
    {0x4D, "C"},
    {0x4B, "D"},
};

static const struct sequence editing_keys[] = {
    {0x47, "\033[1~"}, {0x52, "\033[2~"}, {0x53, "\033[3~"},
    {0x4F, "\033[4~"}, {0x49, "\033[5~"}, {0x51, "\033[6~"},
};

static const struct sequence function_keys[] = {
    {0x3B, "\033[[A"},  {0x3C, "\033[[B"},  {0x3D, "\033[[C"},  {0x3E, "\033[[D"},
    {0x3F, "\033[[E"},  {0x40, "\033[17~"}, {0x41, "\033[18~"}, {0x42, "\033[19~"},
    {0x43, "\033[20~"}, {0x44, "\033[21~"}, {0x57, "\033[23~"}, {0x58, "\033[24~"},
};

static const char *sequence_find(const struct sequence *table, size_t count, u8 code)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].scan_code == code)
            return table[i].text;
    return NULL;
}

/* Modifier keys. True: @code was one. */
static bool modifier(struct keymap *keymap, u8 code, bool extended, bool pressed)
{
    switch (code) {
    case KEY_SHIFT_LEFT:
        if (!extended)
            keymap->shift_left = pressed;
        return true;
    case KEY_SHIFT_RIGHT:
        if (!extended)
            keymap->shift_right = pressed;
        return true;
    case KEY_CONTROL:
        *(extended ? &keymap->control_right : &keymap->control_left) = pressed;
        return true;
    case KEY_ALT:
        *(extended ? &keymap->alt_right : &keymap->alt_left) = pressed;
        return true;
    case KEY_CAPS:
        keymap->caps_lock ^= pressed;
        return true;
    case KEY_NUM:
        keymap->num_lock ^= pressed;
        return true;
    default:
        return false;
    }
}

static char control_of(char character)
{
    if (character >= '@' && character <= '~')
        return character & 0x1F;
    switch (character) {
    case ' ':
    case '2':
        return 0;
    case '/':
        return 0x1F;
    case '?':
    case '8':
        return 0x7F;
    default:
        return character;
    }
}

/* A key of the main block or the keypad with Num Lock; -1: none. */
static int character_of(const struct keymap *keymap, u8 code, bool extended)
{
    bool shift = keymap->shift_left || keymap->shift_right;
    char character;

    if (extended)
        return code == 0x1C ? '\r' : code == 0x35 ? '/' : -1;
    if (code >= 0x47 && code < 0x47 + sizeof(keypad) - 1) {
        char key = keypad[code - 0x47];

        return keymap->num_lock || key == '-' || key == '+' ? key : -1;
    }
    if (code >= sizeof(plain) - 1 || plain[code] == 0)
        return -1;
    if (keymap->caps_lock && plain[code] >= 'a' && plain[code] <= 'z')
        shift = !shift;
    character = shift ? shifted[code] : plain[code];
    if (keymap->control_left || keymap->control_right)
        character = control_of(character);
    return (u8)character;
}

static size_t emit_sequence(const struct keymap *keymap, u8 code, char *text)
{
    const char *found = sequence_find(cursor_keys, ARRAY_SIZE(cursor_keys), code);

    if (found)
        return (size_t)scnprintf(text, KEYMAP_TEXT_MAX, "\033%c%s",
                                 keymap->application_cursor ? 'O' : '[', found);
    found = sequence_find(editing_keys, ARRAY_SIZE(editing_keys), code);
    if (!found)
        found = sequence_find(function_keys, ARRAY_SIZE(function_keys), code);
    if (!found)
        return 0;
    return (size_t)scnprintf(text, KEYMAP_TEXT_MAX, "%s", found);
}

static size_t pressed_key(const struct keymap *keymap, u8 code, bool extended, char *text)
{
    int character = character_of(keymap, code, extended);
    size_t len = 0;

    if (character < 0)
        return emit_sequence(keymap, code, text);
    if (keymap->alt_left || keymap->alt_right)
        text[len++] = '\033';
    text[len++] = (char)character;
    return len;
}

size_t keymap_translate(struct keymap *keymap, u8 scan_code, char text[KEYMAP_TEXT_MAX])
{
    bool extended = keymap->extended;
    bool pressed = !(scan_code & RELEASED);
    u8 code = scan_code & (u8)~RELEASED;

    if (keymap->skip) {
        keymap->skip--;
        return 0;
    }
    if (scan_code == 0xE1) {
        keymap->skip = 2;
        return 0;
    }
    keymap->extended = scan_code == 0xE0;
    if (keymap->extended)
        return 0;
    if (modifier(keymap, code, extended, pressed) || !pressed)
        return 0;
    return pressed_key(keymap, code, extended, text);
}
