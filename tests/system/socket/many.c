/* sendmmsg, recvmmsg, and the headers that sendmsg and recvmsg read and write. */

#include "test.h"

#include <sys/socket.h>
#include <sys/un.h>

/* The calls themselves: the library looks into the header. */
#define sendmsg(fd, message, flags) syscall(SYS_sendmsg, fd, message, flags)
#define recvmsg(fd, message, flags) syscall(SYS_recvmsg, fd, message, flags)

static int fds[2];
static char space[8][16];
static struct iovec parts[8];
static struct mmsghdr many[8];

static void prepare(bool sends)
{
    memset(many, 0, sizeof(many));
    for (unsigned i = 0; i < 8; i++) {
        sprintf(space[i], "message %u", i);
        parts[i] = (struct iovec){space[i], sends ? 9 : 16};
        many[i].msg_hdr.msg_iov = &parts[i];
        many[i].msg_hdr.msg_iovlen = 1;
        many[i].msg_len = 77;
    }
}

static long send_many(unsigned nr, unsigned flags)
{
    return syscall(SYS_sendmmsg, fds[0], many, nr, flags);
}

static long receive_many(unsigned nr, unsigned flags, struct timespec *timeout)
{
    return syscall(SYS_recvmmsg, fds[1], many, nr, flags, timeout);
}

static void lengths(unsigned nr)
{
    for (unsigned i = 0; i < nr; i++)
        say("  %u: %u \"%.9s\"", i, many[i].msg_len, space[i]);
}

static void several(void)
{
    struct timespec zero = {0, 0}, bad = {0, 2000000000}, later = {100, 0};

    must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds));
    prepare(true);
    call("send none", send_many(0, 0));
    call("send 4", send_many(4, 0));
    lengths(5);
    prepare(false);
    call("receive 8", receive_many(8, 0, NULL));
    lengths(5);
    call("receive none", receive_many(8, 0, NULL));
    call("receive 0", receive_many(0, 0, NULL));
    prepare(true);
    many[2].msg_hdr.msg_iov = (void *)8;
    call("the third is bad", send_many(4, 0));
    prepare(true);
    many[0].msg_hdr.msg_iov = (void *)8;
    call("the first is bad", send_many(4, 0));
    prepare(true);
    many[1].msg_hdr.msg_iov = (void *)8;
    prepare(false);
    call("receive 1 of 2", receive_many(1, 0, NULL));
    call("WAITFORONE", receive_many(8, MSG_WAITFORONE, NULL));
    prepare(true);
    must(send_many(4, 0));
    prepare(false);
    many[2].msg_hdr.msg_iov = (void *)8;
    call("the third is bad", receive_many(4, 0, NULL));
    prepare(false);
    call("the error comes", receive_many(4, 0, NULL));
    prepare(false);
    call("then the rest", receive_many(4, 0, NULL));
    prepare(true);
    must(send_many(4, 0));
    prepare(false);
    call("bad timeout", receive_many(4, 0, &bad));
    call("timeout nowhere", receive_many(4, 0, (void *)8));
    call("no time", receive_many(4, 0, &zero));
    call("time enough", receive_many(4, 0, &later));
    yes("what is left", later.tv_sec == 99 || later.tv_sec == 98 || later.tv_sec == 100);
    call("bad flag", send_many(1, 0x80000000));
    call("bad flag", receive_many(1, 0x80000000, NULL));
    call("headers nowhere", syscall(SYS_sendmmsg, fds[0], (void *)8, 1, 0));
    call("headers nowhere", syscall(SYS_recvmmsg, fds[1], (void *)8, 1, 0, NULL));
    prepare(true);
    call("flag OOB", send_many(2, MSG_OOB));
    close(fds[0]);
    close(fds[1]);
}

static void headers(void)
{
    char data[16];
    struct iovec part = {"abcd", 4}, into = {data, 16}, vectors[2] = {{data, 8}, {data + 8, 8}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0header"};
    int receiver = (int)must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    int sender = (int)must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 7;

    must(bind(receiver, (void *)&name, len));
    message.msg_name = &name;
    message.msg_namelen = len;
    call("send", sendmsg(sender, &message, 0));
    message.msg_namelen = (socklen_t)-1;
    call("send, name length -1", sendmsg(sender, &message, 0));
    message.msg_namelen = 200;
    call("send, name length 200", sendmsg(sender, &message, 0));
    message.msg_name = NULL;
    call("send, no name, length 200", sendmsg(sender, &message, 0));
    message.msg_name = (void *)8;
    message.msg_namelen = len;
    call("send, name nowhere", sendmsg(sender, &message, 0));
    message.msg_namelen = 0;
    call("send, name nowhere, length 0", sendmsg(sender, &message, 0));
    message.msg_name = &name;
    message.msg_namelen = len;
    message.msg_iovlen = 1025;
    call("send, 1025 pieces", sendmsg(sender, &message, 0));
    message.msg_iovlen = 1;
    part.iov_len = (size_t)-1;
    call("send, negative piece", sendmsg(sender, &message, 0));
    part.iov_len = 4;
    call("send, flag COMPAT", sendmsg(sender, &message, (int)0x80000000));
    message.msg_flags = -1;
    call("send, msg_flags are nothing", sendmsg(sender, &message, 0));
    call("send, header nowhere", sendmsg(sender, (void *)8, 0));
    message = (struct msghdr){.msg_iov = &into, .msg_iovlen = 1};
    message.msg_flags = 0x5555;
    message.msg_namelen = 55;
    call("receive, no name", recvmsg(receiver, &message, 0));
    say("  name length %d, flags %#x", (int)message.msg_namelen, message.msg_flags);
    message.msg_name = &name;
    message.msg_namelen = sizeof(name);
    message.msg_iov = vectors;
    message.msg_iovlen = 2;
    call("receive, name of nobody", recvmsg(receiver, &message, MSG_CMSG_CLOEXEC));
    say("  name length %d, flags %#x", (int)message.msg_namelen, message.msg_flags);
    call("receive, nothing", recvmsg(receiver, &message, 0));
    call("receive, header nowhere", recvmsg(receiver, (void *)8, 0));
    message.msg_iovlen = 1025;
    call("receive, 1025 pieces", recvmsg(receiver, &message, 0));
    message.msg_iovlen = 1;
    message.msg_namelen = (socklen_t)-1;
    call("receive, name length -1", recvmsg(receiver, &message, 0));
    call("receive, flag COMPAT", recvmsg(receiver, &message, (int)0x80000000));
    close(receiver);
    close(sender);
}

int main(void)
{
    several();
    headers();
    return 0;
}
