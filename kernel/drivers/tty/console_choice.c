/*
 * Which terminal is the console: the console= words of the command line, as Linux reads them.
 *
 * Every console=NAME gets the kernel log; the last one is /dev/console. Without any, the screen is
 * the console when there is one, else the first serial port; the log goes to both.
 */
#include <drivers/drivers.h>
#include <fs/procfs.h>
#include <kern/cmdline.h>
#include <kern/printk.h>
#include <lib/string.h>

#include "../serial/serial.h"
#include "../video/framebuffer.h"
#include "../video/virtual_terminal.h"
#include "pty.h"
#include "tty.h"

#define CHOSEN_MAX 8

static struct tty *chosen[CHOSEN_MAX]; /* (I) after boot: those that get the log, in order */
static unsigned nr_chosen;             /* (I) after boot */

static struct tty *find_tty(const char *name)
{
    if (strncmp(name, "ttyS", 4) == 0 && name[4] >= '0' && name[4] <= '9')
        return serial_tty((unsigned)(name[4] - '0'));
    if (strncmp(name, "tty", 3) == 0)
        return virtual_terminal_tty();
    return NULL;
}

static struct console *find_console(const char *name)
{
    if (strncmp(name, "ttyS", 4) == 0 && name[4] >= '0' && name[4] <= '9')
        return serial_console((unsigned)(name[4] - '0'));
    if (strncmp(name, "tty", 3) == 0)
        return virtual_terminal_console();
    return NULL;
}

static void choose(const char *name)
{
    struct tty *tty = find_tty(name);
    struct console *console = find_console(name);

    if (!tty)
        return;
    tty_set_console(tty);
    if (!console)
        return;
    console_register(console);
    if (nr_chosen < CHOSEN_MAX)
        chosen[nr_chosen++] = tty;
}

/* Last chosen first. E: gets the log; C: is /dev/console; a: can be written to at any time. */
static int show_consoles(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    for (unsigned i = nr_chosen; i-- > 0;)
        proc_print(text, "%-21s-W- (E%c   a) %4u:%u\n", chosen[i]->name,
                   i + 1 == nr_chosen ? 'C' : ' ', chosen[i]->major, chosen[i]->minor);
    return 0;
}

/* Each console= word in order: the line is scanned by hand because the last value alone is not
 * enough. */
static bool choose_from_command_line(void)
{
    const char *at = cmdline_get();
    bool found = false;

    while ((at = strstr(at, "console=")) != NULL) {
        bool starts_word = at == cmdline_get() || at[-1] == ' ';
        char name[16];
        size_t len = 0;

        at += strlen("console=");
        while (at[len] && at[len] != ' ' && at[len] != ',' && len < sizeof(name) - 1) {
            name[len] = at[len];
            len++;
        }
        name[len] = 0;
        if (starts_word && find_tty(name)) {
            choose(name);
            found = true;
        }
    }
    return found;
}

void tty_drivers_init(const struct boot_info *boot)
{
    static struct proc_addition consoles = {.entry = PROC_FILE("consoles", show_consoles)};

    tty_devices_init();
    serial_init();
    framebuffer_init(&boot->framebuffer);
    virtual_terminal_init();
    pty_init();
    proc_register(PROC_PLACE_ROOT, &consoles);
    if (choose_from_command_line())
        return;
    choose("ttyS0");
    choose("tty0");
}
