/*
 * The kernel log: records in a ring, and the consoles they are written to.
 *
 * A message is formatted on the caller's stack, cut into lines, and each line becomes a record and
 * goes to the consoles under one lock, so that lines of different CPUs do not mix. Until a real
 * console is registered the machine's early console speaks.
 */
#include <kern/printk.h>

#include "printk.h"

#include <abi/errno.h>
#include <arch/debug.h>
#include <arch/upcall.h>
#include <kern/cmdline.h>
#include <kern/spinlock.h>
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>

static struct spinlock log_lock = SPINLOCK_INIT(LOCK_RANK_LOG);
static struct log_record ring[LOG_RECORDS]; /* (log_lock) by sequence modulo LOG_RECORDS */
static u64 next_sequence;                   /* (log_lock) */
static struct console *consoles;            /* (log_lock) */
static bool early_console = true;           /* (log_lock) no real console yet */
static bool panicking;                      /* (a) the lock is ignored, all is shown */
static u64 (*log_clock)(void);

/* kernel.printk, whose names are those of proc(5). Each is one word. */
enum { CONSOLE_LEVEL, DEFAULT_MESSAGE_LEVEL, MINIMUM_CONSOLE_LEVEL, DEFAULT_CONSOLE_LEVEL, NR };
static s32 levels[NR] = {LOG_INFO + 1, LOG_WARNING, LOG_EMERG + 1, LOG_INFO + 1};

static const struct sysctl settings[] = {
    {.name = "printk", .count = NR, .value = levels},
    {0},
};

void printk_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("kernel", settings);

    sysctl_register(&table);
}

static irqflags_t log_lock_acquire(void)
{
    return panicking ? irq_save() : spin_lock_irqsave(&log_lock);
}

static void log_lock_release(irqflags_t flags)
{
    if (panicking)
        irq_restore(flags);
    else
        spin_unlock_irqrestore(&log_lock, flags);
}

void printk_panic_begin(void)
{
    panicking = true;
}

static void consoles_write(const char *text, size_t len)
{
    if (early_console)
        arch_early_console_write(text, len);
    for (struct console *console = consoles; console; console = console->next)
        console->write(console, text, len);
}

/* One line, without its newline. */
static void log_line(enum log_level level, const char *text, size_t len)
{
    struct log_record *record = &ring[next_sequence % LOG_RECORDS];
    char line[sizeof(record->text) + 32];
    size_t used;

    len = min(len, sizeof(record->text) - 1);
    record->sequence = next_sequence++;
    record->time_ns = log_clock ? log_clock() : 0;
    record->level = level;
    record->len = len;
    memcpy(record->text, text, len);
    record->text[len] = '\0';
    if ((s32)level >= READ_ONCE(levels[CONSOLE_LEVEL]) && !panicking)
        return;
    used = scnprintf(line, sizeof(line), "[%5lu.%06lu] %s\n", record->time_ns / 1000000000,
                     record->time_ns / 1000 % 1000000, record->text);
    consoles_write(line, used);
}

void vprintk(enum log_level level, const char *format, va_list args)
{
    char text[512];
    const char *line = text;
    irqflags_t flags;

    vscnprintf(text, sizeof(text), format, args);
    flags = log_lock_acquire();
    while (*line) {
        size_t len = strcspn(line, "\n");

        log_line(level, line, len);
        line += len + (line[len] == '\n');
    }
    log_lock_release(flags);
}

void printk(enum log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintk(level, format, args);
    va_end(args);
}

void arch_log(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintk(LOG_INFO, format, args);
    va_end(args);
}

void arch_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintk(LOG_WARNING, format, args);
    va_end(args);
}

/* Without console= every console speaks; with it those it lists. */
static bool console_is_wanted(const struct console *console)
{
    return !cmdline_has("console") || cmdline_lists("console", console->name);
}

void console_register(struct console *console)
{
    irqflags_t flags;

    if (!console_is_wanted(console))
        return;
    flags = log_lock_acquire();
    console->next = consoles;
    consoles = console;
    early_console = early_console && console->early;
    log_lock_release(flags);
}

void console_unregister(struct console *console)
{
    irqflags_t flags = log_lock_acquire();

    for (struct console **link = &consoles; *link; link = &(*link)->next) {
        if (*link == console) {
            *link = console->next;
            break;
        }
    }
    log_lock_release(flags);
}

void console_set_level(int level)
{
    WRITE_ONCE(levels[CONSOLE_LEVEL], level);
}

int console_get_level(void)
{
    return READ_ONCE(levels[CONSOLE_LEVEL]);
}

int console_minimum_level(void)
{
    return READ_ONCE(levels[MINIMUM_CONSOLE_LEVEL]);
}

int printk_default_level(void)
{
    return READ_ONCE(levels[DEFAULT_MESSAGE_LEVEL]);
}

void printk_set_clock(u64 (*clock_ns)(void))
{
    log_clock = clock_ns;
}

u64 log_first_sequence(void)
{
    u64 next = log_next_sequence();

    return next > LOG_RECORDS ? next - LOG_RECORDS : 0;
}

u64 log_next_sequence(void)
{
    irqflags_t flags = log_lock_acquire();
    u64 next = next_sequence;

    log_lock_release(flags);
    return next;
}

int log_read(u64 sequence, struct log_record *record)
{
    irqflags_t flags = log_lock_acquire();
    int err = 0;

    if (sequence >= next_sequence)
        err = -EAGAIN;
    else if (sequence + LOG_RECORDS < next_sequence)
        err = -EPIPE;
    else
        *record = ring[sequence % LOG_RECORDS];
    log_lock_release(flags);
    return err;
}
