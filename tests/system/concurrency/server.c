/*
 * A server of several threads and clients of several processes, over TCP and UDP of the loopback.
 * Each message is made from a seed and checked at both ends; what was sent and answered is counted
 * in shared memory. Afterwards no socket is left, and the memory is back. seconds: 600
 */

#include "race.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

enum { WORKERS = 3, CLIENTS = 2, CLIENT_THREADS = 3, PAYLOAD_MAX = 40000, PER_CONNECTION = 20 };

struct header {
    uint32_t magic, len, seed, sum;
};
#define REQUEST 0x51756972
#define REPLY   0x65212121

struct message {
    struct header header;
    unsigned char payload[PAYLOAD_MAX];
};

static struct counters {
    long sent, answered, datagrams, connections, ticks, wrong;
} * counters;

static int server_fd, udp_fd, stop_pipe[2];
static struct sockaddr_in server_at, udp_at;

static void count(long *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void wrong(const char *what)
{
    if (__atomic_fetch_add(&counters->wrong, 1, __ATOMIC_RELAXED) < 5)
        say("wrong: %s: %s", what, errno_name(errno));
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* The payload that follows from the seed, and its sum. */
static uint32_t fill(unsigned char *payload, uint32_t len, uint32_t seed)
{
    uint32_t sum = len;

    for (uint32_t i = 0; i < len; i++) {
        if (i % 64 == 0)
            seed = seed * 1664525 + 1013904223;
        payload[i] = (unsigned char)(seed >> (i % 25));
        sum = sum * 31 + payload[i];
    }
    return sum;
}

static uint32_t sum_of(const unsigned char *payload, uint32_t len)
{
    uint32_t sum = len;

    for (uint32_t i = 0; i < len; i++)
        sum = sum * 31 + payload[i];
    return sum;
}

/* ---- the server ---- */

struct connection {
    int fd;
    size_t have, to_send, sent;
    struct message message;
};

/* The request is whole: turn it into its answer. */
static void answer(struct connection *connection)
{
    struct message *message = &connection->message;

    if (message->header.magic != REQUEST ||
        sum_of(message->payload, message->header.len) != message->header.sum)
        wrong("request");
    for (uint32_t i = 0; i < message->header.len; i++)
        message->payload[i] ^= 0x5a;
    message->header.magic = REPLY;
    message->header.sum = sum_of(message->payload, message->header.len);
    connection->to_send = sizeof(message->header) + message->header.len;
    connection->sent = 0;
}

/* false: the connection is over */
static bool send_some(struct connection *connection)
{
    while (connection->sent < connection->to_send) {
        ssize_t n = send(connection->fd, (char *)&connection->message + connection->sent,
                         connection->to_send - connection->sent, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN;
        connection->sent += (size_t)n;
    }
    connection->have = connection->to_send = 0;
    return true;
}

static bool receive_some(struct connection *connection)
{
    struct header *header = &connection->message.header;

    for (;;) {
        size_t want = sizeof(*header);
        ssize_t n;

        if (connection->have >= sizeof(*header)) {
            if (header->len > PAYLOAD_MAX) {
                wrong("length");
                return false;
            }
            want += header->len;
        }
        if (connection->have == want) {
            answer(connection);
            return send_some(connection);
        }
        n = recv(connection->fd, (char *)&connection->message + connection->have,
                 want - connection->have, 0);
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        connection->have += (size_t)n;
    }
}

static bool serve(struct connection *connection)
{
    bool alive = true;

    if (connection->to_send > 0)
        alive = send_some(connection);
    while (alive && connection->to_send == 0) {
        size_t before = connection->have;

        alive = receive_some(connection);
        if (connection->to_send == 0 && connection->have == before)
            break;
    }
    return alive;
}

static void accept_all(int epoll)
{
    int fd;

    while ((fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *connection = calloc(1, sizeof(*connection));
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLONESHOT};

        connection->fd = fd;
        event.data.ptr = connection;
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
            wrong("epoll_ctl");
        count(&counters->connections);
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        wrong("accept");
}

static void serve_datagrams(void)
{
    unsigned char bytes[2000];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n;

    while ((n = recvfrom(udp_fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len)) >= 0)
        sendto(udp_fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static int epoll_fd, timer_fd;

static void *work(void *unused)
{
    struct epoll_event event;
    uint64_t expirations;

    (void)unused;
    for (;;) {
        if (epoll_wait(epoll_fd, &event, 1, -1) != 1)
            continue;
        if (event.data.ptr == &stop_pipe)
            return NULL;
        if (event.data.ptr == &server_fd) {
            accept_all(epoll_fd);
        } else if (event.data.ptr == &udp_fd) {
            serve_datagrams();
        } else if (event.data.ptr == &timer_fd) {
            if (read(timer_fd, &expirations, sizeof(expirations)) > 0)
                count(&counters->ticks);
        } else {
            struct connection *connection = event.data.ptr;

            if (!serve(connection)) {
                close(connection->fd);
                free(connection);
                continue;
            }
            event.events = EPOLLET | EPOLLONESHOT | (connection->to_send > 0 ? EPOLLOUT : EPOLLIN);
            if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) != 0)
                wrong("epoll_ctl");
        }
    }
}

static void watch(int fd, void *pointer, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = pointer};

    must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event));
}

static void serve_until_stopped(void)
{
    struct itimerspec tick = {{0, 10000000}, {0, 10000000}};
    pthread_t threads[WORKERS];

    epoll_fd = (int)must(epoll_create1(0));
    timer_fd = (int)must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    must(timerfd_settime(timer_fd, 0, &tick, NULL));
    watch(server_fd, &server_fd, EPOLLIN | EPOLLET);
    watch(udp_fd, &udp_fd, EPOLLIN | EPOLLET);
    watch(timer_fd, &timer_fd, EPOLLIN | EPOLLET);
    watch(stop_pipe[0], &stop_pipe, EPOLLIN);
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

/* ---- the clients ---- */

static bool send_all(int fd, const void *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        bytes = (const char *)bytes + n;
        len -= (size_t)n;
    }
    return true;
}

static void talk(int fd, struct message *message, uint32_t *state)
{
    uint32_t len = next(state) % 4 == 0 ? next(state) % PAYLOAD_MAX : next(state) % 500;
    uint32_t seed = next(state);
    struct header *header = &message->header;

    *header = (struct header){REQUEST, len, seed, fill(message->payload, len, seed)};
    count(&counters->sent);
    if (!send_all(fd, message, sizeof(*header) + len)) {
        wrong("send");
        return;
    }
    if (recv(fd, header, sizeof(*header), MSG_WAITALL) != sizeof(*header) ||
        header->magic != REPLY || header->len != len || header->seed != seed) {
        wrong("header of the answer");
        return;
    }
    if (len > 0 && recv(fd, message->payload, len, MSG_WAITALL) != (ssize_t)len) {
        wrong("answer");
        return;
    }
    if (sum_of(message->payload, len) != header->sum)
        wrong("sum of the answer");
    for (uint32_t i = 0; i < len; i++)
        message->payload[i] ^= 0x5a;
    if (sum_of(message->payload, len) != fill(message->payload, len, seed))
        wrong("content of the answer");
    count(&counters->answered);
}

/* A datagram may be lost; one that comes is the one that was sent. */
static void talk_datagram(uint32_t *state)
{
    unsigned char bytes[1000], back[2000];
    uint32_t len = 1 + next(state) % sizeof(bytes);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct pollfd entry = {.fd = fd, .events = POLLIN};

    fill(bytes, len, next(state));
    if (connect(fd, (struct sockaddr *)&udp_at, sizeof(udp_at)) != 0 ||
        send(fd, bytes, len, 0) != (ssize_t)len)
        wrong("datagram");
    else if (poll(&entry, 1, 100) == 1) {
        if (recv(fd, back, sizeof(back), 0) != (ssize_t)len || memcmp(bytes, back, len) != 0)
            wrong("datagram that came back");
        count(&counters->datagrams);
    }
    close(fd);
}

static void *client(void *number)
{
    uint32_t state = (uint32_t)(uintptr_t)number * 7919 + 1;
    struct message *message = malloc(sizeof(*message));

    while (!race_over()) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (connect(fd, (struct sockaddr *)&server_at, sizeof(server_at)) != 0) {
            wrong("connect");
            close(fd);
            continue;
        }
        /* Nothing waits in TIME_WAIT when all is over. */
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){next(&state) & 1}, sizeof(int));
        for (int i = 0; i < PER_CONNECTION && !race_over(); i++)
            talk(fd, message, &state);
        close(fd);
        talk_datagram(&state);
    }
    free(message);
    return NULL;
}

