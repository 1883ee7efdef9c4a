/* TIOCSLCKTRMIOS: what is locked of a terminal's settings cannot be changed. */

#include "test.h"

#include <sys/ioctl.h>
#include <termios.h>

#define GET_LOCKED 0x5456
#define SET_LOCKED 0x5457

/* As the kernel has it. */
struct settings {
    unsigned iflag, oflag, cflag, lflag;
    unsigned char line, cc[19];
};

static void show(const char *label, int fd, unsigned long request)
{
    struct settings now;

    memset(&now, 0xAA, sizeof(now));
    if (call(label, ioctl(fd, request, &now)) == 0)
        say("%x %x %x %x line %x intr %x erase %x min %x", now.iflag, now.oflag, now.cflag,
            now.lflag, now.line, now.cc[VINTR], now.cc[VERASE], now.cc[VMIN]);
}

int main(void)
{
    struct settings settings, locked = {.iflag = ICRNL, .lflag = ECHO | ISIG};
    int master = must(open("/dev/ptmx", O_RDWR | O_NOCTTY)), slave, zero = 0;
    char name[64];

    must(ioctl(master, TIOCSPTLCK, &zero));
    snprintf(name, sizeof(name), "/dev/pts/%d", (ioctl(master, TIOCGPTN, &zero), zero));
    slave = must(open(name, O_RDWR | O_NOCTTY));
    show("locked", slave, GET_LOCKED);
    locked.cc[VERASE] = 1;
    call("lock", ioctl(slave, SET_LOCKED, &locked));
    show("locked", slave, GET_LOCKED);
    show("locked, from the master", master, GET_LOCKED);
    must(ioctl(slave, TCGETS, &settings));
    settings.iflag = settings.lflag = 0;
    settings.cc[VINTR] = 5;
    settings.cc[VERASE] = 6;
    call("set", ioctl(slave, TCSETS, &settings));
    show("now", slave, TCGETS);
    locked.line = 1;
    memset(locked.cc, 0xFF, sizeof(locked.cc));
    locked.iflag = locked.lflag = ~0u;
    call("lock all", ioctl(slave, SET_LOCKED, &locked));
    settings.iflag = settings.lflag = ~0u;
    settings.cc[VMIN] = 9;
    call("set", ioctl(slave, TCSETS, &settings));
    show("now", slave, TCGETS);
    call("bad pointer", ioctl(slave, SET_LOCKED, 8L));
    call("bad pointer to get", ioctl(slave, GET_LOCKED, 8L));
    close(slave);
    slave = must(open(name, O_RDWR | O_NOCTTY));
    show("opened again", slave, GET_LOCKED);
    must(setresuid(1000, 1000, 1000));
    call("as a user", ioctl(slave, SET_LOCKED, &locked));
    call("as a user, bad pointer", ioctl(slave, SET_LOCKED, 8L));
    show("as a user", slave, GET_LOCKED);
    call("not a terminal", ioctl(open("/dev/null", O_RDWR), GET_LOCKED, &locked));
    return 0;
}
