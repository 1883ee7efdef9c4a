/* SCM_RIGHTS: passing descriptors, room for them, peeking, errors, cycles that are collected. */

#include "test.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The calls themselves: the library looks into the header. */
#define sendmsg(fd, message, flags) syscall(SYS_sendmsg, fd, message, flags)
#define recvmsg(fd, message, flags) syscall(SYS_recvmsg, fd, message, flags)

static int fds[2];

/* Send @nr descriptors with @len bytes. */
static long give(int through, const int *what, int nr, size_t len)
{
    static char control[CMSG_SPACE(sizeof(int) * 300)];
    struct iovec part = {"data", len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control};
    struct cmsghdr *header;

    memset(control, 0, sizeof(control));
    message.msg_controllen = CMSG_SPACE(sizeof(int) * (unsigned)nr);
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * (unsigned)nr);
    memcpy(CMSG_DATA(header), what, sizeof(int) * (unsigned)nr);
    return sendmsg(through, &message, MSG_NOSIGNAL);
}

/* Receive with room for @room bytes of control; the descriptors into @got. */
static long take(const char *label, int from, size_t room, int flags, int *got)
{
    static char control[CMSG_SPACE(sizeof(int) * 300)];
    char data[64];
    struct iovec part = {data, 4};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    long result = call(label, recvmsg(from, &message, flags));
    struct cmsghdr *header;
    int nr = 0;

    if (result < 0)
        return result;
    say("  flags %#x, control %zu", message.msg_flags, (size_t)message.msg_controllen);
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        nr = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        say("  level %d type %d: %d descriptors", header->cmsg_level, header->cmsg_type, nr);
        memcpy(got, CMSG_DATA(header), sizeof(int) * (unsigned)nr);
    }
    return nr;
}

static void close_all(const int *what, long nr)
{
    for (long i = 0; i < nr; i++)
        close(what[i]);
}

static void passing(int type)
{
    int file = (int)must(open("/tmp/passed", O_RDWR | O_CREAT | O_TRUNC, 0600));
    int place = (int)must(open("/tmp", O_PATH)), got[300], what[3] = {file, place, file};
    char text[8] = "";

    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
    must(write(file, "through", 7));
    call("give one", give(fds[0], &file, 1, 4));
    close_all(got, take("take one", fds[1], 100, 0, got));
    call("give one", give(fds[0], &file, 1, 4));
    take("take close-on-exec", fds[1], 100, MSG_CMSG_CLOEXEC, got);
    say("close-on-exec %d", fcntl(got[0], F_GETFD));
    must(lseek(file, 0, SEEK_SET));
    call("read through it", read(got[0], text, 7));
    say("  \"%s\", position shared: %ld", text, (long)lseek(file, 0, SEEK_CUR));
    close(got[0]);
    call("give three", give(fds[0], what, 3, 4));
    close_all(got, take("room for two", fds[1], CMSG_SPACE(8), 0, got));
    call("give three", give(fds[0], what, 3, 4));
    close_all(got, take("room for one and a half", fds[1], CMSG_LEN(4) + 2, 0, got));
    call("give three", give(fds[0], what, 3, 4));
    take("room for a header", fds[1], CMSG_LEN(0), 0, got);
    call("give three", give(fds[0], what, 3, 4));
    take("no room", fds[1], 0, 0, got);
    call("give three", give(fds[0], what, 3, 4));
    call("read instead", read(fds[1], text, 4));
    call("give one", give(fds[0], &file, 1, 4));
    close_all(got, take("peek", fds[1], 100, MSG_PEEK, got));
    close_all(got, take("peek", fds[1], 100, MSG_PEEK, got));
    close_all(got, take("take", fds[1], 100, 0, got));
    take("nothing", fds[1], 100, 0, got);
    call("give without data", give(fds[0], &file, 1, 0));
    close_all(got, take("take", fds[1], 100, 0, got));
    call("give none", give(fds[0], &file, 0, 4));
    take("take", fds[1], 100, 0, got);
    close(fds[0]);
    close(fds[1]);
    close(file);
    close(place);
}

