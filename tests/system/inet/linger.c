/* close(2) with SO_LINGER returns when the other side has everything, not when the time is over. */
#include "inet.h"

static int client, server, ends[2], ready[2];

/* Read all when the other side sleeps in close(2), then stay: this side is not closed. */
static void slow_reader(pid_t closer)
{
    static char bytes[32768];
    char byte;

    close(client);
    close(ends[1]);
    must(write(ready[1], "x", 1));
    wait_until_asleep(closer);
    while (recv(server, bytes, sizeof(bytes), 0) > 0)
        continue;
    (void)!read(ends[0], &byte, 1); /* until the end */
    _exit(0);
}

int main(void)
{
    static char data[65536];
    struct linger linger = {.l_onoff = 1, .l_linger = 17};
    struct timespec begin;
    pid_t self = getpid(), pid;
    int pair[2];
    char byte;

    loopback_up();
    tcp_pair(pair);
    client = pair[0];
    server = pair[1];
    must(pipe(ends));
    must(pipe(ready));
    while (send(client, data, sizeof(data), MSG_DONTWAIT) > 0)
        continue;
    pid = (pid_t)must(fork());
    if (pid == 0)
        slow_reader(self);
    close(server);
    must(read(ready[0], &byte, 1)); /* it has closed its copies */
    must(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
    clock_gettime(CLOCK_MONOTONIC, &begin);
    call("close", close(client));
    yes("before the time was over", elapsed(&begin) < 15000);
    close(ends[1]);
    must(waitpid(pid, NULL, 0));
    return 0;
}
