/* Calls on AF_UNIX that wait: for data, room, connections, limits of time; signals in between. */

#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0waiting"};
static int fds[2];
static char buffer[400000];

static int sock(int type)
{
    return (int)must(socket(AF_UNIX, type, 0));
}

static int connected(void)
{
    int fd = sock(SOCK_STREAM);

    must(connect(fd, (void *)&address, sizeof(address)));
    return fd;
}

static int listening(int backlog)
{
    int fd = sock(SOCK_STREAM);

    must(bind(fd, (void *)&address, sizeof(address)));
    must(listen(fd, backlog));
    return fd;
}

/* Is the task @tid of this process asleep? Wait until it is. */
static void until_asleep(int tid)
{
    char path[64], text[512];

    sprintf(path, "/proc/self/task/%d/stat", tid);
    do {
        sched_yield();
        must(file_text(path, text, sizeof(text)));
    } while (strncmp(strrchr(text, ')'), ") S", 3) != 0);
}

/* A thread that runs @body; started returns when it sleeps in it. */
struct helper {
    pthread_t thread;
    void (*body)(void);
    volatile int tid;
};

static void *helper_main(void *argument)
{
    struct helper *helper = argument;

    helper->tid = (int)syscall(SYS_gettid);
    helper->body();
    return NULL;
}

static void start(struct helper *helper, void (*body)(void))
{
    helper->body = body;
    helper->tid = 0;
    must(pthread_create(&helper->thread, NULL, helper_main, helper));
    while (helper->tid == 0)
        sched_yield();
    until_asleep(helper->tid);
}

static void finish(struct helper *helper)
{
    pthread_join(helper->thread, NULL);
}

static void body_read(void)
{
    call("woken reader", read(fds[1], buffer, 100));
}

static void body_read_all(void)
{
    call("woken reader of all", recv(fds[1], buffer, 10, MSG_WAITALL));
}

static void body_write(void)
{
    call("woken writer", write(fds[0], buffer, sizeof(buffer)));
}

static void body_connect(void)
{
    int fd = sock(SOCK_STREAM);

    call("woken connect", connect(fd, (void *)&address, sizeof(address)));
    close(fd);
}

static void body_poll(void)
{
    struct pollfd entry = {.fd = fds[1], .events = POLLIN | POLLRDHUP};

    call("woken poll", poll(&entry, 1, -1));
    say("  %#x", (unsigned)entry.revents);
}

static int listener;

static void body_accept(void)
{
    long fd = call_ok("woken accept", accept(listener, NULL, NULL));

    if (fd >= 0)
        close((int)fd);
}

static void body_send(void)
{
    call("woken sender", send(fds[0], "x", 1, 0));
}

static void readers(void)
{
    struct helper helper;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_read);
    must(write(fds[0], "hello", 5));
    finish(&helper);
    start(&helper, body_read_all);
    must(write(fds[0], "hello", 5));
    until_asleep(helper.tid);
    must(write(fds[0], "world!", 6));
    finish(&helper);
    must(read(fds[1], buffer, 100));
    start(&helper, body_read_all);
    must(write(fds[0], "hello", 5));
    until_asleep(helper.tid);
    must(shutdown(fds[0], SHUT_WR));
    finish(&helper);
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_read);
    must(shutdown(fds[1], SHUT_RD));
    finish(&helper);
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_poll);
    must(write(fds[0], "x", 1));
    finish(&helper);
    must(read(fds[1], buffer, 100));
    start(&helper, body_poll);
    must(close(fds[0]));
    finish(&helper);
    close(fds[1]);
}

static void datagram_readers(int type)
{
    struct helper helper;

    must(socketpair(AF_UNIX, type, 0, fds));
    start(&helper, body_read);
    must(send(fds[0], "", 0, 0));
    finish(&helper);
    start(&helper, body_read);
    must(shutdown(fds[1], SHUT_RD));
    finish(&helper);
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, type, 0, fds));
    start(&helper, body_read);
    if (type == SOCK_SEQPACKET) {
        must(close(fds[0]));
        finish(&helper);
    } else {
        must(send(fds[0], "x", 1, 0));
        finish(&helper);
        close(fds[0]);
    }
    close(fds[1]);
}

static void writers(void)
{
    struct helper helper;
    long sum = 0, result;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_write);
    while (sum < (long)sizeof(buffer) && (result = read(fds[1], buffer, 5000)) > 0)
        sum += result;
    finish(&helper);
    say("read %ld", sum);
    close(fds[0]);
    close(fds[1]);
    signal(SIGPIPE, SIG_IGN);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_write);
    must(close(fds[1]));
    finish(&helper);
    close(fds[0]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    start(&helper, body_write);
    must(shutdown(fds[0], SHUT_WR));
    finish(&helper);
    close(fds[0]);
    close(fds[1]);
}

static void full_datagrams(void)
{
    struct helper helper;

    fds[1] = sock(SOCK_DGRAM);
    fds[0] = sock(SOCK_DGRAM);
    must(bind(fds[1], (void *)&address, sizeof(address)));
    must(connect(fds[0], (void *)&address, sizeof(address)));
    while (send(fds[0], "x", 1, MSG_DONTWAIT) == 1)
        ;
    start(&helper, body_send);
    must(read(fds[1], buffer, 10));
    finish(&helper);
    close(fds[0]);
    close(fds[1]);
    fds[1] = sock(SOCK_DGRAM);
    fds[0] = sock(SOCK_DGRAM);
    must(bind(fds[1], (void *)&address, sizeof(address)));
    must(connect(fds[0], (void *)&address, sizeof(address)));
    while (send(fds[0], "x", 1, MSG_DONTWAIT) == 1)
        ;
    start(&helper, body_send);
    must(close(fds[1]));
    finish(&helper);
    close(fds[0]);
}

