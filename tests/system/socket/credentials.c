/* SCM_CREDENTIALS, SO_PASSCRED, SO_PEERCRED: who sends, who is at the other end. */

#include "test.h"

#include <sys/socket.h>
#include <sys/un.h>

/* The calls themselves: the library looks into the header. */
#define sendmsg(fd, message, flags) syscall(SYS_sendmsg, fd, message, flags)
#define recvmsg(fd, message, flags) syscall(SYS_recvmsg, fd, message, flags)

struct identity {
    int pid;
    unsigned uid, gid;
};

static int fds[2];

static void pass(int fd, int on)
{
    must(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

static long claim(int fd, int pid, unsigned uid, unsigned gid)
{
    char control[CMSG_SPACE(sizeof(struct identity))];
    struct identity identity = {pid, uid, gid};
    struct iovec part = {"data", 4};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *header;

    memset(control, 0, sizeof(control));
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(sizeof(identity));
    memcpy(CMSG_DATA(header), &identity, sizeof(identity));
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const char *who(int pid)
{
    if (pid == getpid())
        return "me";
    if (pid == getppid())
        return "my parent";
    return pid == 0 ? "nobody" : pid == 1 ? "init" : "another";
}

static void take(const char *label, int fd, size_t room, size_t len)
{
    char control[200], data[64];
    struct iovec part = {data, len};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    struct identity identity = {-9, 9, 9};
    struct cmsghdr *header;

    memset(control, 0, sizeof(control));
    if (call(label, recvmsg(fd, &message, MSG_DONTWAIT)) < 0)
        return;
    say("  flags %#x, control %zu", message.msg_flags, (size_t)message.msg_controllen);
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        memcpy(&identity, CMSG_DATA(header), sizeof(identity));
        say("  level %d type %d length %zu: pid %s, uid %d, gid %d", header->cmsg_level,
            header->cmsg_type, (size_t)header->cmsg_len, who(identity.pid), (int)identity.uid,
            (int)identity.gid);
    }
}

static void passing(int type)
{
    must(socketpair(AF_UNIX, type, 0, fds));
    must(write(fds[0], "early", 5));
    pass(fds[1], 1);
    take("sent before it was wanted", fds[1], 100, 64);
    must(write(fds[0], "1234", 4));
    take("wanted", fds[1], 100, 64);
    must(write(fds[0], "1234", 4));
    take("no room", fds[1], 0, 64);
    must(write(fds[0], "1234", 4));
    take("little room", fds[1], 20, 64);
    call("claim to be myself", claim(fds[0], getpid(), 0, 0));
    take("take", fds[1], 100, 64);
    call("claim to be init, 5, 6", claim(fds[0], 1, 5, 6));
    take("take", fds[1], 100, 64);
    call("claim to be a process that is none", claim(fds[0], 32000, 0, 0));
    call("claim pid 0", claim(fds[0], 0, 0, 0));
    call("claim uid -1", claim(fds[0], getpid(), ~0u, 0));
    pass(fds[1], 0);
    call("claim", claim(fds[0], getpid(), 3, 4));
    take("not wanted", fds[1], 100, 64);
    pass(fds[0], 1);
    must(write(fds[0], "1234", 4));
    pass(fds[1], 1);
    take("wanted by the sender", fds[1], 100, 64);
    close(fds[0]);
    take("the end", fds[1], 100, 64);
    close(fds[1]);
}

static void gluing(void)
{
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    pass(fds[1], 1);
    must(write(fds[0], "ab", 2));
    must(write(fds[0], "cd", 2));
    must(claim(fds[0], 1, 1, 1));
    must(claim(fds[0], 1, 1, 1));
    must(claim(fds[0], 1, 2, 1));
    take("of one sender", fds[1], 100, 64);
    take("of the next", fds[1], 100, 64);
    take("of the last", fds[1], 100, 64);
    pass(fds[1], 0);
    must(write(fds[0], "ab", 2));
    must(claim(fds[0], 1, 1, 1));
    take("together when nobody asks", fds[1], 100, 64);
    close(fds[0]);
    close(fds[1]);
}

static void unprivileged(void)
{
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    pass(fds[1], 1);
    must(setresgid(1000, 1001, 1002));
    must(setresuid(1000, 1001, 1002));
    must(write(fds[0], "1234", 4));
    take("real ids", fds[1], 100, 64);
    call("claim effective ids", claim(fds[0], getpid(), 1001, 1001));
    take("take", fds[1], 100, 64);
    call("claim saved ids", claim(fds[0], getpid(), 1002, 1002));
    call("claim another uid", claim(fds[0], getpid(), 5, 1000));
    call("claim another gid", claim(fds[0], getpid(), 1000, 5));
    call("claim another pid", claim(fds[0], getppid(), 1000, 1000));
    exit(0);
}

static void show_peer(const char *label, int fd)
{
    struct identity identity = {-9, 9, 9};
    socklen_t len = sizeof(identity);

    call(label, getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &identity, &len));
    say("  %s, %d, %d", who(identity.pid), (int)identity.uid, (int)identity.gid);
}

static void peers(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0peers"};
    int listener = (int)must(socket(AF_UNIX, SOCK_STREAM, 0)), client, server, status;
    socklen_t len;

    must(bind(listener, (void *)&address, sizeof(address)));
    show_peer("bound", listener);
    must(listen(listener, 4));
    show_peer("listening", listener);
    if (fork() == 0) {
        must(setgid(1000));
        must(setuid(1000));
        client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
        show_peer("client before", client);
        must(connect(client, (void *)&address, sizeof(address)));
        show_peer("client", client);
        exit(0);
    }
    wait(&status);
    server = (int)must(accept(listener, NULL, NULL));
    show_peer("server", server);
    close(server);
    client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    pass(client, 1);
    must(connect(client, (void *)&address, sizeof(address)));
    len = sizeof(address);
    memset(&address, 0, sizeof(address));
    must(getsockname(client, (void *)&address, &len));
    say("a socket that passes credentials gets a name: length %d", (int)len);
    must(write(client, "1234", 4));
    server = (int)must(accept(listener, NULL, NULL));
    pass(server, 1);
    take("sent before accept", server, 100, 64);
    close(client);
    close(server);
    pass(listener, 1);
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, "\0peers", 6);
    client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    must(connect(client, (void *)&address, sizeof(address)));
    must(write(client, "1234", 4));
    server = (int)must(accept(listener, NULL, NULL));
    take("accepted from one that wants them", server, 100, 64);
    close(client);
    close(server);
    close(listener);
    client = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0));
    show_peer("datagram", client);
    close(client);
}

