/*
 * The four serial ports of a PC: ttyS0 to ttyS3.
 */
#pragma once

struct console;
struct tty;

/* Find and register them. */
void serial_init(void);

/* Port @number's terminal; NULL: the machine does not have it. */
struct tty *serial_tty(unsigned number);

/* The same port as a place for the kernel log. */
struct console *serial_console(unsigned number);
