/* AF_NETLINK: SO_PASSCRED tells who sent, SCM_CREDENTIALS says it; what else may be sent along. */

#include "test.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static int from, to;
static char control[256];

static long sent(unsigned port, size_t control_len)
{
    struct nlmsghdr header = {.nlmsg_len = sizeof(header), .nlmsg_type = NLMSG_NOOP};
    struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = port};
    struct iovec vector = {&header, sizeof(header)};
    struct msghdr message = {.msg_name = &name,
                             .msg_namelen = sizeof(name),
                             .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control_len != 0 ? control : NULL,
                             .msg_controllen = control_len};

    return sendmsg(from, &message, 0);
}

static void received(const char *label, size_t room, int flags)
{
    char text[8192];
    struct iovec vector = {text, sizeof(text)};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = room != 0 ? control : NULL,
                             .msg_controllen = room};

    if (call_ok(label, recvmsg(to, &message, flags | MSG_DONTWAIT)) < 0)
        return;
    say("  flags %#x, control %zu", message.msg_flags, (size_t)message.msg_controllen);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    for (; header != NULL; header = CMSG_NXTHDR(&message, header)) {
        struct ucred identity = {-1, 1, 1};
        size_t len = header->cmsg_len - CMSG_LEN(0);
        say("  level %d type %d length %zu", header->cmsg_level, header->cmsg_type, len);
        memcpy(&identity, CMSG_DATA(header), len < sizeof(identity) ? len : sizeof(identity));
        if (len >= sizeof(identity))
            say("  %s, user %u, group %u",
                identity.pid == getpid()    ? "this process"
                : identity.pid == getppid() ? "its parent"
                : identity.pid == 0         ? "the kernel"
                                            : "another",
                identity.uid, identity.gid);
    }
}

static size_t put(int level, int type, const void *data, size_t len)
{
    struct cmsghdr *header = (struct cmsghdr *)control;

    memset(control, 0, sizeof(control));
    *header = (struct cmsghdr){.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};
    memcpy(CMSG_DATA(header), data, len);
    return CMSG_SPACE(len);
}

static void send_one(const char *label, int type, const void *data, size_t len)
{
    if (call_ok(label, sent(777, put(SOL_SOCKET, type, data, len))) >= 0)
        received("  received", sizeof(control), 0);
}

static void identities(void)
{
    struct ucred mine = {getpid(), 0, 0}, parent = {getppid(), 5, 6}, none = {0x3fffff, 0, 0};
    struct ucred nobody = {getpid(), -1u, 0};
    int fd = from;

    send_one("mine", SCM_CREDENTIALS, &mine, sizeof(mine));
    send_one("another's", SCM_CREDENTIALS, &parent, sizeof(parent));
    send_one("of no process", SCM_CREDENTIALS, &none, sizeof(none));
    send_one("of no user", SCM_CREDENTIALS, &nobody, sizeof(nobody));
    send_one("short", SCM_CREDENTIALS, &mine, 8);
    send_one("files", SCM_RIGHTS, &fd, sizeof(fd));
    send_one("no files", SCM_RIGHTS, &fd, 0);
    send_one("unknown", 77, &fd, sizeof(fd));
    if (call_ok("another level", sent(777, put(SOL_NETLINK, 1, &fd, sizeof(fd)))) >= 0)
        received("  received", sizeof(control), 0);
    put(SOL_SOCKET, SCM_CREDENTIALS, &mine, sizeof(mine));
    ((struct cmsghdr *)control)->cmsg_len = 3;
    call("length 3", sent(777, CMSG_SPACE(sizeof(mine))));
    ((struct cmsghdr *)control)->cmsg_len = 300;
    call("length 300", sent(777, CMSG_SPACE(sizeof(mine))));
    call("files to nobody", sent(12345, put(SOL_SOCKET, SCM_RIGHTS, &fd, sizeof(fd))));
    call("files to the kernel", sent(0, put(SOL_SOCKET, SCM_RIGHTS, &fd, sizeof(fd))));
    call_ok("mine to the kernel", sent(0, put(SOL_SOCKET, SCM_CREDENTIALS, &mine, sizeof(mine))));
}

static void rooms(void)
{
    static const size_t sizes[] = {0, 8, 15, 16, 20, 27, 28, 31, 32, 64};
    char label[32];

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        must(sent(777, 0));
        snprintf(label, sizeof(label), "room for %zu", sizes[i]);
        received(label, sizes[i], 0);
    }
    must(sent(777, 0));
    received("peek", sizeof(control), MSG_PEEK);
    received("taken", sizeof(control), MSG_TRUNC);
    received("nothing more", sizeof(control), 0);
}

static void set(const char *label, int option, int value)
{
    int now = -1;
    socklen_t len = sizeof(now);

    call(label, setsockopt(to, SOL_SOCKET, option, &value, sizeof(value)));
    must(getsockopt(to, SOL_SOCKET, option, &now, &len));
    say("  is %d", now);
}

static void by_user(void)
{
    struct ucred root = {getpid(), 0, 0}, mine = {getpid(), 1000, 1000};

    become_user();
    call("as root to the kernel", sent(0, put(SOL_SOCKET, SCM_CREDENTIALS, &root, sizeof(root))));
    call_ok("as oneself", sent(0, put(SOL_SOCKET, SCM_CREDENTIALS, &mine, sizeof(mine))));
    call("to another", sent(777, 0));
    call("as root to another", sent(777, put(SOL_SOCKET, SCM_CREDENTIALS, &root, sizeof(root))));
}

static void from_kernel(void)
{
    struct {
        struct nlmsghdr header;
        struct rtgenmsg any;
        char fill[3];
    } request = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
                            .nlmsg_type = RTM_GETADDR,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};

    call_ok("ask the kernel",
            sendto(to, &request, request.header.nlmsg_len, 0, (void *)&name, sizeof(name)));
    received("its answer", sizeof(control), 0);
    while (recv(to, control, sizeof(control), MSG_DONTWAIT) > 0)
        continue;
}

int main(void)
{
    struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_pid = 777};

    from = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    to = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    must(bind(to, (void *)&name, sizeof(name)));
    must(sent(777, 0));
    received("not asked for", sizeof(control), 0);
    set("SO_PASSSEC", SO_PASSSEC, 1);
    must(sent(777, 0));
    received("label of the sender", sizeof(control), 0);
    set("SO_PASSSEC", SO_PASSSEC, 0);
    must(sent(777, 0));
    set("SO_PASSCRED", SO_PASSCRED, 3);
    received("asked for later", sizeof(control), 0);
    rooms();
    identities();
    from_kernel();
    in_child("user", by_user);
    return 0;
}
