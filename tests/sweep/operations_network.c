/* Operations of the failure sweep: sockets of both families, and what is sent over them. */

#include "operations.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

/* Send @what over @through, both of which may be -1. */
static void give(int through, int what)
{
    char control[CMSG_SPACE(sizeof(int))] = {0}, data = 'd';
    struct iovec part = {&data, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    if (through < 0 || what < 0)
        return;
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &what, sizeof(what));
    attempt(sendmsg(through, &message, MSG_DONTWAIT));
}

static void take(int from)
{
    char control[CMSG_SPACE(sizeof(int))], data;
    struct iovec part = {&data, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};

    attempt(recvmsg(from, &message, MSG_DONTWAIT));
}

static void socket_pairs(int type)
{
    int fds[2], on = 1;
    char buffer[5000];

    if (attempt(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds)) < 0)
        return;
    attempt(setsockopt(fds[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
    memset(buffer, 1, sizeof(buffer));
    attempt(write(fds[0], buffer, sizeof(buffer)));
    attempt(read(fds[1], buffer, sizeof(buffer)));
    give(fds[0], fds[0]);
    take(fds[1]);
    give(fds[0], fds[1]); /* a cycle stays behind */
    close(fds[0]);
    close(fds[1]);
}

/* A run whose unlink failed has left the name behind. */
static long socket_bind(int fd, const struct sockaddr_un *address)
{
    unlink(address->sun_path);
    if (bind(fd, (const void *)address, sizeof(*address)) == 0)
        return 0;
    return errno == EADDRINUSE ? -1 : attempted(-1L);
}

/* A server, its client and what they send; no name is there afterwards. */
static void socket_connection(const struct sockaddr_un *address)
{
    int listener = (int)attempt(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    int client = (int)attempt(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)), server = -1;

    if (listener >= 0 && client >= 0 && socket_bind(listener, address) == 0 &&
        listen(listener, 1) == 0 &&
        attempt(connect(client, (const void *)address, sizeof(*address))) == 0) {
        attempt(write(client, "hello", 5));
        server = (int)attempt(accept(listener, NULL, NULL));
    }
    if (server >= 0)
        attempt(write(server, "hello", 5));
    close(server);
    close(client);
    close(listener);
    unlink(address->sun_path);
}

void sockets(void)
{
    socket_pairs(SOCK_STREAM);
    socket_pairs(SOCK_DGRAM);
    socket_pairs(SOCK_SEQPACKET);
    socket_connection(&(struct sockaddr_un){AF_UNIX, "/tmp/sweep-socket"});
    socket_connection(&(struct sockaddr_un){AF_UNIX, "\0sweep"});
}

/* Ends at once when it is closed, also where a packet was lost for lack of memory. */
static int internet_socket(int type)
{
    int fd = (int)attempt(socket(AF_INET, type | SOCK_NONBLOCK, 0));

    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    return fd;
}

static void internet_stream(struct sockaddr_in at)
{
    int listener = internet_socket(SOCK_STREAM), client = internet_socket(SOCK_STREAM), server = -1;
    socklen_t len = sizeof(at);
    char buffer[40000];

    memset(buffer, 1, sizeof(buffer));
    if (listener >= 0 && client >= 0 &&
        attempt(bind(listener, (const void *)&at, sizeof(at))) == 0 &&
        attempt(listen(listener, 1)) == 0 && getsockname(listener, (void *)&at, &len) == 0 &&
        (connect(client, (const void *)&at, sizeof(at)) == 0 || errno == EINPROGRESS ||
         attempted(-1) == 0)) {
        attempt(write(client, buffer, sizeof(buffer)));
        server = (int)attempt(accept(listener, NULL, NULL));
    }
    if (server >= 0) {
        setsockopt(server, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
        attempt(recv(server, buffer, sizeof(buffer), MSG_DONTWAIT));
        attempt(send(server, buffer, 100, MSG_DONTWAIT));
    }
    close(server);
    close(client);
    close(listener);
}

static void internet_datagram(struct sockaddr_in at)
{
    int one = internet_socket(SOCK_DGRAM), other = internet_socket(SOCK_DGRAM);
    socklen_t len = sizeof(at);
    char buffer[3000] = "";

    if (one >= 0 && other >= 0 && attempt(bind(one, (const void *)&at, sizeof(at))) == 0 &&
        getsockname(one, (void *)&at, &len) == 0) {
        attempt(sendto(other, buffer, sizeof(buffer), 0, (const void *)&at, sizeof(at)));
        attempt(recv(one, buffer, sizeof(buffer), 0));
    }
    close(one);
    close(other);
}

/* Held back, cut into segments, to a group with two members. */
static void internet_together(struct sockaddr_in at)
{
    int one = internet_socket(SOCK_DGRAM), other = internet_socket(SOCK_DGRAM), segment = 100;
    struct ip_mreq group = {.imr_multiaddr.s_addr = htonl(0xef010203),
                            .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    char buffer[1000] = "";

    if (one >= 0 && other >= 0 && attempt(bind(one, (const void *)&at, sizeof(at))) == 0 &&
        getsockname(one, (void *)&at, &len) == 0) {
        attempt(sendto(other, buffer, 500, MSG_MORE, (const void *)&at, sizeof(at)));
        attempt(sendto(other, buffer, 500, 0, (const void *)&at, sizeof(at)));
        setsockopt(other, IPPROTO_UDP, 103 /* UDP_SEGMENT */, &segment, sizeof(segment));
        attempt(sendto(other, buffer, 450, 0, (const void *)&at, sizeof(at)));
        attempt(setsockopt(one, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
        attempt(setsockopt(other, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
        at.sin_addr = group.imr_multiaddr;
        if (attempt(setsockopt(other, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface, 4)) == 0)
            attempt(sendto(other, buffer, 50, 0, (const void *)&at, sizeof(at)));
        attempt(recv(one, buffer, sizeof(buffer), MSG_DONTWAIT));
    }
    close(one);
    close(other);
}

void internet(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    internet_stream(at);
    internet_datagram(at);
    internet_together(at);
}
