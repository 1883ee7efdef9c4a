/*
 * Threads that use the same few sockets while others close them, open others in their place, shut
 * them down, disconnect them and change their options: no call may hang, and nothing may be lost
 * (the audit is read after the test).
 *
 * seconds: 60
 */
#include "inet.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

#define NR_SLOTS   12
#define NR_THREADS 8
#define NR_ROUNDS  1500
#define FIRST_FD   100

static int tcp_port, udp_port;
static int feeder_stops;

static unsigned next(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static void fill_slot(int slot, unsigned kind)
{
    struct sockaddr_in tcp = v4("127.0.0.1", tcp_port), udp = v4("127.0.0.1", udp_port);
    struct sockaddr_in any = v4("127.0.0.1", 0);
    int fd, ends[2];

    switch (kind % 6) {
    case 0:
        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fd, AT(tcp));
        break;
    case 1:
        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        bind(fd, AT(any));
        listen(fd, 2);
        break;
    case 2:
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        connect(fd, AT(udp));
        break;
    case 3:
        fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        break;
    case 4:
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            return;
        close(ends[1]);
        fd = ends[0];
        break;
    default:
        fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
        break;
    }
    if (fd >= 0) {
        dup2(fd, FIRST_FD + slot);
        close(fd);
    }
}

static void transfer(int fd, unsigned choice)
{
    static __thread char bytes[70000];
    char control[128];
    struct iovec data = {bytes, choice % 3 == 0 ? sizeof(bytes) - 6000 : choice % 200};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};

    if (choice & 1)
        recvmsg(fd, &message, MSG_DONTWAIT | (choice & 2 ? MSG_PEEK : 0));
    else
        send(fd, bytes, data.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL | (choice & 2 ? MSG_MORE : 0));
}

static void options(int fd, unsigned choice)
{
    static const int names[][2] = {
        {SOL_SOCKET, SO_RCVBUF},    {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_PEEK_OFF},
        {SOL_SOCKET, SO_KEEPALIVE}, {IPPROTO_IP, IP_PKTINFO},   {IPPROTO_IP, IP_MULTICAST_ALL},
        {IPPROTO_TCP, TCP_CORK},    {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_DEFER_ACCEPT},
        {IPPROTO_UDP, 1},           {IPPROTO_UDP, 103},         {IPPROTO_TCP, TCP_USER_TIMEOUT},
        {IPPROTO_TCP, 25},          {IPPROTO_IPV6, IPV6_V6ONLY}};
    struct ip_mreq wanted = {.imr_multiaddr.s_addr = htonl(0xef010100 | choice % 4),
                             .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned index = choice % (COUNT_OF(names) + 2);
    char value[256];
    socklen_t len = sizeof(value);

    if (index < COUNT_OF(names)) {
        set_int(fd, names[index][0], names[index][1], (int)(choice >> 8 & 1));
        getsockopt(fd, names[index][0], names[index][1], value, &len);
    } else {
        setsockopt(fd, IPPROTO_IP, index & 1 ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &wanted,
                   sizeof(wanted));
    }
}

static void step(unsigned *state)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    unsigned choice = next(state);
    int slot = (int)(next(state) % NR_SLOTS), fd = FIRST_FD + slot;
    struct pollfd entry = {.fd = fd, .events = POLLIN | POLLOUT};
    struct sockaddr_storage name;
    socklen_t len = sizeof(name);

    switch (choice % 11) {
    case 0:
        fill_slot(slot, next(state));
        break;
    case 1:
        close(fd);
        break;
    case 2:
        shutdown(fd, (int)(next(state) % 3));
        break;
    case 3:
        connect(fd, &none, sizeof(none));
        break;
    case 4:
        close(accept(fd, NULL, NULL));
        break;
    case 5:
        poll(&entry, 1, 0);
        break;
    case 6:
        options(fd, next(state));
        break;
    case 7:
        getsockname(fd, (struct sockaddr *)&name, &len);
        getpeername(fd, (struct sockaddr *)&name, &len);
        break;
    case 8: {
        struct sockaddr_in to = v4("127.0.0.1", tcp_port);

        connect(fd, AT(to));
        break;
    }
    default:
        transfer(fd, next(state));
        break;
    }
}

