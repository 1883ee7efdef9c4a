/* Options of levels SOL_IP, SOL_IPV6, SOL_TCP: defaults, what can be set, what is refused. */

#include "inet.h"

struct option {
    int level, name;
    const char *text;
    int values[6];
};

#define END -1000
static const struct option options[] = {
    {IPPROTO_IP, IP_TTL, "ttl", {1, 255, 0, 256, -1, END}},
    {IPPROTO_IP, IP_TOS, "tos", {0x10, 0x13, 255, 0, END}},
    {IPPROTO_IP, IP_PKTINFO, "pktinfo", {1, 5, 0, END}},
    {IPPROTO_IP, IP_RECVTTL, "recvttl", {1, 0, END}},
    {IPPROTO_IP, IP_MTU_DISCOVER, "mtu discover", {0, 2, 5, 6, -1, END}},
    {IPPROTO_IP, IP_MULTICAST_TTL, "multicast ttl", {0, 200, 256, -1, END}},
    {IPPROTO_IP, IP_MULTICAST_LOOP, "multicast loop", {0, 1, END}},
    {IPPROTO_IP, IP_FREEBIND, "freebind", {1, 0, END}},
    {IPPROTO_IP, IP_HDRINCL, "hdrincl", {1, END}},
    {IPPROTO_IP, 199, "unknown ip", {1, END}},
    {IPPROTO_IPV6, IPV6_V6ONLY, "v6only", {1, 0, END}},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, "hops", {0, 255, 256, -1, END}},
    {IPPROTO_IPV6, IPV6_TCLASS, "tclass", {1, 256, -1, END}},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, "recvpktinfo", {1, 0, END}},
    {IPPROTO_IPV6, 250, "unknown ipv6", {1, END}},
    {IPPROTO_TCP, TCP_NODELAY, "nodelay", {1, 7, 0, END}},
    {IPPROTO_TCP, TCP_CORK, "cork", {1, 0, END}},
    {IPPROTO_TCP, TCP_KEEPIDLE, "keepidle", {1, 0, 32767, 32768, END}},
    {IPPROTO_TCP, TCP_KEEPINTVL, "keepintvl", {1, 0, 32767, 32768, END}},
    {IPPROTO_TCP, TCP_KEEPCNT, "keepcnt", {1, 0, 127, 128, END}},
    {IPPROTO_TCP, TCP_MAXSEG, "maxseg", {1000, 1, 40000, 0, END}},
    {IPPROTO_TCP, 200, "unknown tcp", {1, END}},
    {IPPROTO_UDP, 200, "unknown udp", {1, END}},
    {IPPROTO_SCTP, 1, "sctp", {1, END}},
};

static void get(const char *label, int fd, const struct option *option)
{
    int value = 0;
    socklen_t len = sizeof(value);

    if (getsockopt(fd, option->level, option->name, &value, &len) != 0)
        say("%s: get: %s", label, errno_name(errno));
    else
        say("%s: get: %d, len %d", label, value, (int)len);
}

static void each(const char *kind, int domain, int type)
{
    int fd = (int)must(socket(domain, type, 0));
    char label[64];

    for (unsigned i = 0; i < COUNT_OF(options); i++) {
        snprintf(label, sizeof(label), "%s %s", kind, options[i].text);
        get(label, fd, &options[i]);
        for (unsigned v = 0; options[i].values[v] != END; v++) {
            char line[96];

            snprintf(line, sizeof(line), "%s = %d", label, options[i].values[v]);
            call(line, set_int(fd, options[i].level, options[i].name, options[i].values[v]));
            get(label, fd, &options[i]);
        }
    }
    close(fd);
}

static void sizes(void)
{
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0)), value = 0;
    unsigned char byte = 44;
    socklen_t len = 1;

    call("one byte", setsockopt(fd, IPPROTO_IP, IP_TTL, &byte, 1));
    call("get a byte", getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len));
    say("%d len %d", value, (int)len);
    len = 2;
    call("get two", getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len));
    say("len %d", (int)len);
    call("tcp short", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, 2));
    call("bad address", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (void *)8, 4));
    call("group on tcp", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &(int[3]){0}, 8));
    close(fd);
    fd = (int)must(socket(AF_INET6, SOCK_DGRAM, 0));
    call("v6 byte", setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &byte, 1));
    close(fd);
}

static void info(void)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    int ends[2], fd = listener(1);

    must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
    say("listener: state %d", info.tcpi_state);
    close(fd);
    tcp_pair(ends);
    must(getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &len));
    say("connected: state %d", info.tcpi_state);
    shutdown(ends[0], SHUT_WR);
    await(ends[1], POLLRDHUP);
    must(getsockopt(ends[1], IPPROTO_TCP, TCP_INFO, &info, &len));
    say("peer: state %d", info.tcpi_state);
    close(ends[0]);
    close(ends[1]);
    fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
    say("new: state %d", info.tcpi_state);
    close(fd);
}

int main(void)
{
    loopback_up();
    each("tcp", AF_INET, SOCK_STREAM);
    each("tcp6", AF_INET6, SOCK_STREAM);
    each("udp", AF_INET, SOCK_DGRAM);
    each("udp6", AF_INET6, SOCK_DGRAM);
    sizes();
    info();
}
