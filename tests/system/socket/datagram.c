/* AF_UNIX datagrams and sequenced packets: borders, names, connecting, full queues, poll, ends. */

#include "socket.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

/* The calls themselves: the library looks into the header. */
#define sendmsg(fd, message, flags) syscall(SYS_sendmsg, fd, message, flags)
#define recvmsg(fd, message, flags) syscall(SYS_recvmsg, fd, message, flags)

#define BASE offsetof(struct sockaddr_un, sun_path)

static int fds[2];
static char buffer[300000];
static struct sockaddr_un address;

static socklen_t name(const char *text)
{
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, text, strlen(text));
    return (socklen_t)(BASE + 1 + strlen(text));
}

static int datagram(const char *text)
{
    int fd = (int)must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));

    if (text != NULL)
        must(bind(fd, (void *)&address, name(text)));
    return fd;
}

static void receive(const char *label, int fd, size_t len, int flags)
{
    struct sockaddr_un from;
    struct iovec part = {buffer, len};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1};
    long result;

    memset(&from, 0, sizeof(from));
    memset(buffer, 0, 64);
    result = call(label, recvmsg(fd, &message, flags));
    if (result < 0)
        return;
    say("  \"%.8s\" flags %#x, from length %d \"%s\"", buffer, message.msg_flags,
        (int)message.msg_namelen, from.sun_path + 1);
}

static void borders(int type)
{
    int count = -1;

    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
    show_poll("fresh", fds[0]);
    receive("nothing", fds[1], 10, 0);
    call("send", send(fds[0], "hello", 5, 0));
    call("send nothing", send(fds[0], "", 0, 0));
    call("write", write(fds[0], "world!", 6));
    call("write nothing", write(fds[0], "", 0));
    call("send EOR", send(fds[0], "eor", 3, MSG_EOR));
    call("send OOB", send(fds[0], "oob", 3, MSG_OOB));
    show_poll("reader", fds[1]);
    call("FIONREAD", ioctl(fds[1], FIONREAD, &count));
    say("  %d", count);
    receive("peek", fds[1], 100, MSG_PEEK);
    receive("peek little", fds[1], 2, MSG_PEEK);
    receive("peek TRUNC", fds[1], 2, MSG_PEEK | MSG_TRUNC);
    receive("recv little", fds[1], 2, 0);
    receive("recv of nothing", fds[1], 100, 0);
    receive("recv TRUNC", fds[1], 3, MSG_TRUNC);
    call("read(0) takes nothing", read(fds[1], buffer, 0));
    receive("recv of nothing", fds[1], 100, 0);
    receive("recv WAITALL", fds[1], 100, MSG_WAITALL);
    receive("nothing left", fds[1], 100, 0);
    call("recv OOB", recv(fds[1], buffer, 1, MSG_OOB));
    call("send", send(fds[0], "lost", 4, 0));
    call("recv to nowhere", recv(fds[1], (void *)8, 4, 0));
    receive("it is gone", fds[1], 100, 0);
    call("send from nowhere", send(fds[0], (void *)8, 4, 0));
    call("send largest", send(fds[0], buffer, 212992 - 32, 0));
    call("recv largest", recv(fds[1], buffer, sizeof(buffer), 0));
    call("send larger", send(fds[0], buffer, 212992 - 31, 0));
    close(fds[0]);
    show_poll("peer closed", fds[1]);
    call("send to the dead", send(fds[1], "x", 1, 0));
    call("write to the dead", write(fds[1], "x", 1));
    receive("recv", fds[1], 10, 0);
    show_poll("afterwards", fds[1]);
    close(fds[1]);
    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
    call("send", send(fds[0], "unread", 6, 0));
    call("send", send(fds[1], "other", 5, 0));
    close(fds[1]);
    show_poll("peer closed with data", fds[0]);
    receive("recv", fds[0], 10, 0);
    receive("recv", fds[0], 10, 0);
    receive("recv", fds[0], 10, 0);
    call("send", send(fds[0], "x", 1, 0));
    call("send", send(fds[0], "x", 1, 0));
    close(fds[0]);
}

