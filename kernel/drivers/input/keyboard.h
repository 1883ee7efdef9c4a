/*
 * The PS/2 keyboard.
 */
#pragma once

#include <lib/types.h>

/* @receive gets the text of each key press, in interrupt context. A machine without the controller
 * just has no keys. */
void keyboard_init(void (*receive)(const u8 *text, size_t len));
void keyboard_set_application_cursor(bool on);
