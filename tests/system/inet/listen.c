/* listen(2), accept(2): queues, ends, polls, epoll. */

#include "inet.h"

#include <sys/epoll.h>

static void accepting(void)
{
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0)), client, peer;
    struct sockaddr_in at = v4("127.0.0.1", 0), from;
    socklen_t len = sizeof(from);

    call("accept, not listening", accept(fd, NULL, NULL));
    call("listen unbound", listen(fd, 1));
    say_name("has a port", fd, false, -1);
    show_poll("listening", fd);
    say_name("peer", fd, true, -1);
    call("send", send(fd, "x", 1, MSG_NOSIGNAL));
    call("receive", recv(fd, &at, 1, 0));
    call("listen again", listen(fd, 5));
    call("bind after", bind(fd, AT(at)));
    set_nonblocking(fd);
    call("accept nothing", accept(fd, NULL, NULL));
    client = connect_to(fd);
    await(fd, POLLIN);
    show_poll("one there", fd);
    peer = (int)call_ok("accept4", accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK));
    say("len %d family %d, nonblocking %d", (int)len, from.sin_family,
        (fcntl(peer, F_GETFL) & O_NONBLOCK) != 0);
    yes("the client's port", from.sin_port == htons((uint16_t)port_of(client)));
    call("bad flag", accept4(fd, NULL, NULL, 0x40));
    call("listen connected", listen(client, 1));
    call("accept at client", accept(client, NULL, NULL));
    close(client);
    close(peer);
    close(fd);
    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    call("listen udp", listen(fd, 1));
    call("accept udp", accept(fd, NULL, NULL));
    close(fd);
}

static void unaccepted(void)
{
    int fd = listener(4), clients[3];
    char byte;

    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(fd);
    call("sends before it is accepted", send(clients[0], "hi", 2, 0));
    close(fd);
    for (int i = 0; i < 3; i++) {
        await(clients[i], POLLERR);
        show_poll("listener closed", clients[i]);
        call("receive", recv(clients[i], &byte, 1, 0));
        close(clients[i]);
    }
}

static void gone(void)
{
    int fd = listener(4), client = connect_to(fd), peer;
    char text[8];

    must(send(client, "bye", 3, 0));
    close(client);
    peer = (int)call_ok("accept of one that has gone", accept(fd, NULL, NULL));
    call("receive", recv(peer, text, sizeof(text), 0));
    call("receive", recv(peer, text, sizeof(text), 0));
    close(peer);
    close(fd);
}

static void stopping(void)
{
    int fd = listener(4), client, status;
    struct sockaddr_in at = v4("127.0.0.1", port_of(fd));
    pid_t child = fork();

    if (child == 0)
        _exit(accept(fd, NULL, NULL) < 0 ? errno : 0);
    wait_until_asleep(child);
    call("shutdown write", shutdown(fd, SHUT_WR));
    call("shutdown read", shutdown(fd, SHUT_RD));
    waitpid(child, &status, 0);
    say("accept while shut down: %s", errno_name(WEXITSTATUS(status)));
    show_poll("shut", fd);
    client = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    call("connect", connect(client, AT(at)));
    call("listen again", listen(fd, 4));
    at = v4("127.0.0.1", port_of(fd));
    call("connect", connect(client, AT(at)));
    call_ok("accept", accept(fd, NULL, NULL));
    close(client);
    close(fd);
}

static void edges(void)
{
    int ends[2], epoll = (int)must(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    char text[8];

    tcp_pair(ends);
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
    call("first", epoll_wait(epoll, &event, 1, 0));
    say("events %x", event.events);
    call("no change", epoll_wait(epoll, &event, 1, 0));
    must(send(ends[0], "ab", 2, 0));
    call("data", epoll_wait(epoll, &event, 1, -1));
    say("events %x", event.events);
    call("no change", epoll_wait(epoll, &event, 1, 0));
    must(recv(ends[1], text, 1, 0));
    call("half read", epoll_wait(epoll, &event, 1, 0));
    must(send(ends[0], "c", 1, 0));
    call("more data", epoll_wait(epoll, &event, 1, -1));
    shutdown(ends[0], SHUT_WR);
    call("end", epoll_wait(epoll, &event, 1, -1));
    say("events %x", event.events);
    close(ends[0]);
    close(ends[1]);
    close(epoll);
}

/* Options that a listener hands on. */
static void inherited(void)
{
    int fd = listener(1), client, peer, value;
    socklen_t len = sizeof(value);

    must(set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    must(set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    must(set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77));
    must(set_int(fd, IPPROTO_IP, IP_TTL, 33));
    client = connect_to(fd);
    peer = (int)must(accept(fd, NULL, NULL));
    must(getsockopt(peer, SOL_SOCKET, SO_KEEPALIVE, &value, &len));
    say("keepalive %d", value);
    must(getsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &value, &len));
    say("nodelay %d", value);
    must(getsockopt(peer, IPPROTO_TCP, TCP_KEEPIDLE, &value, &len));
    say("keepidle %d", value);
    must(getsockopt(peer, IPPROTO_IP, IP_TTL, &value, &len));
    say("ttl %d", value);
    must(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len));
    say("listens %d", value);
    must(getsockopt(peer, SOL_SOCKET, SO_ACCEPTCONN, &value, &len));
    say("peer listens %d", value);
    close(client);
    close(peer);
    close(fd);
}

int main(void)
{
    loopback_up();
    accepting();
    unaccepted();
    gone();
    stopping();
    edges();
    inherited();
}
