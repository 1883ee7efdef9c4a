/* A process reads its terminal while its parent moves it between two groups, one of which ends
   each time. */
#include "terminal.h"

static void read_for_ever(void)
{
    char byte;

    fcntl(slave, F_SETFL, O_NONBLOCK);
    for (;;)
        (void)!read(slave, &byte, 1);
}

static void move_reader(void)
{
    struct timespec begin;
    int failed = 0;
    pid_t reader;

    signal(SIGTTIN, SIG_IGN);
    reader = (pid_t)must(fork());
    if (reader == 0)
        read_for_ever();
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 2500) {
        failed += setpgid(reader, reader) != 0;
        failed += setpgid(reader, getpid()) != 0;
    }
    say("moves that failed: %d", failed);
    kill(reader, SIGKILL);
    result("reader", reader);
}

int main(void)
{
    terminal_open();
    wait_for(session_start(move_reader));
    return 0;
}
