/* Thousands of groups, and the list of them: each once, with how many are in it. Were it made by
 * comparing all with all, again for each line, the test would not come to its end. */

#include "inet.h"

#define NR_SOCKETS 20
#define NR_EACH    300 /* as many as Linux's optmem_max allows, and less */
#define NR_GROUPS  (NR_SOCKETS * NR_EACH)

static unsigned char seen[NR_GROUPS];

static int joined(int fd, int number)
{
    struct ipv6_mreq wanted = {.ipv6mr_interface = 1};

    inet_pton(AF_INET6, "ff05::77:0:0", &wanted.ipv6mr_multiaddr);
    wanted.ipv6mr_multiaddr.s6_addr[14] = (unsigned char)(number >> 8);
    wanted.ipv6mr_multiaddr.s6_addr[15] = (unsigned char)number;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &wanted, sizeof(wanted));
}

/* How many of ours are shown, in which order, and the sum of their members. */
static void list(const char *label)
{
    FILE *stream = fopen("/proc/net/igmp6", "r");
    int nr = 0, twice = 0, members = 0, unordered = 0, previous = NR_GROUPS;
    char line[256];

    memset(seen, 0, sizeof(seen));
    while (fgets(line, sizeof(line), stream) != NULL) {
        char *at = strstr(line, "ff05000000000000000000770000");
        int users;
        unsigned number;

        if (at == NULL || sscanf(at + 28, "%4x %d", &number, &users) != 2 || number >= NR_GROUPS)
            continue;
        nr++;
        twice += seen[number]++;
        members += users;
        unordered += (int)number > previous;
        previous = (int)number;
    }
    fclose(stream);
    say("%s: %d groups, %d shown twice, %d members, %d not after a younger one", label, nr, twice,
        members, unordered);
}

int main(void)
{
    int fds[NR_SOCKETS], other = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));

    loopback_up();
    for (int i = 0; i < NR_SOCKETS; i++) {
        fds[i] = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
        for (int j = 0; j < NR_EACH; j++)
            must(joined(fds[i], i * NR_EACH + j));
    }
    list("all");
    call("one more is in the first", joined(other, 0));
    list("with it");
    close(fds[0]);
    list("without the first socket");
    close(other);
    list("without the other");
    for (int i = 1; i < NR_SOCKETS; i++)
        close(fds[i]);
    list("none");
    return 0;
}