static void shutdowns(int type)
{
    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
    call("send", send(fds[0], "before", 6, 0));
    call("shutdown write", shutdown(fds[0], SHUT_WR));
    show_poll("shut", fds[0]);
    show_poll("other", fds[1]);
    call("send", send(fds[0], "x", 1, 0));
    receive("recv", fds[1], 10, 0);
    receive("recv", fds[1], 10, 0);
    call("shutdown read", shutdown(fds[0], SHUT_RD));
    show_poll("shut", fds[0]);
    show_poll("other", fds[1]);
    call("send", send(fds[1], "x", 1, 0));
    receive("recv", fds[0], 10, 0);
    fcntl(fds[0], F_SETFL, 0);
    receive("recv, waiting", fds[0], 10, 0);
    close(fds[0]);
    close(fds[1]);
}

static void names(void)
{
    int a = datagram("a"), b = datagram("b"), c = datagram(NULL), stream;

    call("a to b", sendto(a, "ab", 2, 0, (void *)&address, name("b")));
    call("c to b", sendto(c, "cb", 2, 0, (void *)&address, name("b")));
    call("c to nobody", sendto(c, "x", 1, 0, (void *)&address, name("x")));
    call("c unconnected", send(c, "x", 1, 0));
    call("write unconnected", write(c, "x", 1));
    call("c, a bad address", sendto(c, "x", 1, 0, (void *)&address, 2));
    call("c, another family", sendto(c, "x", 1, 0, (void *)&(struct sockaddr){.sa_family = 2}, 16));
    call("c, length 129", sendto(c, "x", 1, 0, (void *)&address, 129));
    receive("b", b, 10, 0);
    receive("b", b, 10, 0);
    receive("b", b, 10, 0);
    stream = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    call("stream with this name", bind(stream, (void *)&address, name("b")));
    call("b to itself", sendto(b, "bb", 2, 0, (void *)&address, name("b")));
    receive("b", b, 10, 0);
    call("connect c to b", connect(c, (void *)&address, name("b")));
    call("c", send(c, "1", 1, 0));
    call("a is still heard", sendto(a, "2", 1, 0, (void *)&address, name("b")));
    receive("b", b, 10, 0);
    receive("b", b, 10, 0);
    call("connect b to a", connect(b, (void *)&address, name("a")));
    call("c is not heard", send(c, "3", 1, 0));
    call("c connects again", connect(c, (void *)&address, name("b")));
    call("b's own", send(b, "4", 1, 0));
    receive("a", a, 10, 0);
    call("to another one", sendto(b, "5", 1, 0, (void *)&address, name("a")));
    receive("a", a, 10, 0);
    address.sun_family = AF_UNSPEC;
    call("disconnect b", connect(b, (void *)&address, sizeof(address)));
    call("b unconnected", send(b, "x", 1, 0));
    call("c", send(c, "6", 1, 0));
    call("disconnect c", connect(c, (void *)&address, 2));
    call("disconnect c again", connect(c, (void *)&address, 2));
    close(a);
    close(b);
    close(c);
    close(stream);
}

static void disconnects(void)
{
    int a = datagram("a"), b = datagram("b");

    must(connect(a, (void *)&address, name("b")));
    must(connect(b, (void *)&address, name("a")));
    must(send(b, "lost", 4, 0));
    must(send(a, "kept", 4, 0));
    address.sun_family = AF_UNSPEC;
    call("disconnect a with data", connect(a, (void *)&address, sizeof(address)));
    receive("a", a, 10, 0);
    show_poll("b", b);
    receive("b says it", b, 10, 0);
    receive("b", b, 10, 0);
    call("b to a", send(b, "again", 5, 0));
    receive("a", a, 10, 0);
    close(a);
    call("b to the dead", send(b, "x", 1, 0));
    call("b to the dead again", send(b, "x", 1, 0));
    call("by name", sendto(b, "x", 1, 0, (void *)&address, name("a")));
    close(b);
    a = datagram("a");
    b = datagram("b");
    must(connect(b, (void *)&address, name("a")));
    close(a);
    a = datagram("a");
    call("the name lives again", send(b, "x", 1, 0));
    call("by name", sendto(b, "x", 1, 0, (void *)&address, name("a")));
    receive("a", a, 10, 0);
    call("connect to itself", connect(a, (void *)&address, name("a")));
    call("send to itself", send(a, "self", 4, 0));
    receive("a", a, 10, 0);
    close(a);
    close(b);
}

