/* inet.h: what the tests of the internet protocols share. */

#ifndef TESTS_SYSTEM_INET_H
#define TESTS_SYSTEM_INET_H

#include "../socket/socket.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* On Linux the loopback interface is down until somebody asks. */
static inline void loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(ioctl(fd, SIOCGIFFLAGS, &request));
    request.ifr_flags |= IFF_UP;
    must(ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
}

static inline struct sockaddr_in v4(const char *address, int port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    inet_pton(AF_INET, address, &in.sin_addr);
    return in;
}

static inline struct sockaddr_in6 v6(const char *address, int port)
{
    struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    inet_pton(AF_INET6, address, &in.sin6_addr);
    return in;
}

#define AT(address) (struct sockaddr *)&(address), sizeof(address)

static inline int port_of(int fd)
{
    struct sockaddr_in6 name;
    socklen_t len = sizeof(name);

    must(getsockname(fd, (struct sockaddr *)&name, &len));
    return ntohs(name.sin6_port);
}

/* "127.0.0.1 port 7", with ephemeral ports as "some". */
static inline void say_name(const char *label, int fd, bool peer, int known_port)
{
    struct sockaddr_storage name;
    struct sockaddr_in *in = (struct sockaddr_in *)&name;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&name;
    socklen_t len = sizeof(name);
    char text[64] = "";
    int port;

    memset(&name, 0, sizeof(name));
    if ((peer ? getpeername(fd, (struct sockaddr *)&name, &len)
              : getsockname(fd, (struct sockaddr *)&name, &len)) != 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    port = ntohs(in->sin_port);
    if (name.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
    else
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    say("%s: family %d len %d %s port %s", label, name.ss_family, (int)len, text,
        port == 0            ? "0"
        : port == known_port ? "known"
                             : "some");
}

static inline void say_error(const char *label, int fd)
{
    int error = -1;
    socklen_t len = sizeof(error);

    must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
    say("%s: SO_ERROR %s", label, error == 0 ? "0" : errno_name(error));
}

static inline int listener(int backlog)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    must(bind(fd, AT(at)));
    must(listen(fd, backlog));
    return fd;
}

static inline int connect_to(int fd)
{
    struct sockaddr_in at = v4("127.0.0.1", port_of(fd));
    int client = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    must(connect(client, AT(at)));
    return client;
}

/* Two ends of a connection. */
static inline void tcp_pair(int ends[2])
{
    int fd = listener(1);

    ends[0] = connect_to(fd);
    ends[1] = (int)must(accept(fd, NULL, NULL));
    close(fd);
}

static inline void await(int fd, short events)
{
    struct pollfd entry = {.fd = fd, .events = events};

    must(poll(&entry, 1, -1));
}

static inline void set_nonblocking(int fd)
{
    must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK));
}

static inline int set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

#endif