static void borders(void)
{
    int got[10], text;
    char data[64];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    must(write(fds[0], "before", 6));
    must(give(fds[0], fds, 1, 4));
    must(write(fds[0], "after", 5));
    must(give(fds[0], fds, 1, 4));
    call("first read", text = (int)read(fds[1], data, 64));
    say("  \"%.*s\"", text, data);
    close_all(got, take("the next", fds[1], 100, 0, got));
    call("then", text = (int)read(fds[1], data, 64));
    say("  \"%.*s\"", text, data);
    call("then", text = (int)read(fds[1], data, 2));
    call("the rest has none", text = (int)take("rest", fds[1], 100, 0, got));
    close(fds[0]);
    close(fds[1]);
}

static long send_control(const void *control, size_t len)
{
    struct iovec part = {"data", 4};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = (void *)control, .msg_controllen = len};

    return sendmsg(fds[0], &message, MSG_NOSIGNAL);
}

static void errors(void)
{
    struct {
        struct cmsghdr header;
        int values[8];
    } control;
    int many[300], bad[2] = {0, 99}, got[300];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    call("a bad descriptor", give(fds[0], bad, 2, 4));
    bad[1] = -1;
    call("descriptor -1", give(fds[0], bad, 2, 4));
    memset(many, 0, sizeof(many));
    call("253", give(fds[0], many, 253, 4));
    call("254", give(fds[0], many, 254, 4));
    close_all(got, take("take 253", fds[1], 4096, 0, got));
    memset(&control, 0, sizeof(control));
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(4), .cmsg_level = 1, .cmsg_type = 9};
    call("unknown type", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_type = 3;
    call("security", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_level = 77;
    call("unknown level", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_level = 1;
    control.header.cmsg_type = 1;
    control.header.cmsg_len = 3;
    call("length 3", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_len = 1000;
    call("length 1000", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_len = CMSG_LEN(4) - 1;
    call("a part of a descriptor", send_control(&control, CMSG_SPACE(4)));
    control.header.cmsg_len = CMSG_LEN(4);
    call("control shorter than a header", send_control(&control, 15));
    call("control of one byte", send_control(&control, 1));
    call("control nowhere", send_control((void *)8, 24));
    call("control of 20481", send_control(&control, 20481));
    call("control of 2^31", send_control(&control, 1ul << 31));
    call("nothing connected", ({
             int lonely = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
             long result = give(lonely, many, 1, 4);
             close(lonely);
             result;
         }));
    call("bad control, nothing connected", ({
             int lonely = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
             long result = give(lonely, bad, 2, 4);
             close(lonely);
             result;
         }));
    close(fds[0]);
    close(fds[1]);
}

/* The reading end of a pipe whose writing end is sent away: it ends when the last one is gone. */
static int pipe_through(int through)
{
    int ends[2];

    must(pipe2(ends, O_NONBLOCK));
    must(give(through, &ends[1], 1, 4));
    close(ends[1]);
    return ends[0];
}

/* Linux collects in the background: wait for it. */
static void show_end(const char *label, int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    char byte;

    must(poll(&entry, 1, 20000));
    call(label, read(fd, &byte, 1));
    close(fd);
}

/* Closing a socket of its own lets the kernel look. */
static void collect(void)
{
    close((int)must(socket(AF_UNIX, SOCK_STREAM, 0)));
}

static void lifetimes(void)
{
    int inner[2], reader;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    reader = pipe_through(fds[0]);
    call("alive in the queue", read(reader, inner, 1));
    close(fds[0]);
    call("alive without the sender", read(reader, inner, 1));
    close(fds[1]);
    show_end("gone with the queue", reader);

    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, inner));
    reader = pipe_through(inner[0]);
    must(give(fds[0], &inner[1], 1, 4));
    close(inner[0]);
    close(inner[1]);
    call("a queue in a queue", read(reader, inner, 1));
    close(fds[0]);
    close(fds[1]);
    show_end("gone with the outer one", reader);
}

static void cycles(int type)
{
    int other[2], reader, got[4];

    must(socketpair(AF_UNIX, type, 0, fds));
    reader = pipe_through(fds[0]);
    must(give(fds[0], &fds[1], 1, 4)); /* its own queue holds it */
    close(fds[0]);
    close(fds[1]);
    collect();
    show_end("a socket in its own queue", reader);

    must(socketpair(AF_UNIX, type, 0, fds));
    reader = pipe_through(fds[0]);
    must(give(fds[0], &fds[0], 1, 4));
    must(give(fds[1], &fds[1], 1, 4));
    close(fds[0]);
    close(fds[1]);
    collect();
    show_end("two in each other's queues", reader);

    must(socketpair(AF_UNIX, type, 0, fds));
    must(socketpair(AF_UNIX, type, 0, other));
    reader = pipe_through(fds[0]);
    must(give(fds[0], &other[1], 1, 4));
    must(give(other[0], &fds[1], 1, 4));
    close(fds[1]);
    close(other[1]);
    close(fds[0]);
    close(other[0]);
    collect();
    show_end("two pairs, crossed", reader);

    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fds));
    must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, other));
    must(give(fds[0], &fds[1], 1, 4));
    reader = pipe_through(fds[0]);
    must(give(other[0], &fds[1], 1, 4));
    close(fds[0]);
    close(fds[1]);
    collect();
    call("a cycle that is held from outside", read(reader, got, 1));
    must(take("taken out", other[1], 100, 0, got));
    must(take("its own first message", got[0], 100, 0, got + 1));
    close(got[0]);
    close(other[0]);
    close(other[1]);
    collect();
    call("still held", read(reader, got, 1));
    close(got[1]);
    show_end("and gone", reader);
}

