/* termios input and output flags one by one: ICRNL, INLCR, IGNCR, ISTRIP, IUCLC, OPOST, ONLCR,
 * OCRNL ... */

#define _GNU_SOURCE
#include <stdlib.h>

#include "test.h"

#include <termios.h>

static int master, slave;

static void show(const char *label, int from, int to, const char *text)
{
    char buffer[64], shown[300] = "";
    must(write(from, text, strlen(text)));
    nap(10);
    ssize_t got = read(to, buffer, sizeof(buffer));
    for (ssize_t i = 0; i < got; i++)
        sprintf(shown + strlen(shown), buffer[i] > ' ' && buffer[i] < 127 ? "%c" : "<%02x>",
                (unsigned char)buffer[i]);
    say("%s: %s", label, got < 0 ? errno_name(errno) : shown);
}

int main(void)
{
    struct termios raw, changed;
    master = (int)must(posix_openpt(O_RDWR | O_NOCTTY));
    must(unlockpt(master));
    slave = (int)must(open(ptsname(master), O_RDWR | O_NOCTTY));
    must(tcgetattr(slave, &raw));
    cfmakeraw(&raw);
    static const struct {
        const char *name;
        tcflag_t input, output;
    } cases[] = {{"none", 0, 0},
                 {"ICRNL", ICRNL, 0},
                 {"INLCR", INLCR, 0},
                 {"IGNCR", IGNCR, 0},
                 {"ISTRIP", ISTRIP, 0},
                 {"OPOST", 0, OPOST},
                 {"ONLCR", 0, OPOST | ONLCR},
                 {"OCRNL", 0, OPOST | OCRNL},
                 {"ONLRET", 0, OPOST | ONLRET},
                 {"ONOCR", 0, OPOST | ONOCR},
                 {"XTABS", 0, OPOST | TAB3},
                 {"ONLCR without OPOST", 0, ONLCR}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        changed = raw;
        changed.c_iflag = cases[i].input;
        changed.c_oflag = cases[i].output;
        must(tcsetattr(slave, TCSANOW, &changed));
        say("%s", cases[i].name);
        show("  in", master, slave, "a\rb\nc\xe1");
        show("  out", slave, master, "\ra\rb\nc\td");
    }
    changed = raw;
    changed.c_lflag = ICANON | ECHO;
    must(tcsetattr(slave, TCSANOW, &changed));
    must(write(master, "x\001\t\177y\n", 6));
    char buffer[64];
    nap(10);
    ssize_t got = read(master, buffer, sizeof(buffer));
    say("plain echo: %ld bytes", (long)got);
    must(tcflush(slave, TCIOFLUSH));
    changed.c_lflag = ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    must(tcsetattr(slave, TCSANOW, &changed));
    show("echo of control and erase", master, master, "x\001\177\177z\n");
    return 0;
}