static void backlog(void)
{
    struct helper helper;
    int clients[3], more, server;
    struct timeval soon = {0, 30000};

    listener = listening(1);
    clients[0] = connected();
    clients[1] = connected();
    more = sock(SOCK_STREAM | SOCK_NONBLOCK);
    call("a third, nonblocking", connect(more, (void *)&address, sizeof(address)));
    close(more);
    more = sock(SOCK_STREAM);
    must(setsockopt(more, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)));
    call("a third, for some time", connect(more, (void *)&address, sizeof(address)));
    close(more);
    start(&helper, body_connect);
    server = (int)must(accept(listener, NULL, NULL));
    finish(&helper);
    close(server);
    start(&helper, body_connect);
    must(listen(listener, 10));
    finish(&helper);
    call("a smaller one", listen(listener, 0));
    start(&helper, body_connect);
    must(close(listener));
    finish(&helper);
    call("its connections are reset", read(clients[1], buffer, 1));
    call("then ended", read(clients[1], buffer, 1));
    close(clients[0]);
    close(clients[1]);
    listener = listening(0);
    start(&helper, body_accept);
    clients[0] = connected();
    finish(&helper);
    start(&helper, body_accept);
    must(shutdown(listener, SHUT_RD));
    finish(&helper);
    close(clients[0]);
    close(listener);
}

static void limits_of_time(void)
{
    struct timeval soon = {0, 30000}, none = {-1, 0};
    struct timespec before, after;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    must(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)));
    must(setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)));
    clock_gettime(CLOCK_MONOTONIC, &before);
    call("read in time", read(fds[0], buffer, 1));
    clock_gettime(CLOCK_MONOTONIC, &after);
    yes("it took its time",
        (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >=
            20000000); /* Linux counts ticks */
    call("write in time", write(fds[0], buffer, sizeof(buffer)) > 200000 ? 1 : -1);
    call("write again", write(fds[0], buffer, 1));
    must(setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none)));
    must(read(fds[1], buffer, sizeof(buffer)));
    call("no time at all", read(fds[1], buffer, 1));
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    must(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)));
    call("datagram in time", read(fds[0], buffer, 1));
    close(fds[0]);
    close(fds[1]);
    listener = listening(1);
    must(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)));
    call("accept in time", accept(listener, NULL, NULL));
    close(listener);
}

static void on_signal(int number)
{
    (void)number;
}

static pthread_t reader_thread;
static volatile int reader_tid;

static void *interrupted(void *label)
{
    reader_tid = (int)syscall(SYS_gettid);
    call(label, read(fds[1], buffer, 1));
    return NULL;
}

static void interrupt(char *label, int flags, bool limit)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
    struct timeval later = {100, 0};

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    if (limit)
        must(setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &later, sizeof(later)));
    must(sigaction(SIGUSR1, &action, NULL));
    reader_tid = 0;
    must(pthread_create(&reader_thread, NULL, interrupted, label));
    while (reader_tid == 0)
        sched_yield();
    until_asleep(reader_tid);
    pthread_kill(reader_thread, SIGUSR1);
    if (flags & SA_RESTART && !limit) {
        until_asleep(reader_tid);
        must(write(fds[0], "x", 1));
    }
    pthread_join(reader_thread, NULL);
    close(fds[0]);
    close(fds[1]);
}

static void forks(void)
{
    int status;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    if (fork() == 0) {
        close(fds[0]);
        must(read(fds[1], buffer, 5));
        must(write(fds[1], "answer", 6));
        _exit(0);
    }
    close(fds[1]);
    must(write(fds[0], "hello", 5));
    call("the answer of a child", read(fds[0], buffer, 100));
    call("its end", read(fds[0], buffer, 100));
    wait(&status);
    close(fds[0]);
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
    if (fork() == 0) {
        execl("/proc/self/exe", "waiting", "executed", NULL);
        _exit(1);
    }
    close(fds[1]);
    call("closed by execve", read(fds[0], buffer, 100));
    wait(&status);
    close(fds[0]);
}

static void epolls(void)
{
    int set = (int)must(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    must(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event));
    call("edge: ready", epoll_wait(set, &event, 1, 0));
    say("  %#x", event.events);
    call("edge: nothing new", epoll_wait(set, &event, 1, 0));
    must(write(fds[1], "x", 1));
    call("edge: data", epoll_wait(set, &event, 1, 0));
    say("  %#x", event.events);
    must(write(fds[1], "x", 1));
    call("edge: more data", epoll_wait(set, &event, 1, 0));
    call("edge: nothing new", epoll_wait(set, &event, 1, 0));
    must(shutdown(fds[1], SHUT_WR));
    call("edge: half closed", epoll_wait(set, &event, 1, 0));
    say("  %#x", event.events);
    close(fds[1]);
    call("edge: closed", epoll_wait(set, &event, 1, 0));
    say("  %#x", event.events);
    close(fds[0]);
    close(set);
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
        return 0;
    readers();
    say("datagrams");
    datagram_readers(SOCK_DGRAM);
    say("sequenced packets");
    datagram_readers(SOCK_SEQPACKET);
    writers();
    full_datagrams();
    backlog();
    limits_of_time();
    interrupt("interrupted", 0, false);
    interrupt("restarted", SA_RESTART, false);
    interrupt("interrupted with a limit", 0, true);
    interrupt("not restarted with a limit", SA_RESTART, true);
    forks();
    epolls();
    return 0;
}
