/* SO_BINDTODEVICE and SO_BINDTOIFINDEX are one option, by name and by number: what the socket hears
 * follows the last of them. */

#include "inet.h"

#define BIND_TO_INDEX 62

static long by_name(int fd, const char *name)
{
    return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1);
}

static void say_both(int fd)
{
    char name[IFNAMSIZ] = "";
    socklen_t name_len = sizeof(name), len = sizeof(int);
    int index = -1;

    must(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &name_len));
    must(getsockopt(fd, SOL_SOCKET, BIND_TO_INDEX, &index, &len));
    say("  name \"%.*s\", index %d", (int)name_len, name, index);
}

static void try_connect(int listening)
{
    struct sockaddr_in at = v4("127.0.0.1", port_of(listening));
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    call("  connect", connect(fd, AT(at)));
    close(fd);
}

static void listens(void)
{
    int fd = listener(8);

    try_connect(fd);
    call("an interface that is not there", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, 77));
    try_connect(fd);
    call("no interface, by name", by_name(fd, ""));
    say_both(fd);
    try_connect(fd);
    call("not there again", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, 77));
    call("lo, by name", by_name(fd, "lo"));
    say_both(fd);
    try_connect(fd);
    call("an unknown name", by_name(fd, "lo7"));
    say_both(fd);
    call("a negative index", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, -1));
    say_both(fd);
    try_connect(fd);
    call("length 0", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 0));
    say_both(fd);
    call("length 1", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 1));
    say_both(fd);
    call("length 2", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
    say_both(fd);
    call("length -1", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", (socklen_t)-1));
    call("not readable", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, (void *)8, 3));
    call("long",
         setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo\0and more than sixteen bytes", 31));
    say_both(fd);
    try_connect(fd);
    close(fd);
}

static void datagrams(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int receiver = (int)must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    char byte;

    must(bind(receiver, AT(at)));
    at = v4("127.0.0.1", port_of(receiver));
    call("receiver: lo", by_name(receiver, "lo"));
    call("send", sendto(fd, "a", 1, 0, AT(at)));
    call("received", recv(receiver, &byte, 1, 0));
    call("sender: not there", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, 77));
    call("send", sendto(fd, "a", 1, 0, AT(at)));
    call("sender: lo", by_name(fd, "lo"));
    call("send", sendto(fd, "a", 1, 0, AT(at)));
    call("received", recv(receiver, &byte, 1, 0));
    close(receiver);
    close(fd);
}

/* Of a socket that is bound to one, IP_UNICAST_IF cannot name it, nor any other. */
static void unicast(void)
{
    static const int indices[] = {0, 1, 77};
    int fd = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT_OF(indices); i++) {
            say("unicast interface %d", indices[i]);
            call("  IPv4", set_int(fd, IPPROTO_IP, 50, (int)htonl((uint32_t)indices[i])));
            call("  IPv6", set_int(fd, IPPROTO_IPV6, 76, (int)htonl((uint32_t)indices[i])));
        }
        call("lo", by_name(fd, "lo"));
    }
    close(fd);
}

/* Of a socket that is bound to one, only that can be named for packets to groups. */
static void multicast(int bound)
{
    static const char *const addresses[] = {"0.0.0.0", "127.0.0.1", "8.8.8.8"};
    static const int indices[] = {0, 1, 77};
    int fd = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));

    must(set_int(fd, SOL_SOCKET, BIND_TO_INDEX, bound));
    for (size_t i = 0; i < COUNT_OF(indices); i++) {
        for (size_t j = 0; j < COUNT_OF(addresses); j++) {
            struct ip_mreqn wanted = {.imr_ifindex = indices[i]};

            inet_pton(AF_INET, addresses[j], &wanted.imr_address);
            say("bound to %d, multicast interface %d, %s", bound, indices[i], addresses[j]);
            call("  IPv4", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &wanted, sizeof(wanted)));
        }
        call("  IPv6", set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, indices[i]));
    }
    close(fd);
}

/* Who is not root may bind to an interface once. */
static void ordinary(void)
{
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    become_user();
    call("unknown", by_name(fd, "lo7"));
    call("lo", by_name(fd, "lo"));
    call("lo again", by_name(fd, "lo"));
    call("unknown", by_name(fd, "lo7"));
    call("not readable", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, (void *)8, 3));
    call("none", by_name(fd, ""));
    call("by index", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, 1));
    call("a negative index", set_int(fd, SOL_SOCKET, BIND_TO_INDEX, -1));
    say_both(fd);
}

int main(void)
{
    loopback_up();
    listens();
    datagrams();
    unicast();
    multicast(0);
    multicast(1);
    multicast(77);
    in_child("ordinary user", ordinary);
    return 0;
}