static void full(void)
{
    int a = datagram("a"), b = datagram("b"), sent = 0;
    struct timeval soon = {0, 20000};

    must(connect(b, (void *)&address, name("a")));
    while (send(b, "x", 1, 0) == 1)
        sent++;
    say("%d datagrams, then %s", sent, errno_name(errno));
    show_poll("sender", b);
    show_poll("receiver", a);
    call("by name", sendto(b, "x", 1, 0, (void *)&address, name("a")));
    call("waiting", setsockopt(b, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)));
    fcntl(b, F_SETFL, 0);
    call("waiting for long enough", send(b, "x", 1, 0));
    call("not waiting", send(b, "x", 1, MSG_DONTWAIT));
    receive("receive one", a, 10, 0);
    show_poll("sender", b);
    call("room for one", send(b, "x", 1, 0));
    show_poll("sender", b);
    fcntl(b, F_SETFL, O_NONBLOCK);
    must(connect(a, (void *)&address, name("b")));
    show_poll("connected back", b);
    sent = 0;
    while (send(b, "x", 1, 0) == 1)
        sent++;
    say("%d more when connected back, then %s", sent, errno_name(errno));
    close(a);
    show_poll("receiver gone", b);
    close(b);
    must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
    sent = 0;
    while (send(fds[0], "x", 1, 0) == 1)
        sent++;
    say("%d in a pair, then %s", sent, errno_name(errno));
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
    sent = 0;
    while (send(fds[0], buffer, 10000, 0) == 10000)
        sent++;
    say("%d of 10000 bytes, then %s", sent, errno_name(errno));
    sent = 0;
    while (send(fds[1], buffer, 50000, 0) == 50000)
        sent++;
    say("%d of 50000 bytes, then %s", sent, errno_name(errno));
    close(fds[0]);
    close(fds[1]);
}

static void sequences(void)
{
    int listener = (int)must(socket(AF_UNIX, SOCK_SEQPACKET, 0));
    int client = (int)must(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0)), server;

    show_poll("unconnected", client);
    call("send unconnected", send(client, "x", 1, 0));
    call("recv unconnected", recv(client, buffer, 1, 0));
    must(bind(listener, (void *)&address, name("s")));
    must(listen(listener, 1));
    call("recv from a listener", recv(listener, buffer, 1, 0));
    must(connect(client, (void *)&address, name("s")));
    call("send before accept", send(client, "early", 5, 0));
    call("sendto is as send", sendto(client, "named", 5, 0, (void *)&address, name("nobody")));
    server = (int)must(accept4(listener, NULL, NULL, SOCK_NONBLOCK));
    receive("server", server, 10, 0);
    receive("server", server, 10, 0);
    call("answer", send(server, "yes", 3, 0));
    receive("client", client, 10, 0);
    close(server);
    show_poll("server gone", client);
    receive("client", client, 10, 0);
    call("send", send(client, "x", 1, 0));
    close(client);
    close(listener);
}

static void peek_offset(void)
{
    int value = 1;
    socklen_t len = sizeof(value);

    must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
    must(setsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, sizeof(value)));
    must(send(fds[0], "abcd", 4, 0));
    must(send(fds[0], "efgh", 4, 0));
    receive("peek", fds[1], 2, MSG_PEEK);
    receive("peek", fds[1], 10, MSG_PEEK);
    receive("peek", fds[1], 10, MSG_PEEK);
    receive("peek", fds[1], 10, MSG_PEEK);
    receive("recv", fds[1], 10, 0);
    must(getsockopt(fds[1], SOL_SOCKET, SO_PEEK_OFF, &value, &len));
    say("offset %d", value);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    memset(buffer, 'z', sizeof(buffer));
    signal(SIGPIPE, SIG_DFL);
    say("datagrams");
    borders(SOCK_DGRAM);
    shutdowns(SOCK_DGRAM);
    say("sequenced packets");
    borders(SOCK_SEQPACKET);
    shutdowns(SOCK_SEQPACKET);
    names();
    disconnects();
    full();
    sequences();
    peek_offset();
    return 0;
}
