/* Which of several UDP sockets with one port gets a datagram. */

#include "inet.h"

static int udp(int domain, const void *address, socklen_t len, int reuse)
{
    int fd = (int)must(socket(domain, SOCK_DGRAM | SOCK_NONBLOCK, 0));

    must(set_int(fd, SOL_SOCKET, reuse, 1));
    must(bind(fd, address, len));
    return fd;
}

static int udp4(const char *address, int port, int reuse)
{
    struct sockaddr_in at = v4(address, port);

    return udp(AF_INET, &at, sizeof(at), reuse);
}

static int udp6(const char *address, int port, int reuse)
{
    struct sockaddr_in6 at = v6(address, port);

    return udp(AF_INET6, &at, sizeof(at), reuse);
}

/* The names of those who got what was sent to @address. */
static void who(const char *label, const char *address, int port, const int *fds,
                const char *const *names, size_t nr)
{
    struct sockaddr_in to = v4(address, port);
    int out = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    char line[200] = "", bytes[4];

    must(sendto(out, "x", 1, 0, AT(to)));
    for (size_t i = 0; i < nr; i++)
        while (recv(fds[i], bytes, sizeof(bytes), 0) == 1) {
            strcat(line, " ");
            strcat(line, names[i]);
        }
    say("%s:%s", label, line);
    close(out);
}

static void by_address(void)
{
    static const char *const names[] = {"first", "second", "any", "any6", "only6"};
    int fds[5];

    fds[0] = udp4("127.0.0.1", 7401, SO_REUSEADDR);
    fds[1] = udp4("127.0.0.1", 7401, SO_REUSEADDR);
    fds[2] = udp4("0.0.0.0", 7401, SO_REUSEADDR);
    fds[3] = udp6("::", 7401, SO_REUSEADDR);
    fds[4] = udp6("::1", 7401, SO_REUSEADDR);
    who("to 127.0.0.1", "127.0.0.1", 7401, fds, names, 5);
    who("to 127.0.0.1 again", "127.0.0.1", 7401, fds, names, 5);
    who("to 127.0.0.2", "127.0.0.2", 7401, fds, names, 5);
    close(fds[1]);
    fds[1] = udp4("127.0.0.2", 7401, SO_REUSEADDR);
    who("to 127.0.0.1", "127.0.0.1", 7401, fds, names, 5);
    who("to 127.0.0.2", "127.0.0.2", 7401, fds, names, 5);
    close(fds[2]);
    fds[2] = udp4("0.0.0.0", 7401, SO_REUSEADDR);
    who("to 127.0.0.3", "127.0.0.3", 7401, fds, names, 5);
    must(set_int(fds[3], SOL_SOCKET, SO_BROADCAST, 1));
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    fds[0] = udp4("0.0.0.0", 7402, SO_REUSEADDR);
    fds[1] = udp6("::", 7402, SO_REUSEADDR);
    who("IPv4 and both", "127.0.0.1", 7402, fds, names, 2);
    close(fds[0]);
    who("both", "127.0.0.1", 7402, fds + 1, names + 1, 1);
    close(fds[1]);
}

static void by_peer(void)
{
    struct sockaddr_in from = v4("127.0.0.1", 7404), to = v4("127.0.0.1", 7403);
    struct sockaddr_in other = v4("127.0.0.1", 7405);
    int connected = udp4("127.0.0.1", 7403, SO_REUSEADDR);
    int unconnected = udp4("127.0.0.1", 7403, SO_REUSEADDR);
    int out = udp4("127.0.0.1", 7404, SO_REUSEADDR);
    char bytes[4];

    must(connect(connected, AT(from)));
    must(sendto(out, "x", 1, 0, AT(to)));
    call("from its peer: connected", recv(connected, bytes, 4, 0));
    call("from its peer: unconnected", recv(unconnected, bytes, 4, 0));
    close(out);
    out = udp4("127.0.0.1", 7405, SO_REUSEADDR);
    must(sendto(out, "x", 1, 0, AT(to)));
    call("from another: connected", recv(connected, bytes, 4, 0));
    call("from another: unconnected", recv(unconnected, bytes, 4, 0));
    must(connect(connected, AT(other)));
    must(sendto(out, "x", 1, 0, AT(to)));
    call("its new peer: connected", recv(connected, bytes, 4, 0));
    close(out);
    close(connected);
    close(unconnected);
}

static void shared(void)
{
    struct sockaddr_in to = v4("127.0.0.1", 7406);
    int fds[3], counts[3] = {0}, total = 0;
    char bytes[4];

    for (int i = 0; i < 3; i++)
        fds[i] = udp4("127.0.0.1", 7406, SO_REUSEPORT);
    for (int i = 0; i < 200; i++) {
        int out = (int)must(socket(AF_INET, SOCK_DGRAM, 0)), got[2] = {-1, -2};

        for (int twice = 0; twice < 2; twice++) {
            must(sendto(out, "x", 1, 0, AT(to)));
            for (int k = 0; k < 3; k++)
                if (recv(fds[k], bytes, 4, 0) == 1) {
                    got[twice] = k;
                    counts[k]++;
                    total++;
                }
        }
        if (got[0] != got[1])
            say("one sender reached two receivers");
        close(out);
    }
    say("200 senders, %d datagrams, each receiver has some: %s", total,
        counts[0] > 20 && counts[1] > 20 && counts[2] > 20 ? "yes" : "no");
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

static void everybody(void)
{
    static const char *const names[] = {"one", "two", "bound"};
    struct sockaddr_in to = v4("127.255.255.255", 7407);
    int fds[3], out = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    char line[100] = "", bytes[4];

    fds[0] = udp4("0.0.0.0", 7407, SO_REUSEADDR);
    fds[1] = udp4("0.0.0.0", 7407, SO_REUSEADDR);
    fds[2] = udp4("127.0.0.1", 7407, SO_REUSEADDR);
    must(set_int(out, SOL_SOCKET, SO_BROADCAST, 1));
    call("broadcast", sendto(out, "x", 1, 0, AT(to)));
    for (int i = 0; i < 3; i++)
        if (recv(fds[i], bytes, 4, 0) == 1) {
            strcat(line, " ");
            strcat(line, names[i]);
        }
    say("broadcast reached%s", line);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    close(out);
}

int main(void)
{
    loopback_up();
    by_address();
    by_peer();
    shared();
    everybody();
    return 0;
}
