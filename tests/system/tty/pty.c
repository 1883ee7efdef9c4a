/* A pseudo-terminal pair: opening, names, data both ways, echo, line editing, end of file, hang-up.
 */

#define _GNU_SOURCE
#include <stdlib.h>

#include "test.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

static void drain(const char *label, int fd)
{
    char text[256], shown[600] = "";
    struct pollfd entry = {fd, POLLIN, 0};
    ssize_t got = 0;
    if (poll(&entry, 1, 30) > 0)
        got = read(fd, text, sizeof(text));
    if (got < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    for (ssize_t i = 0; i < got; i++)
        sprintf(shown + strlen(shown), text[i] >= ' ' && text[i] < 127 ? "%c" : "<%02x>",
                (unsigned char)text[i]);
    say("%s: %s", label, shown);
}

static void type(const char *text)
{
    must(write(master, text, strlen(text)));
}

int main(void)
{
    int locked = 7, number = -1;
    struct termios termios;
    master = (int)must(posix_openpt(O_RDWR | O_NOCTTY));
    yes("master is a tty", isatty(master));
    call("number", ioctl(master, TIOCGPTN, &number));
    yes("name",
        strncmp(ptsname(master), "/dev/pts/", 9) == 0 && atoi(ptsname(master) + 9) == number);
    call("open while locked", open(ptsname(master), O_RDWR | O_NOCTTY));
    call("lock state", syscall(SYS_ioctl, master, 0x80045439, &locked));
    say("locked %d", locked);
    call("unlockpt", unlockpt(master));
    slave = (int)must(open(ptsname(master), O_RDWR | O_NOCTTY));
    yes("slave is a tty", isatty(slave));
    call("tcgetattr", tcgetattr(slave, &termios));
    say("iflag %o oflag %o cflag %o lflag %o", termios.c_iflag, termios.c_oflag, termios.c_cflag,
        termios.c_lflag);
    say("cc: intr %d quit %d erase %d kill %d eof %d start %d stop %d susp %d min %d time %d",
        termios.c_cc[VINTR], termios.c_cc[VQUIT], termios.c_cc[VERASE], termios.c_cc[VKILL],
        termios.c_cc[VEOF], termios.c_cc[VSTART], termios.c_cc[VSTOP], termios.c_cc[VSUSP],
        termios.c_cc[VMIN], termios.c_cc[VTIME]);
    must(write(slave, "out\n", 4));
    drain("output has CR NL", master);
    type("hello\n");
    drain("echo", master);
    drain("line", slave);
    type("abc");
    drain("echo", master);
    drain("no line yet", slave);
    type("\177\177xy\n");
    drain("echo of erase", master);
    drain("edited line", slave);
    type("garbage\025word1 word2\027new\n");
    drain("echo of kill and word erase", master);
    drain("edited line", slave);
    type("a\026\003b\001\n");
    drain("echo of literal next and control", master);
    drain("line", slave);
    type("partial\004");
    drain("end of file flushes", slave);
    drain("echo", master);
    type("\004");
    drain("end of file alone", slave);
    type("two\nlines\n");
    drain("first line only", slave);
    drain("second line", slave);
    char small[3];
    drain("echo", master);
    type("longer\n");
    drain("echo", master);
    call("read 3", read(slave, small, 3));
    drain("rest", slave);
    close(slave);
    drain("master after the slave is gone", master);
    slave = (int)must(open(ptsname(master), O_RDWR | O_NOCTTY));
    must(write(slave, "again\n", 6));
    drain("opened again", master);
    close(master);
    drain("slave after the master is gone", slave);
    call("write", write(slave, "x", 1));
    call("tcgetattr", tcgetattr(slave, &termios));
    return 0;
}
