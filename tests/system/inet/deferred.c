/* TCP_DEFER_ACCEPT: how many connections a listener keeps that have sent nothing, and what becomes
 * of more. Nothing here waits for time to pass: what is on its way over the loopback has come when
 * a connection that is made after it has. */

#include "inet.h"

#define NR 24

static int clients[NR];

static bool is_connected(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
    return info.tcpi_state == 1; /* TCP_ESTABLISHED */
}

static int count_connected(void)
{
    int nr = 0;

    for (int i = 0; i < NR; i++)
        nr += is_connected(clients[i]);
    return nr;
}

/* All that accept(2) gives without waiting. */
static int accept_all(int fd)
{
    int nr = 0, accepted;

    while ((accepted = accept(fd, NULL, NULL)) >= 0) {
        close(accepted);
        nr++;
    }
    return nr;
}

static void fill(int backlog)
{
    int fd = listener(backlog), sent = 0;
    struct sockaddr_in at = v4("127.0.0.1", port_of(fd));

    must(set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 100));
    set_nonblocking(fd);
    for (int i = 0; i < NR; i++) {
        clients[i] = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        (void)connect(clients[i], AT(at));
    }
    say("backlog %d: %d of %d connected", backlog, count_connected(), NR);
    say("  accepted without data %d", accept_all(fd));
    for (int i = 0; i < NR; i++)
        if (is_connected(clients[i]))
            sent += send(clients[i], "a", 1, MSG_NOSIGNAL) == 1;
    say("  can send %d", sent);
    say("  accepted with data %d", accept_all(fd));
    for (int i = 0; i < NR; i++)
        close(clients[i]);
    close(fd);
}

int main(void)
{
    loopback_up();
    fill(0);
    fill(1);
    fill(4);
    return 0;
}