static void stamps(int type)
{
    int on = 1;
    char control[200], data[8];
    struct iovec part = {data, 8};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 200};
    struct cmsghdr *header;

    must(socketpair(AF_UNIX, type, 0, fds));
    must(setsockopt(fds[1], SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on)));
    must(write(fds[0], "1234", 4));
    must(recvmsg(fds[1], &message, 0));
    say("control %zu", (size_t)message.msg_controllen);
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        say("  level %d type %d length %zu", header->cmsg_level, header->cmsg_type,
            (size_t)header->cmsg_len);
    must(setsockopt(fds[1], SOL_SOCKET, 35, &on, sizeof(on)));
    must(write(fds[0], "1234", 4));
    message.msg_controllen = 200;
    must(recvmsg(fds[1], &message, 0));
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        struct timespec then, now;

        memcpy(&then, CMSG_DATA(header), sizeof(then));
        clock_gettime(CLOCK_REALTIME, &now);
        say("  level %d type %d, now or a little before: %d", header->cmsg_level, header->cmsg_type,
            then.tv_sec <= now.tv_sec && then.tv_sec > now.tv_sec - 600);
    }
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    say("stream");
    passing(SOCK_STREAM);
    say("datagram");
    passing(SOCK_DGRAM);
    gluing();
    in_child("unprivileged", unprivileged);
    peers();
    say("time of a datagram");
    stamps(SOCK_DGRAM);
    return 0;
}
