/*
 * Between the files of the terminal only: screen operations that control sequences are made of.
 */
#pragma once

#include "terminal.h"

void terminal_reset(struct terminal *terminal);
void terminal_move(struct terminal *terminal, int x, int y); /* clamped; honours origin mode in y */
void terminal_put(struct terminal *terminal, u32 character);
void terminal_line_feed(struct terminal *terminal);
void terminal_reverse_line_feed(struct terminal *terminal);
void terminal_erase(struct terminal *terminal, unsigned from,
                    unsigned to); /* cell numbers [from, to) */
void terminal_scroll(struct terminal *terminal, unsigned top, unsigned bottom,
                     int lines); /* > 0: up */
void terminal_insert_blanks(struct terminal *terminal, unsigned count);
void terminal_delete_characters(struct terminal *terminal, unsigned count);
void terminal_tab(struct terminal *terminal);
void terminal_save(struct terminal *terminal);
void terminal_restore(struct terminal *terminal);
void terminal_control_sequence(struct terminal *terminal, u8 final);
