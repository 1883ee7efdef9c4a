/* TIOCPKT: what the master of a pseudo-terminal is told of flushes, stops and settings. */

#include "test.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

/* What there is, once it is there: the first byte is the status. */
static void show(const char *label)
{
    struct pollfd ready = {.fd = master, .events = POLLIN | POLLPRI};
    unsigned char bytes[100];
    int events = poll(&ready, 1, 0) == 1 ? ready.revents : 0;
    ssize_t len = events != 0 ? read(master, bytes, sizeof(bytes)) : 0;

    if (len < 1)
        say("%s: nothing", label);
    else
        say("%s: %x, status %x, %d bytes", label, (unsigned)events, bytes[0], (int)len - 1);
}

static void wait_for_status(const char *label)
{
    struct pollfd ready = {.fd = master, .events = POLLPRI};
    must(poll(&ready, 1, 5000));
    show(label);
}

int main(void)
{
    struct termios settings;
    int number, on = 1, off = 0, mode = -1;
    char name[40];

    master = must(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    must(ioctl(master, TIOCSPTLCK, &off));
    must(ioctl(master, TIOCGPTN, &number));
    sprintf(name, "/dev/pts/%d", number);
    slave = must(open(name, O_RDWR | O_NOCTTY));
    must(tcflush(slave, TCIFLUSH));
    must(ioctl(master, TIOCPKT, &on));
    must(ioctl(master, TIOCGPKT, &mode));
    say("mode %d", mode);
    show("at first");
    must(write(slave, "text", 4));
    must(ioctl(slave, TIOCOUTQ, &mode));
    say("still to be sent: %d", mode);
    call("tcdrain", tcdrain(slave));
    show("data");
    must(tcflush(slave, TCIFLUSH));
    wait_for_status("flush read");
    must(tcflush(slave, TCOFLUSH));
    wait_for_status("flush write");
    must(tcflush(slave, TCIOFLUSH));
    wait_for_status("flush both");
    must(tcflow(slave, TCOOFF));
    wait_for_status("stop");
    must(tcflow(slave, TCOOFF));
    show("stop again");
    must(tcflow(slave, TCOON));
    wait_for_status("start");
    must(tcflow(slave, TCOOFF));
    must(tcflow(slave, TCOON));
    wait_for_status("stop and start");
    must(tcgetattr(slave, &settings));
    settings.c_iflag &= ~(unsigned)IXON;
    must(tcsetattr(slave, TCSANOW, &settings));
    wait_for_status("no flow control");
    settings.c_iflag |= IXON;
    must(tcsetattr(slave, TCSANOW, &settings));
    wait_for_status("flow control");
    settings.c_cc[VSTOP] = 'x';
    must(tcsetattr(slave, TCSANOW, &settings));
    wait_for_status("another key");
    settings.c_cc[VSTOP] = '\023';
    must(tcsetattr(slave, TCSANOW, &settings));
    wait_for_status("the usual key");
    must(ioctl(master, TIOCPKT, &off));
    must(tcflush(slave, TCIFLUSH));
    must(ioctl(master, TIOCPKT, &on));
    show("flushed while off");
    return 0;
}
