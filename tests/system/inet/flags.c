/* MSG_* and limits of waiting on TCP and UDP: peeking, waiting for all, many at once. seconds: 30
 */

#include "inet.h"

#include <poll.h>
#include <pthread.h>
#include <sys/time.h>

static int udp_pair(int ends[2])
{
    struct sockaddr_in at = v4("127.0.0.1", 0);

    ends[0] = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    must(bind(ends[0], AT(at)));
    ends[1] = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    at = v4("127.0.0.1", port_of(ends[0]));
    return (int)must(connect(ends[1], AT(at)));
}

static void truncation(void)
{
    char bytes[64];
    struct iovec data = {bytes, 4};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    int ends[2];

    udp_pair(ends);
    must(send(ends[1], "0123456789", 10, 0));
    must(send(ends[1], "abcdefghij", 10, 0));
    must(send(ends[1], "", 0, 0));
    call("peek", recv(ends[0], bytes, 4, MSG_PEEK));
    call("peek, full length", recv(ends[0], bytes, 4, MSG_PEEK | MSG_TRUNC));
    call("recvmsg", recvmsg(ends[0], &message, 0));
    say("flags %#x", (unsigned)message.msg_flags);
    call("full length", recvmsg(ends[0], &message, MSG_TRUNC));
    say("flags %#x", (unsigned)message.msg_flags);
    call("empty one", recvmsg(ends[0], &message, 0));
    say("flags %#x", (unsigned)message.msg_flags);
    call("none", recv(ends[0], bytes, 4, MSG_DONTWAIT));
    must(send(ends[1], "xyz", 3, 0));
    call("no room", recv(ends[0], NULL, 0, 0));
    call("it is gone", recv(ends[0], bytes, 4, MSG_DONTWAIT));
    call("error queue", recv(ends[0], bytes, 4, MSG_ERRQUEUE));
    call("urgent", send(ends[1], "x", 1, MSG_OOB));
    call("receive urgent", recv(ends[0], bytes, 1, MSG_OOB | MSG_DONTWAIT));
    call("eor", send(ends[1], "x", 1, MSG_EOR));
    call("confirm, don't route", send(ends[1], "x", 1, MSG_CONFIRM | MSG_DONTROUTE));
    call("unknown flag", send(ends[1], "x", 1, 0x800000));
    call("too long", send(ends[1], map(1 << 17), 65508, 0));
    call("longest", send(ends[1], map(1 << 17), 65507, 0));
    close(ends[0]);
    close(ends[1]);
}

static void fast_open(void)
{
    int fd = listener(1), client = (int)must(socket(AF_INET, SOCK_STREAM, 0)), end;
    struct sockaddr_in at = v4("127.0.0.1", port_of(fd)), none = {0};
    char bytes[8];

    call("to nowhere", sendto(client, "abc", 3, MSG_FASTOPEN, NULL, 0));
    call("to no family", sendto(client, "abc", 3, MSG_FASTOPEN, AT(none)));
    call("connect and send", sendto(client, "abc", 3, MSG_FASTOPEN, AT(at)));
    end = (int)must(accept(fd, NULL, NULL));
    call("received", recv(end, bytes, sizeof(bytes), 0));
    close(client);
    close(end);
    close(fd);
}

static void streams(void)
{
    char bytes[64];
    struct sockaddr_in at = v4("127.0.0.1", 1);
    int ends[2];

    tcp_pair(ends);
    must(send(ends[1], "0123456789", 10, 0));
    await(ends[0], POLLIN);
    call("peek", recv(ends[0], bytes, 4, MSG_PEEK));
    call("throw away", recv(ends[0], NULL, 4, MSG_TRUNC));
    call("the rest", recv(ends[0], bytes, sizeof(bytes), 0));
    say("%.6s", bytes);
    call("to an address", sendto(ends[1], "abc", 3, 0, AT(at)));
    await(ends[0], POLLIN);
    call("it came", recv(ends[0], bytes, sizeof(bytes), 0));
    must(send(ends[1], "abc", 3, 0));
    await(ends[0], POLLIN);
    call("wait for all, no waiting", recv(ends[0], bytes, 8, MSG_WAITALL | MSG_DONTWAIT));
    call("error queue", recv(ends[0], bytes, 4, MSG_ERRQUEUE));
    call("fast open", sendto(ends[1], "x", 1, MSG_FASTOPEN, AT(at)));
    fast_open();
    call("no bytes", recv(ends[0], bytes, 0, MSG_DONTWAIT));
    must(send(ends[1], "abc", 3, 0));
    await(ends[0], POLLIN);
    call("no bytes of some", recv(ends[0], bytes, 0, MSG_DONTWAIT));
    must(shutdown(ends[1], SHUT_WR));
    call("wait for all, the end", recv(ends[0], bytes, 8, MSG_WAITALL));
    call("the end", recv(ends[0], bytes, 8, MSG_WAITALL));
    close(ends[0]);
    close(ends[1]);
}

