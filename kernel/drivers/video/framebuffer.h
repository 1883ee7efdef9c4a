/*
 * The screen: a terminal drawn with a font into a linear framebuffer.
 *
 * framebuffer_write is what a tty or the kernel log sends text to; it may be called with interrupts
 * off.
 */
#pragma once

#include <arch/boot.h>
#include <lib/types.h>

/* => false: there is no usable framebuffer */
bool framebuffer_init(const struct boot_framebuffer *boot);
bool framebuffer_is_present(void);
void framebuffer_size(unsigned *columns, unsigned *rows);

/*
 * framebuffer_write: show text.
 * => @reply receives what the terminal answers to the program (at most 32 bytes); *reply_len is 0
 * when nothing
 */
void framebuffer_write(const char *text, size_t len, char reply[32], size_t *reply_len);

/* Cursor keys send ESC O instead of ESC [ (DECCKM). */
bool framebuffer_application_cursor(void);