static void listener_cycle(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0cycle"};
    int listener = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    int client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0)), reader;

    must(bind(listener, (void *)&address, sizeof(address)));
    must(listen(listener, 1));
    must(connect(client, (void *)&address, sizeof(address)));
    reader = pipe_through(client);
    must(give(client, &listener, 1, 4));
    close(listener);
    close(client);
    collect();
    show_end("a listener in the queue of one it has not accepted", reader);
}

/* A long chain, each socket in the queue of the next: its end does not overflow a stack. */
static void chain(void)
{
    int last[2], next[2], reader;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, last));
    reader = pipe_through(last[0]);
    close(last[0]);
    for (int i = 0; i < 2000; i++) {
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, next));
        must(give(next[0], &last[1], 1, 4));
        close(last[1]);
        close(next[0]);
        last[1] = next[1];
    }
    close(last[1]);
    show_end("a chain of 2000", reader);
}

static void counted(void)
{
    char path[64], text[256];
    int what[2] = {0, 1}, got[4];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    sprintf(path, "/proc/self/fdinfo/%d", fds[1]);
    must(file_text(path, text, sizeof(text)));
    say("fdinfo: %s", strchr(strstr(text, "ino:"), '\n') + 1);
    must(give(fds[0], what, 2, 4));
    must(give(fds[0], what, 1, 4));
    must(file_text(path, text, sizeof(text)));
    say("fdinfo: %s", strchr(strstr(text, "ino:"), '\n') + 1);
    close_all(got, take("take", fds[1], 100, 0, got));
    must(file_text(path, text, sizeof(text)));
    say("fdinfo: %s", strchr(strstr(text, "ino:"), '\n') + 1);
    close(fds[0]);
    close(fds[1]);
}

static void too_many(void)
{
    struct {
        unsigned long now, most;
    } limit = {20, 20};
    int sent = 0;

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    must(setgid(1000));
    must(setuid(1000));
    must(syscall(SYS_prlimit64, 0, 7, &limit, NULL));
    while (give(fds[0], fds, 2, 4) == 4)
        sent++;
    say("%d times two descriptors with a limit of 20, then %s", sent, errno_name(errno));
    exit(0);
}

static void no_descriptors_left(void)
{
    struct {
        unsigned long now, most;
    } limit = {7, 64};
    int got[10], what[4] = {0, 1, 2, 0};

    must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
    must(give(fds[0], what, 4, 4));
    must(syscall(SYS_prlimit64, 0, 7, &limit, NULL));
    take("four with room for two", fds[1], 100, 0, got);
    exit(0);
}

int main(void)
{
    say("stream");
    passing(SOCK_STREAM);
    say("datagram");
    passing(SOCK_DGRAM);
    say("sequence");
    passing(SOCK_SEQPACKET);
    borders();
    errors();
    lifetimes();
    cycles(SOCK_STREAM);
    cycles(SOCK_DGRAM);
    cycles(SOCK_SEQPACKET);
    listener_cycle();
    chain();
    counted();
    in_child("limit of descriptors in flight", too_many);
    in_child("no descriptors left", no_descriptors_left);
    return 0;
}