static void *send_rest(void *argument)
{
    int fd = *(int *)argument;

    nap(30);
    must(send(fd, "def", 3, 0));
    return NULL;
}

static void waiting(void)
{
    struct timeval limit = {.tv_usec = 30000};
    char bytes[64];
    pthread_t thread;
    int ends[2], fd;

    tcp_pair(ends);
    must(send(ends[1], "abc", 3, 0));
    must(pthread_create(&thread, NULL, send_rest, &ends[1]));
    call("wait for all", recv(ends[0], bytes, 6, MSG_WAITALL));
    pthread_join(thread, NULL);
    must(set_int(ends[0], SOL_SOCKET, SO_RCVLOWAT, 5));
    must(send(ends[1], "abc", 3, 0));
    nap(10);
    {
        struct pollfd entry = {.fd = ends[0], .events = POLLIN};

        call("less than the low water", poll(&entry, 1, 20));
        must(pthread_create(&thread, NULL, send_rest, &ends[1]));
        call("enough", poll(&entry, 1, -1));
        pthread_join(thread, NULL);
    }
    call("nonblocking", recv(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT));
    must(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    call("limit of waiting", recv(ends[0], bytes, sizeof(bytes), 0));
    must(send(ends[1], "abc", 3, 0));
    call("some within it", recv(ends[0], bytes, 6, MSG_WAITALL));
    must(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
    {
        static char large[1 << 16];
        long result = 0;

        for (int i = 0; i < 4000 && result >= 0; i++)
            result = send(ends[0], large, sizeof(large), 0);
        say("full: %s", result < 0 ? errno_name(errno) : "never");
    }
    close(ends[0]);
    close(ends[1]);
    fd = listener(1);
    must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    call("accept, limited", accept(fd, NULL, NULL));
    close(fd);
    udp_pair(ends);
    must(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    call("udp, limited", recv(ends[0], bytes, 6, 0));
    close(ends[0]);
    close(ends[1]);
}

static void many(void)
{
    struct mmsghdr messages[4];
    struct iovec data[4];
    char bytes[4][16];
    struct timespec limit = {0}, bad = {0, 1000000000};
    int ends[2];

    udp_pair(ends);
    memset(messages, 0, sizeof(messages));
    for (int i = 0; i < 4; i++) {
        data[i] = (struct iovec){bytes[i], (size_t)i + 1};
        messages[i].msg_hdr.msg_iov = &data[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        memset(bytes[i], 'a' + i, 16);
    }
    call("send four", sendmmsg(ends[1], messages, 4, 0));
    say("lengths %u %u %u %u", messages[0].msg_len, messages[1].msg_len, messages[2].msg_len,
        messages[3].msg_len);
    for (int i = 0; i < 4; i++)
        data[i].iov_len = 16;
    call("bad limit", recvmmsg(ends[0], messages, 4, 0, &bad));
    call("limit 0", recvmmsg(ends[0], messages, 4, 0, &limit));
    call("one, then no waiting", recvmmsg(ends[0], messages, 4, MSG_WAITFORONE, NULL));
    call("none", recvmmsg(ends[0], messages, 4, MSG_DONTWAIT, NULL));
    call("no messages", recvmmsg(ends[0], messages, 0, 0, NULL));
    call("send none", sendmmsg(ends[1], messages, 0, 0));
    messages[1].msg_hdr.msg_iov = (void *)8;
    call("second is bad", sendmmsg(ends[1], messages, 4, 0));
    messages[0].msg_hdr.msg_iov = (void *)8;
    call("first is bad", sendmmsg(ends[1], messages, 4, 0));
    close(ends[0]);
    close(ends[1]);
}

/* Every field of a message wrong, one at a time; not through the library, which looks at them. */
static void hostile(int domain, int type, const char *kind)
{
    struct field {
        const char *name;
        size_t offset;
        unsigned long value;
    };
    static const struct field fields[] = {
        {"name address", offsetof(struct msghdr, msg_name), 8},
        {"name length", offsetof(struct msghdr, msg_namelen), 0xffffffff},
        {"long name", offsetof(struct msghdr, msg_namelen), 0x7fffffff},
        {"iov address", offsetof(struct msghdr, msg_iov), 8},
        {"iov kernel", offsetof(struct msghdr, msg_iov), 0xffff888000000000},
        {"iov count", offsetof(struct msghdr, msg_iovlen), 1025},
        {"iov many", offsetof(struct msghdr, msg_iovlen), 0x10000000000},
        {"control address", offsetof(struct msghdr, msg_control), 8},
        {"control length", offsetof(struct msghdr, msg_controllen), 0xffffffffffffffff},
        {"control large", offsetof(struct msghdr, msg_controllen), 0x7fffffff},
        {"control one", offsetof(struct msghdr, msg_controllen), 1},
    };
    char bytes[32] = "hello", control[128], name[128];
    int fd = (int)must(socket(domain, type | SOCK_NONBLOCK, 0));
    struct sockaddr_in at = v4("127.0.0.1", 0);

    if (domain == AF_INET)
        must(bind(fd, AT(at)));
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct iovec data = {bytes, sizeof(bytes)};
        struct msghdr message = {.msg_name = name,
                                 .msg_namelen = 0,
                                 .msg_iov = &data,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = 0};
        char label[96];

        memset(control, 0, sizeof(control));
        if (fields[i].offset == offsetof(struct msghdr, msg_name))
            message.msg_namelen = 16;
        if (fields[i].offset == offsetof(struct msghdr, msg_control))
            message.msg_controllen = 32;
        if (fields[i].offset == offsetof(struct msghdr, msg_namelen))
            message.msg_namelen = (socklen_t)fields[i].value;
        else
            memcpy((char *)&message + fields[i].offset, &fields[i].value, sizeof(unsigned long));
        snprintf(label, sizeof(label), "%s send %s", kind, fields[i].name);
        call(label, syscall(SYS_sendmsg, fd, &message, MSG_NOSIGNAL));
        snprintf(label, sizeof(label), "%s receive %s", kind, fields[i].name);
        call(label, syscall(SYS_recvmsg, fd, &message, 0));
    }
    call("message address", syscall(SYS_sendmsg, fd, (void *)8, 0));
    call("message address", syscall(SYS_recvmsg, fd, (void *)8, 0));
    close(fd);
}

/* A control message with a wrong header. */
static void hostile_control(int domain, int type, const char *kind)
{
    static const size_t lengths[] = {0,  1,  15, 16, 17,   20,   24,
                                     31, 32, 33, 48, 1000, ~0ul, 1ul << 63};
    static const int types[][2] = {
        {SOL_SOCKET, SCM_RIGHTS},    {SOL_SOCKET, 2},          {SOL_SOCKET, 77},
        {IPPROTO_IP, IP_TTL},        {IPPROTO_IP, IP_PKTINFO}, {IPPROTO_IP, 77},
        {IPPROTO_IPV6, IPV6_TCLASS}, {IPPROTO_UDP, 103}};
    struct sockaddr_in to = v4("127.0.0.1", 9);
    int fd = (int)must(socket(domain, type | SOCK_NONBLOCK, 0)), pair[2] = {fd, fd};

    if (domain == AF_UNIX)
        must(socketpair(domain, type | SOCK_NONBLOCK, 0, pair));
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        char line[400] = "";

        for (size_t i = 0; i < COUNT_OF(lengths); i++) {
            char bytes[4] = "abc", control[64] = {0}, text[32];
            struct iovec data = {bytes, 3};
            struct msghdr message = {
                .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 32};
            long result;

            memcpy(control, &lengths[i], sizeof(size_t));
            memcpy(control + 8, &types[t][0], 4);
            memcpy(control + 12, &types[t][1], 4);
            memset(control + 16, 0xff, 4);
            if (domain == AF_INET) {
                message.msg_name = &to;
                message.msg_namelen = sizeof(to);
            }
            result = syscall(SYS_sendmsg, pair[0], &message, MSG_NOSIGNAL);
            snprintf(text, sizeof(text), result < 0 ? " %s" : " ok", errno_name(errno));
            strcat(line, text);
            if (domain == AF_UNIX)
                recv(pair[1], bytes, sizeof(bytes), 0);
        }
        say("%s level %d type %d:%s", kind, types[t][0], types[t][1], line);
    }
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    loopback_up();
    signal(SIGPIPE, SIG_IGN);
    truncation();
    streams();
    waiting();
    many();
    hostile(AF_INET, SOCK_DGRAM, "udp");
    hostile(AF_INET, SOCK_STREAM, "tcp");
    hostile(AF_UNIX, SOCK_DGRAM, "unix datagram");
    hostile(AF_UNIX, SOCK_STREAM, "unix stream");
    hostile_control(AF_INET, SOCK_DGRAM, "udp");
    hostile_control(AF_UNIX, SOCK_DGRAM, "unix datagram");
    hostile_control(AF_UNIX, SOCK_STREAM, "unix stream");
    return 0;
}
