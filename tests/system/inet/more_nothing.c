/* Empty parts of a datagram (MSG_MORE, UDP_CORK) add nothing to it: not to its length, not to the
 * kernel's memory. */

#include "inet.h"

#include <netinet/udp.h>
#include <sys/sysinfo.h>

#define NR_PARTS 50000

static long free_kilobytes(void)
{
    struct sysinfo info;

    must(sysinfo(&info));
    return (long)(info.freeram * info.mem_unit / 1024);
}

static void received(const char *label, int fd)
{
    char bytes[64] = "";

    call(label, recv(fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT));
    say("  \"%s\"", bytes);
}

int main(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int receiver = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    int added = 0;
    long before;

    loopback_up();
    must(bind(receiver, AT(at)));
    at = v4("127.0.0.1", port_of(receiver));
    must(connect(fd, AT(at)));
    call("the first part is empty", send(fd, "", 0, MSG_MORE));
    before = free_kilobytes();
    for (int i = 0; i < NR_PARTS; i++)
        added += send(fd, "", 0, MSG_MORE) != 0;
    say("%d parts failed", added);
    yes("they take less than a mebibyte", before - free_kilobytes() < 1024);
    call("a part with bytes", send(fd, "abc", 3, MSG_MORE));
    call("an empty one", send(fd, "", 0, MSG_MORE));
    call("the last", send(fd, "def", 3, 0));
    received("what came", receiver);
    call("an empty part", send(fd, "", 0, MSG_MORE));
    call("the last is empty, too", send(fd, "", 0, 0));
    received("what came", receiver);
    received("no more", receiver);
    call("cork", set_int(fd, IPPROTO_UDP, UDP_CORK, 1));
    call("empty", send(fd, "", 0, 0));
    call("empty", send(fd, "", 0, 0));
    call("uncork", set_int(fd, IPPROTO_UDP, UDP_CORK, 0));
    received("what came", receiver);
    received("no more", receiver);
    return 0;
}
