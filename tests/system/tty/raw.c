/* Raw mode: VMIN and VTIME, no echo, no signals, no translation; switching modes keeps input. */

#define _GNU_SOURCE
#include <stdlib.h>

#include "test.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

static void timing(int min, int time)
{
    struct termios termios;
    tcgetattr(slave, &termios);
    termios.c_cc[VMIN] = (cc_t)min;
    termios.c_cc[VTIME] = (cc_t)time;
    must(tcsetattr(slave, TCSANOW, &termios));
}

int main(void)
{
    char buffer[64];
    struct termios termios;
    struct timespec start;
    int waiting;

    master = (int)must(posix_openpt(O_RDWR | O_NOCTTY));
    must(grantpt(master));
    must(unlockpt(master));
    slave = (int)must(open(ptsname(master), O_RDWR | O_NOCTTY));
    must(tcgetattr(slave, &termios));
    cfmakeraw(&termios);
    call("raw", tcsetattr(slave, TCSANOW, &termios));
    must(write(master, "\003\r\n\177\004", 5));
    call("read", read(slave, buffer, 64));
    say("%d %d %d %d %d", buffer[0], buffer[1], buffer[2], buffer[3], buffer[4]);
    struct pollfd entry = {master, POLLIN, 0};
    call("no echo", poll(&entry, 1, 10));
    must(write(slave, "a\n", 2));
    call("no CR", read(master, buffer, 64));
    timing(0, 0);
    call("MIN 0 TIME 0", read(slave, buffer, 64));
    timing(0, 1);
    clock_gettime(CLOCK_MONOTONIC, &start);
    call("MIN 0 TIME 1", read(slave, buffer, 64));
    yes("waited 0.1 s", elapsed(&start) >= 90);
    timing(3, 0);
    if (fork() == 0) {
        for (int i = 0; i < 4; i++) {
            nap(20);
            must(write(master, "x", 1));
        }
        _exit(0);
    }
    call("MIN 3", read(slave, buffer, 64));
    wait(NULL);
    nap(20);
    call("the rest", ioctl(slave, FIONREAD, &waiting));
    say("waiting %d", waiting);
    timing(2, 1);
    call("MIN 2 TIME 1 with one there", read(slave, buffer, 64));
    must(write(master, "unread", 6));
    call("flush input", tcflush(slave, TCIFLUSH));
    ioctl(slave, FIONREAD, &waiting);
    say("waiting %d", waiting);
    must(write(master, "kept\n", 5));
    termios.c_lflag |= ICANON;
    call("to canonical", tcsetattr(slave, TCSADRAIN, &termios));
    fcntl(slave, F_SETFL, O_NONBLOCK);
    must(write(master, "more\n", 5));
    call("read", read(slave, buffer, 64));
    call("tcdrain", tcdrain(slave));
    call("tcsendbreak", tcsendbreak(slave, 0));
    call("tcsetattr 99", ioctl(slave, 0x9999, 0));
    call("tcgetattr of a file", tcgetattr(file_make("file", 1), &termios));
    call("bad pointer", ioctl(slave, TCGETS, 8));
    return 0;
}
