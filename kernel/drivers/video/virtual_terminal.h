/*
 * The screen and the keyboard as one terminal: tty1 (and tty0, the one in front, which is the
 * same).
 */
#pragma once

struct console;
struct tty;

/* => when there is a framebuffer; NULL results otherwise */
void virtual_terminal_init(void);
struct tty *virtual_terminal_tty(void);
struct console *virtual_terminal_console(void);
