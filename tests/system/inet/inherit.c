/* What a connection takes over from the socket that listened: each option that can be set there. */

#include "inet.h"

static const struct {
    const char *name;
    int level, option, value;
} options[] = {
    {"IP_UNICAST_IF", IPPROTO_IP, 50, 0x01000000}, /* before it is bound to an interface */
    {"IPV6_UNICAST_IF", IPPROTO_IPV6, 76, 0x01000000},
    {"SO_DEBUG", SOL_SOCKET, SO_DEBUG, 1},
    {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1},
    {"SO_DONTROUTE", SOL_SOCKET, SO_DONTROUTE, 1},
    {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 1},
    {"SO_MARK", SOL_SOCKET, SO_MARK, 77},
    {"SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 5},
    {"SO_TIMESTAMP", SOL_SOCKET, SO_TIMESTAMP, 1},
    {"SO_BUSY_POLL", SOL_SOCKET, SO_BUSY_POLL, 50},
    {"SO_PREFER_BUSY_POLL", SOL_SOCKET, 69, 1},
    {"SO_BUSY_POLL_BUDGET", SOL_SOCKET, 70, 9},
    {"SO_BINDTOIFINDEX", SOL_SOCKET, 62, 1},
    {"SO_TXREHASH", SOL_SOCKET, 74, 0},
    {"SO_RXQ_OVFL", SOL_SOCKET, SO_RXQ_OVFL, 1},
    {"SO_BUF_LOCK", SOL_SOCKET, 72, 3},
    {"IP_TOS", IPPROTO_IP, IP_TOS, 0x10},
    {"SO_PRIORITY", SOL_SOCKET, SO_PRIORITY, 3}, /* after IP_TOS, which sets it, too */
    {"IP_TTL", IPPROTO_IP, IP_TTL, 44},
    {"IP_RECVTTL", IPPROTO_IP, IP_RECVTTL, 1},
    {"IP_RECVTOS", IPPROTO_IP, IP_RECVTOS, 1},
    {"IP_PKTINFO", IPPROTO_IP, IP_PKTINFO, 1},
    {"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO},
    {"IP_FREEBIND", IPPROTO_IP, IP_FREEBIND, 1},
    {"IP_MINTTL", IPPROTO_IP, IP_MINTTL, 3},
    {"IP_MULTICAST_ALL", IPPROTO_IP, IP_MULTICAST_ALL, 0},
    {"IP_MULTICAST_LOOP", IPPROTO_IP, IP_MULTICAST_LOOP, 0},
    {"IP_BIND_ADDRESS_NO_PORT", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1},
    {"IP_LOCAL_PORT_RANGE", IPPROTO_IP, 51, 40000 | 50000 << 16},
    {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1},
    {"TCP_CORK", IPPROTO_TCP, TCP_CORK, 1},
    {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 44},
    {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 33},
    {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 22},
    {"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, 3},
    {"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, 11},
    {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 60000},
    {"TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, 100000},
    {"TCP_INQ", IPPROTO_TCP, 36, 1},
    {"IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS, 55},
    {"IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, 0x20},
    {"IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO, 1},
    {"IPV6_RECVHOPLIMIT", IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1},
    {"IPV6_RECVTCLASS", IPPROTO_IPV6, IPV6_RECVTCLASS, 1},
    {"IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO},
    {"IPV6_MINHOPCOUNT", IPPROTO_IPV6, 73, 2},
    {"IPV6_DONTFRAG", IPPROTO_IPV6, IPV6_DONTFRAG, 1},
    {"IPV6_FREEBIND", IPPROTO_IPV6, 78, 1},
    {"IPV6_MULTICAST_ALL", IPPROTO_IPV6, 29, 0},
};

static int value_of(int fd, size_t i)
{
    int value = -99;
    socklen_t len = sizeof(value);

    return getsockopt(fd, options[i].level, options[i].option, &value, &len) == 0 ? value : -98;
}

static void show(const char *label, int listening, const struct sockaddr *at, socklen_t len)
{
    int client = (int)must(socket(at->sa_family, SOCK_STREAM, 0)), accepted;

    must(connect(client, at, len));
    accepted = (int)must(accept(listening, NULL, NULL));
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        int mine = value_of(listening, i), its = value_of(accepted, i);

        if (mine != options[i].value)
            say("%s %s: cannot be set", label, options[i].name);
        else if (mine == its)
            say("%s %s: taken over", label, options[i].name);
        else
            say("%s %s: not, it is %d", label, options[i].name, its);
    }
    close(client);
    close(accepted);
}

static void set_all(int fd)
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        (void)set_int(fd, options[i].level, options[i].option, options[i].value);
}

int main(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    struct sockaddr_in6 at6 = v6("::1", 0);
    int fd;

    loopback_up();
    fd = listener(1);
    set_all(fd);
    at = v4("127.0.0.1", port_of(fd));
    show("IPv4", fd, AT(at));
    close(fd);
    fd = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    must(bind(fd, AT(at6)));
    must(listen(fd, 1));
    set_all(fd);
    at6 = v6("::1", port_of(fd));
    show("IPv6", fd, AT(at6));
    return 0;
}
