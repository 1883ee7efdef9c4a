/* connect(2): made, refused, under way, again; names of both ends. */

#include "inet.h"

static void refused(void)
{
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", 9);

    call("refused", connect(fd, AT(at)));
    show_poll("refused", fd);
    say_error("refused", fd);
    say_name("refused", fd, false, -1);
    say_name("refused peer", fd, true, -1);
    call("refused again", connect(fd, AT(at)));
    call("send", send(fd, "x", 1, MSG_NOSIGNAL));
    call("receive", recv(fd, &at, 1, 0));
    close(fd);

    fd = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    call("nonblocking, refused", connect(fd, AT(at)));
    await(fd, POLLOUT);
    show_poll("nonblocking, refused", fd);
    say_error("first", fd);
    say_error("second", fd);
    show_poll("after SO_ERROR", fd);
    call("connect again", connect(fd, AT(at)));
    call("and again", connect(fd, AT(at)));
    close(fd);
}

static void nonblocking(void)
{
    int server = listener(1);
    struct sockaddr_in at = v4("127.0.0.1", port_of(server));
    int fd = (int)must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));

    call("nonblocking", connect(fd, AT(at)));
    await(fd, POLLOUT);
    show_poll("nonblocking", fd);
    say_error("nonblocking", fd);
    call("second", connect(fd, AT(at)));
    call("third", connect(fd, AT(at)));
    say_name("local", fd, false, ntohs(at.sin_port));
    say_name("peer", fd, true, ntohs(at.sin_port));
    call("receive, nothing there", recv(fd, &at, 1, 0));
    close(fd);
    close(server);
}

static void wrong(void)
{
    int server = listener(1);
    struct sockaddr_in at = v4("127.0.0.1", port_of(server)), far = v4("8.8.8.8", 9);
    struct sockaddr_in6 far6 = v6("2001:db8::1", 9), mapped = v6("::ffff:8.8.8.8", 9);
    struct sockaddr_in group = v4("224.0.0.5", 9);
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    int fd6 = (int)must(socket(AF_INET6, SOCK_STREAM, 0));

    call("length 1", connect(fd, (struct sockaddr *)&at, 1));
    call("too short", connect(fd, (struct sockaddr *)&at, 8));
    call("family", connect(fd, AT(far6)));
    call("far", connect(fd, AT(far)));
    call("group", connect(fd, AT(group)));
    call("far v6", connect(fd6, AT(far6)));
    call("far mapped", connect(fd6, AT(mapped)));
    call("v6 too short", connect(fd6, (struct sockaddr *)&far6, 16));
    call("listener", connect(server, AT(at)));
    call("unspec, new", connect(fd, &(struct sockaddr){.sa_family = AF_UNSPEC}, 16));
    must(connect(fd, AT(at)));
    call("connected", connect(fd, AT(at)));
    call("unspec", connect(fd, &(struct sockaddr){.sa_family = AF_UNSPEC}, 16));
    say_name("after unspec", fd, false, -1);
    say_name("after unspec, peer", fd, true, -1);
    show_poll("after unspec", fd);
    call("connect after unspec", connect(fd, AT(at)));
    close(fd);
    close(fd6);
    close(server);
}

static void names(void)
{
    int server = (int)must(socket(AF_INET6, SOCK_STREAM, 0)), fd, peer, port;
    struct sockaddr_in6 at = v6("::", 0);
    struct sockaddr_in at4;

    must(bind(server, AT(at)));
    must(listen(server, 5));
    port = port_of(server);
    say_name("listener", server, false, port);
    at4 = v4("127.0.0.1", port);
    fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(fd, AT(at4)));
    peer = (int)must(accept(server, NULL, NULL));
    say_name("v4 client", fd, false, port);
    say_name("v4 client, peer", fd, true, port);
    say_name("v4 at v6 server", peer, false, port);
    say_name("v4 at v6 server, peer", peer, true, port);
    close(fd);
    close(peer);
    at = v6("::1", port);
    fd = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    must(connect(fd, AT(at)));
    peer = (int)must(accept(server, NULL, NULL));
    say_name("v6 client", fd, false, port);
    say_name("v6 server, peer", peer, true, port);
    close(fd);
    close(peer);
    at = v6("::ffff:127.0.0.1", port);
    fd = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    must(connect(fd, AT(at)));
    peer = (int)must(accept(server, NULL, NULL));
    say_name("mapped client", fd, false, port);
    say_name("mapped client, peer", fd, true, port);
    close(fd);
    close(peer);
    at4 = v4("127.9.9.9", port);
    fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(fd, AT(at4)));
    peer = (int)must(accept(server, NULL, NULL));
    say_name("to 127.9.9.9", fd, false, port);
    say_name("to 127.9.9.9, server", peer, false, port);
    close(fd);
    close(peer);
    at4 = v4("0.0.0.0", port);
    fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(fd, AT(at4)));
    say_name("to any, peer", fd, true, port);
    close(fd);
    at = v6("::", port);
    fd = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    must(connect(fd, AT(at)));
    say_name("to ::, peer", fd, true, port);
    close(fd);
    close(server);
}

int main(void)
{
    loopback_up();
    refused();
    nonblocking();
    wrong();
    names();
}
