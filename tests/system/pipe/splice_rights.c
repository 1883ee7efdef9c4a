/* splice(2) between a pipe and a socket whose message carries the last descriptor of the pipe's
   own other end: it is closed by the way. */
#include "test.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

static int sockets[2], ends[2];

/* Send @fd, which is then open nowhere else. */
static void send_away(int fd)
{
    char space[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
    struct iovec piece = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);

    control->cmsg_len = CMSG_LEN(sizeof(int));
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(control), &fd, sizeof(int));
    must(sendmsg(sockets[0], &message, 0));
    close(fd);
}

static void last_reader(void)
{
    must(pipe(ends));
    send_away(ends[0]);
    call("splice from the socket", splice(sockets[1], NULL, ends[1], NULL, 1, 0));
    call("write without a reader", write(ends[1], "y", 1));
    close(ends[1]);
}

/* Another pipe's end is none of this one's business. */
static void stranger(void)
{
    int other[2];
    char byte;

    must(pipe(ends));
    must(pipe(other));
    send_away(other[1]);
    call("splice from the socket", splice(sockets[1], NULL, ends[1], NULL, 1, 0));
    call("read of the other pipe", read(other[0], &byte, 1));
    close(other[0]);
    close(ends[0]);
    close(ends[1]);
}

static void by_sendfile(void)
{
    must(pipe(ends));
    send_away(ends[0]);
    call("sendfile from the socket", sendfile(ends[1], sockets[1], NULL, 1));
    close(ends[1]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    last_reader();
    stranger();
    by_sendfile();
    return 0;
}
