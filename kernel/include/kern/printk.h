/*
 * The kernel log: a ring of records (time, level, text) readable through /dev/kmsg-like readers and
 * syslog(2), written at once to every registered console whose level allows it.
 *
 * => callable from anywhere: interrupts, spin locks, panic
 */
#pragma once

#include <lib/types.h>

enum log_level {
    LOG_EMERG,
    LOG_ALERT,
    LOG_CRIT,
    LOG_ERR,
    LOG_WARNING,
    LOG_NOTICE,
    LOG_INFO,
    LOG_DEBUG
};

void printk(enum log_level level, const char *format, ...) __printf(2, 3);
void vprintk(enum log_level level, const char *format, va_list args);

#define pr_emerg(...) printk(LOG_EMERG, __VA_ARGS__)
#define pr_err(...)   printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...)  printk(LOG_WARNING, __VA_ARGS__)
#define pr_info(...)  printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk(LOG_DEBUG, __VA_ARGS__)

struct console {
    const char *name;                                              /* (I) as in console=NAME */
    void (*write)(struct console *, const char *text, size_t len); /* (I) must not sleep */
    bool early; /* (I) replaced by the first real console */
    struct console *next;
};
void console_register(struct console *console);
void console_unregister(struct console *console);
/* Messages of levels below it are shown on the consoles. */
void console_set_level(int level);
int console_get_level(void);
int console_minimum_level(void); /* syslog(2) sets none below it */
int printk_default_level(void);  /* of what programs write without a level */
/* kernel.printk. => once, at boot */
void printk_init(void);
void printk_set_clock(u64 (*clock_ns)(void));

/* Reading the ring, for syslog(2) and /dev/kmsg. Position is a record number; -EPIPE when it was
 * overwritten, -EAGAIN when it is not written yet. */
struct log_record {
    u64 sequence;
    u64 time_ns;
    enum log_level level;
    size_t len;
    char text[256];
};
#define LOG_RECORDS 512 /* the ring keeps this many */
u64 log_first_sequence(void);
u64 log_next_sequence(void);
int log_read(u64 sequence, struct log_record *record);
