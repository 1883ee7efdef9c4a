/*
 * From PS/2 scan codes (set 1) to the bytes a terminal program expects: US layout, Shift, Ctrl,
 * Alt, Caps Lock, Num Lock, and the escape sequences of TERM=linux for the function and cursor
 * keys.
 *
 * Pure: the device driver feeds bytes from the controller; the result is text for the terminal.
 */
#pragma once

#include <lib/types.h>

struct keymap {
    bool shift_left, shift_right, control_left, control_right, alt_left, alt_right;
    bool caps_lock, num_lock;
    bool extended;           /* the last byte was the 0xE0 prefix */
    unsigned skip;           /* bytes of the 0xE1 (Pause) sequence still to come */
    bool application_cursor; /* set by the terminal: cursor keys send ESC O */
};

#define KEYMAP_TEXT_MAX 8

/*
 * keymap_translate: one byte from the keyboard controller.
 * => the number of bytes put in @text (0 for releases and modifiers)
 */
size_t keymap_translate(struct keymap *keymap, u8 scan_code, char text[KEYMAP_TEXT_MAX]);
