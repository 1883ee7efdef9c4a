/* NETLINK_SOCK_DIAG without the families' modules, as ss(8) asks; ports of its own; neighbours of
 * lo. */

#include "test.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#define TCPDIAG_GETSOCK     18
#define DCCPDIAG_GETSOCK    19
#define SOCK_DIAG_BY_FAMILY 20
#define SOCK_DESTROY        21

static int fd;
static char buffer[1 << 16];

struct request {
    struct nlmsghdr header;
    union {
        unsigned char family;
        struct ndmsg neighbour;
        char bytes[128];
    };
};

static void ask(const char *label, int type, int flags, int family, size_t len)
{
    struct request request = {.header = {.nlmsg_len = (unsigned)(sizeof(request.header) + len),
                                         .nlmsg_type = (unsigned short)type,
                                         .nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags),
                                         .nlmsg_seq = 5}};
    struct nlmsghdr *answer = (void *)buffer;
    long got;

    request.family = (unsigned char)family;
    must(send(fd, &request, request.header.nlmsg_len, 0));
    got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got < 0)
        say("%s: no answer, %s", label, errno_name(errno));
    else if (answer->nlmsg_type == NLMSG_ERROR)
        say("%s: %s, sequence %u, %ld bytes", label, errno_name(-*(int *)NLMSG_DATA(answer)),
            answer->nlmsg_seq, got);
    else
        say("%s: message %d", label, answer->nlmsg_type);
}

static unsigned port_of(int socket)
{
    struct sockaddr_nl name = {0};
    socklen_t len = sizeof(name);

    must(getsockname(socket, (void *)&name, &len));
    return name.nl_pid;
}

static void ports(void)
{
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    int route = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));

    must(bind(route, (void *)&name, sizeof(name)));
    must(bind(fd, (void *)&name, sizeof(name)));
    say("both have the number of the process: %d",
        port_of(route) == (unsigned)getpid() && port_of(fd) == (unsigned)getpid());
    close(route);
}

static void group(int number)
{
    char label[40];

    snprintf(label, sizeof(label), "group %d", number);
    call(label, setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, sizeof(number)));
}

/* Only what is there without any being asked for: NUD_NOARP. */
static void neighbours(void)
{
    struct request request = {
        .header = {.nlmsg_len = sizeof(request.header) + sizeof(request.neighbour),
                   .nlmsg_type = RTM_GETNEIGH,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
    int route = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    int others = 0;

    must(send(route, &request, request.header.nlmsg_len, 0));
    for (;;) {
        unsigned len = (unsigned)must(recv(route, buffer, sizeof(buffer), 0));
        struct nlmsghdr *answer = (void *)buffer;

        for (; NLMSG_OK(answer, len); answer = NLMSG_NEXT(answer, len)) {
            if (answer->nlmsg_type != RTM_NEWNEIGH) {
                say("neighbours: %d, then message %d", others, answer->nlmsg_type);
                close(route);
                return;
            }
            others += ((struct ndmsg *)NLMSG_DATA(answer))->ndm_state != NUD_NOARP;
        }
    }
}

int main(void)
{
    call_ok("socket", fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 4));
    ports();
    ask("dump of TCP", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET, 56);
    ask("dump of TCP, acknowledged", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP | NLM_F_ACK, AF_INET6, 56);
    ask("one socket", SOCK_DIAG_BY_FAMILY, 0, AF_INET, 56);
    ask("dump of unix", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_UNIX, 24);
    ask("a family without sockets", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, 44, 56);
    ask("no family", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, 99, 56);
    ask("short", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET, 1);
    ask("the least", SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET, 2);
    ask("destroy", SOCK_DESTROY, 0, AF_INET, 56);
    ask("as of old", TCPDIAG_GETSOCK, NLM_F_DUMP, AF_INET, 56);
    ask("as of old", DCCPDIAG_GETSOCK, NLM_F_DUMP, AF_INET, 56);
    ask("message 16", 16, 0, AF_INET, 56);
    ask("message 22", 22, NLM_F_DUMP, AF_INET, 56);
    ask("no request", NLMSG_NOOP, 0, AF_INET, 56);
    group(0);
    group(1);
    group(32);
    group(33);
    neighbours();
    return 0;
}
