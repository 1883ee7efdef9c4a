/* Thousands of connections, one after the other and at once. seconds: 60 */

#include "inet.h"

#include <sys/resource.h>

static void one_after_the_other(int nr, bool server_closes_first)
{
    int server = listener(16), bad = 0;
    char byte;

    for (int i = 0; i < nr; i++) {
        int client = connect_to(server), peer = accept(server, NULL, NULL);

        if (peer < 0 || send(client, "a", 1, 0) != 1 || recv(peer, &byte, 1, 0) != 1)
            bad++;
        if (server_closes_first)
            close(peer);
        close(client);
        if (!server_closes_first)
            close(peer);
    }
    say("%d bad", bad);
    close(server);
}

static void at_once(int nr)
{
    static int clients[400], peers[400];
    int server = listener(nr), bad = 0;
    char byte;

    for (int i = 0; i < nr; i++)
        clients[i] = connect_to(server);
    for (int i = 0; i < nr; i++)
        peers[i] = (int)must(accept(server, NULL, NULL));
    for (int i = 0; i < nr; i++)
        bad += send(clients[i], "x", 1, 0) != 1;
    for (int i = nr - 1; i >= 0; i--)
        bad += recv(peers[i], &byte, 1, 0) != 1;
    for (int i = 0; i < nr; i++) {
        close(clients[i]);
        close(peers[i]);
    }
    say("%d bad", bad);
    close(server);
}

int main(void)
{
    loopback_up();
    must(setrlimit(RLIMIT_NOFILE, &(struct rlimit){2000, 2000}));
    one_after_the_other(2000, false);
    one_after_the_other(2000, true);
    at_once(400);
}