static void *work(void *argument)
{
    unsigned state = (unsigned)(uintptr_t)argument;

    for (int i = 0; i < NR_ROUNDS; i++)
        step(&state);
    return NULL;
}

/* Somebody is at the other end: it takes connections, reads a little and goes. */
static void *serve(void *argument)
{
    int fd = *(int *)argument, kept[16], nr = 0;
    char bytes[4096];

    memset(kept, -1, sizeof(kept));
    while (!__atomic_load_n(&feeder_stops, __ATOMIC_ACQUIRE)) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int end;

        poll(&entry, 1, 20);
        end = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
        if (end < 0)
            continue;
        recv(end, bytes, sizeof(bytes), 0);
        send(end, bytes, sizeof(bytes), MSG_NOSIGNAL);
        if (kept[nr % 16] >= 0)
            close(kept[nr % 16]);
        kept[nr++ % 16] = end;
    }
    for (int i = 0; i < 16; i++)
        if (kept[i] >= 0)
            close(kept[i]);
    return NULL;
}

/* Threads that sleep in calls on a socket that another thread closes or shuts down. */
static void *sleep_in_receive(void *argument)
{
    char byte;

    return (void *)(intptr_t)(recv(*(int *)argument, &byte, 1, 0) < 0 ? errno : 0);
}

static void *sleep_in_accept(void *argument)
{
    return (void *)(intptr_t)(accept(*(int *)argument, NULL, NULL) < 0 ? errno : 0);
}

static void sleepers(void)
{
    pthread_t thread;
    int ends[2], fd = listener(1);
    void *result;

    tcp_pair(ends);
    must(pthread_create(&thread, NULL, sleep_in_receive, &ends[0]));
    nap(20);
    shutdown(ends[0], SHUT_RD);
    pthread_join(thread, &result);
    say("shut while it receives: %s", result ? errno_name((int)(intptr_t)result) : "0");
    close(ends[0]);
    close(ends[1]);
    must(pthread_create(&thread, NULL, sleep_in_accept, &fd));
    nap(20);
    shutdown(fd, SHUT_RD);
    pthread_join(thread, &result);
    say("shut while it accepts: %s", result ? errno_name((int)(intptr_t)result) : "0");
    close(fd);
    tcp_pair(ends);
    must(pthread_create(&thread, NULL, sleep_in_receive, &ends[0]));
    nap(20);
    fd = dup(ends[0]);
    close(ends[0]);
    must(send(ends[1], "x", 1, 0));
    pthread_join(thread, &result);
    say("closed while it receives: %s", result ? errno_name((int)(intptr_t)result) : "0");
    close(fd);
    close(ends[1]);
}

int main(void)
{
    pthread_t threads[NR_THREADS], server;
    struct sockaddr_in at = v4("127.0.0.1", 0);
    int fd, udp;

    loopback_up();
    sleepers();
    fd = listener(8);
    set_nonblocking(fd);
    tcp_port = port_of(fd);
    udp = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    must(bind(udp, AT(at)));
    udp_port = port_of(udp);
    for (int i = 0; i < NR_SLOTS; i++)
        fill_slot(i, (unsigned)i);
    must(pthread_create(&server, NULL, serve, &fd));
    for (uintptr_t i = 0; i < NR_THREADS; i++)
        must(pthread_create(&threads[i], NULL, work, (void *)(i + 1)));
    for (int i = 0; i < NR_THREADS; i++)
        pthread_join(threads[i], NULL);
    __atomic_store_n(&feeder_stops, 1, __ATOMIC_RELEASE);
    pthread_join(server, NULL);
    for (int i = 0; i < NR_SLOTS; i++)
        close(FIRST_FD + i);
    close(fd);
    close(udp);
    say("all threads came back");
    return 0;
}