static void run_client(int number)
{
    pthread_t threads[CLIENT_THREADS];

    for (int i = 0; i < CLIENT_THREADS; i++)
        pthread_create(&threads[i], NULL, client, (void *)(uintptr_t)(number * 16 + i));
    for (int i = 0; i < CLIENT_THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

/* ---- all of it ---- */

static void loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));

    must(ioctl(fd, SIOCGIFFLAGS, &request));
    request.ifr_flags |= IFF_UP;
    must(ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
}

static int bound(int type, struct sockaddr_in *at)
{
    int fd = (int)must(socket(AF_INET, type | SOCK_NONBLOCK, 0));
    socklen_t len = sizeof(*at);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    must(bind(fd, (struct sockaddr *)at, sizeof(*at)));
    must(getsockname(fd, (struct sockaddr *)at, &len));
    return fd;
}

/* Quire: lwIP holds nothing. */
static bool network_is_empty(void)
{
    char text[512] = "";

    return file_text("/proc/net/sockstat", text, sizeof(text)) > 0 &&
           strstr(text, "TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\n") != NULL;
}

static bool memory_is_back(long free_before)
{
    return meminfo_kilobytes("MemFree") > free_before - 2048;
}

static void run_all(void)
{
    pid_t pids[CLIENTS + 1];
    int status;

    server_fd = bound(SOCK_STREAM, &server_at);
    udp_fd = bound(SOCK_DGRAM, &udp_at);
    must(listen(server_fd, 64));
    must(pipe(stop_pipe));
    pids[CLIENTS] = (pid_t)must(fork());
    if (pids[CLIENTS] == 0)
        serve_until_stopped();
    for (int i = 0; i < CLIENTS; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] == 0)
            run_client(i + 1);
    }
    for (int i = 0; i < CLIENTS; i++) {
        waitpid(pids[i], &status, 0);
        status_report("client", status);
    }
    must(write(stop_pipe[1], "x", 1));
    waitpid(pids[CLIENTS], &status, 0);
    status_report("server", status);
    close(server_fd);
    close(udp_fd);
    close(stop_pipe[0]);
    close(stop_pipe[1]);
}

int main(void)
{
    long free_before;

    race_begin();
    loopback_up();
    counters = (struct counters *)must(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    counters->sent = 0;
    free_before = meminfo_kilobytes("MemFree");
    run_all();
    yes("messages were sent", counters->sent > 0);
    yes("all were answered", counters->answered == counters->sent);
    yes("nothing was wrong", counters->wrong == 0);
    yes("the timer ticked", counters->ticks > 0);
    for (int i = 0; is_quire() && i < 200 && !(network_is_empty() && memory_is_back(free_before));
         i++)
        nap(20);
    yes("no connection is left", !is_quire() || network_is_empty());
    yes("the memory is back", !is_quire() || memory_is_back(free_before));
    say("# %ld messages, %ld connections, %ld datagrams, %ld ticks", counters->sent,
        counters->connections, counters->datagrams, counters->ticks);
}
