/* A master whose slave's input is full: what makes room wakes who polls for POLLOUT. */
#include "terminal.h"

#include <poll.h>

static void fill(void)
{
    char bytes[512];

    memset(bytes, 'a', sizeof(bytes));
    while (write(master, bytes, sizeof(bytes)) > 0)
        continue;
}

static void flush_slave(void)
{
    must(tcflush(slave, TCIFLUSH));
}

static void read_slave(void)
{
    char bytes[4096];

    fcntl(slave, F_SETFL, O_NONBLOCK);
    while (read(slave, bytes, sizeof(bytes)) > 0)
        continue;
}

/* A child polls; then @make_room. */
static void wakes(const char *label, void (*make_room)(void))
{
    struct pollfd writable = {.fd = master, .events = POLLOUT};
    int status;
    pid_t pid;

    fill();
    pid = (pid_t)must(fork());
    if (pid == 0) {
        alarm(10);
        _exit(poll(&writable, 1, -1));
    }
    wait_until_asleep(pid);
    make_room();
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

int main(void)
{
    struct termios raw;

    terminal_open();
    fcntl(master, F_SETFL, O_NONBLOCK);
    must(tcgetattr(slave, &raw));
    cfmakeraw(&raw);
    must(tcsetattr(slave, TCSANOW, &raw));
    wakes("read", read_slave);
    wakes("tcflush", flush_slave);
    return 0;
}
