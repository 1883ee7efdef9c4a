/*
 * Every option number of every level, on a stream and a datagram socket of each family: what
 * getsockopt(2) says first, what setsockopt(2) says to lengths and values, what is told afterwards.
 *
 * `different` names what Quire does not have and why; it answers there as Linux does to numbers
 * that it does not know, and the walk leaves them out.
 *
 * seconds: 60
 */
#include "inet.h"

struct kind {
    const char *name;
    int domain, type;
};

static const struct kind kinds[] = {
    {"tcp", AF_INET, SOCK_STREAM},         {"tcp6", AF_INET6, SOCK_STREAM},
    {"udp", AF_INET, SOCK_DGRAM},          {"udp6", AF_INET6, SOCK_DGRAM},
    {"unix stream", AF_UNIX, SOCK_STREAM}, {"unix datagram", AF_UNIX, SOCK_DGRAM},
};

static const struct level {
    const char *name;
    int number, last;
} levels[] = {
    {"SOCKET", SOL_SOCKET, 80}, {"IP", IPPROTO_IP, 80},    {"IPV6", IPPROTO_IPV6, 80},
    {"TCP", IPPROTO_TCP, 80},   {"UDP", IPPROTO_UDP, 110},
};

static const struct different {
    int level, first, last;
    const char *reason;
} different[] = {
    {SOL_SOCKET, 26, 26, "SO_ATTACH_FILTER: packets are not filtered by programs"},
    {SOL_SOCKET, 37, 37, "SO_TIMESTAMPING: the error queue, hardware"},
    {SOL_SOCKET, 47, 47, "SO_MAX_PACING_RATE: nothing is paced"},
    {SOL_SOCKET, 48, 48, "SO_BPF_EXTENSIONS: see 26"},
    {SOL_SOCKET, 49, 49, "SO_INCOMING_CPU: no processor is preferred"},
    {SOL_SOCKET, 50, 52, "programs in BPF"},
    {SOL_SOCKET, 55, 55, "SO_MEMINFO"},
    {SOL_SOCKET, 60, 61, "SO_ZEROCOPY, SO_TXTIME: the error queue, queueing by time"},
    {SOL_SOCKET, 65, 65, "SO_TIMESTAMPING_NEW: see 37"},
    {SOL_SOCKET, 68, 68, "programs in BPF"},
    {IPPROTO_IP, 4, 4, "IP_OPTIONS: lwIP sends none"},
    {IPPROTO_IP, 6, 7, "IP_RECVOPTS, IP_RETOPTS: see 4"},
    {IPPROTO_IP, 9, 9, "IP_PKTOPTIONS"},
    {IPPROTO_IP, 11, 11, "IP_RECVERR: there is no error queue"},
    {IPPROTO_IP, 16, 17, "IPsec"},
    {IPPROTO_IP, 26, 26, "IP_RECVERR_RFC4884: see 11"},
    {IPPROTO_IP, 37, 41, "groups with sources"},
    {IPPROTO_IP, 43, 44, "groups with sources"},
    {IPPROTO_IP, 46, 48, "groups with sources"},
    {IPPROTO_IPV6, 1, 1, "IPV6_ADDRFORM: a socket keeps its family"},
    {IPPROTO_IPV6, 3, 6, "extension headers: lwIP sends none"},
    {IPPROTO_IPV6, 11, 11, "flow labels"},
    {IPPROTO_IPV6, 24, 25, "IPV6_MTU: nothing is cut; IPV6_RECVERR: there is no error queue"},
    {IPPROTO_IPV6, 27, 28, "anycast"},
    {IPPROTO_IPV6, 30, 34, "routers' alerts, flow labels, IPsec, IPV6_RECVERR_RFC4884"},
    {IPPROTO_IPV6, 35, 35, "IPsec"},
    {IPPROTO_IPV6, 43, 44, "groups with sources"},
    {IPPROTO_IPV6, 46, 48, "groups with sources"},
    {IPPROTO_IPV6, 50, 50, "IPV6_PKTINFO for all packets"},
    {IPPROTO_IPV6, 53, 61, "extension headers; the MTU of a path"},
    {IPPROTO_IPV6, 70, 72, "flow labels; a choice among source addresses"},
    {IPPROTO_TCP, 10, 10, "TCP_WINDOW_CLAMP: lwIP's window is fixed"},
    {IPPROTO_TCP, TCP_CONGESTION, TCP_CONGESTION, "the only algorithm is reno"},
    {IPPROTO_TCP, 14, 14, "TCP_MD5SIG"},
    {IPPROTO_TCP, 16, 16, "TCP_THIN_LINEAR_TIMEOUTS"},
    {IPPROTO_TCP, 19, 24, "taking connections elsewhere (TCP_REPAIR), TCP_FASTOPEN, timestamps"},
    {IPPROTO_TCP, 27, 30, "TCP_SAVE_SYN, TCP_REPAIR_WINDOW, TCP_FASTOPEN_CONNECT"},
    {IPPROTO_TCP, 32, 35, "TCP_MD5SIG_EXT, TCP_FASTOPEN, TCP_ZEROCOPY_RECEIVE"},
    {IPPROTO_TCP, 37, 37, "TCP_TX_DELAY"},
    {IPPROTO_UDP, 100, 100, "UDP_ENCAP: IPsec"},
};

/* Values that are each kernel's own, or the machine's: only their length is compared. */
static const struct {
    int level, name;
} unsteady[] = {
    {SOL_SOCKET, SO_SNDBUF},
    {SOL_SOCKET, SO_RCVBUF},
    {SOL_SOCKET, 55 /* MEMINFO */},
    {SOL_SOCKET, 57 /* COOKIE */},
    {SOL_SOCKET, 71 /* NETNS_COOKIE */},
    {SOL_SOCKET, SO_INCOMING_CPU},
    {IPPROTO_TCP, TCP_INFO},
    {SOL_SOCKET, SO_RCVLOWAT},

};

static bool is_different(int level, int name)
{
    for (size_t i = 0; i < COUNT_OF(different); i++)
        if (different[i].level == level && name >= different[i].first && name <= different[i].last)
            return true;
    return false;
}

static bool is_unsteady(int level, int name)
{
    for (size_t i = 0; i < COUNT_OF(unsteady); i++)
        if (unsteady[i].level == level && unsteady[i].name == name)
            return true;
    return false;
}

static void append(char *line, const char *format, ...)
{
    size_t used = strlen(line);
    va_list list;

    va_start(list, format);
    vsnprintf(line + used, 600 - used, format, list);
    va_end(list);
}

static const char *answer(long result)
{
    return result == 0 ? "0" : errno_name(errno);
}

/* What getsockopt says: an error, or the length and the value. */
static void tell(char *line, int fd, int level, int name)
{
    unsigned char value[400];
    socklen_t len = sizeof(value);
    int number;

    memset(value, 0x5a, sizeof(value));
    if (getsockopt(fd, level, name, value, &len) != 0) {
        append(line, "%s", errno_name(errno));
        return;
    }
    append(line, "%d", (int)len);
    if (is_unsteady(level, name) || len == 0)
        return;
    append(line, "=");
    if (len == 4) {
        memcpy(&number, value, sizeof(number));
        append(line, "%d", number);
        return;
    }
    for (socklen_t i = 0; i < len && i < 32; i++)
        append(line, "%02x", value[i]);
}

static int open_kind(const struct kind *kind)
{
    return (int)must(socket(kind->domain, kind->type, 0));
}

static void set_lengths(char *line, const struct kind *kind, int level, int name)
{
    static const int lengths[] = {0, 1, 3, 8, 16, 20, 64, -1};
    unsigned char zeros[64] = {0};

    append(line, " lengths");
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        int fd = open_kind(kind);

        append(line, " %s", answer(setsockopt(fd, level, name, zeros, (socklen_t)lengths[i])));
        close(fd);
    }
}

static void set_values(char *line, const struct kind *kind, int level, int name)
{
    static const int values[] = {1, 0, -1, 2, 255, 256, INT_MAX};
    int fd = open_kind(kind);

    append(line, " values");
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        append(line, " %s:", answer(set_int(fd, level, name, values[i])));
        tell(line, fd, level, name);
    }
    close(fd);
}

static void short_rooms(char *line, const struct kind *kind, int level, int name)
{
    static const int rooms[] = {0, 1, 3, 8, -1};
    unsigned char value[8];

    append(line, " rooms");
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        int fd = open_kind(kind);
        socklen_t len = (socklen_t)rooms[i];
        long result = getsockopt(fd, level, name, value, &len);

        if (result == 0)
            append(line, " %d", (int)len);
        else
            append(line, " %s", errno_name(errno));
        close(fd);
    }
}

/* Neither read nor set, whatever the length: nothing there. */
static bool is_nothing(const struct kind *kind, int level, int name, int *error)
{
    int fd = open_kind(kind), value = 0, get_error, set_error;
    unsigned char zeros[64] = {0};
    socklen_t len = sizeof(value);

    get_error = getsockopt(fd, level, name, &value, &len) == 0 ? 0 : errno;
    set_error = setsockopt(fd, level, name, zeros, sizeof(zeros)) == 0 ? 0 : errno;
    *error = get_error * 1000 + set_error;
    close(fd);
    return get_error != 0 && set_error != 0 &&
           (set_error == ENOPROTOOPT || set_error == EOPNOTSUPP);
}

static void one(const struct kind *kind, const struct level *level, int name)
{
    char line[600] = "";
    int fd = open_kind(kind);

    append(line, "%s %s %d: ", kind->name, level->name, name);
    tell(line, fd, level->number, name);
    close(fd);
    short_rooms(line, kind, level->number, name);
    set_lengths(line, kind, level->number, name);
    set_values(line, kind, level->number, name);
    say("%s", line);
}

static void must_be_refused(const struct kind *kind, const struct level *level, int name)
{
    int fd = open_kind(kind);

    if (is_quire() && set_int(fd, level->number, name, 1) == 0)
        say("%s %s %d is accepted", kind->name, level->name, name);
    close(fd);
}

static void walk(const struct kind *kind, const struct level *level)
{
    char nothing[600] = "";
    int error, last = 0;

    for (int name = 0; name <= level->last; name++) {
        if (is_different(level->number, name)) {
            must_be_refused(kind, level, name);
            continue;
        }
        if (!is_nothing(kind, level->number, name, &error)) {
            one(kind, level, name);
            continue;
        }
        if (error != last)
            append(nothing, " (get %s, set %s)", errno_name(error / 1000),
                   errno_name(error % 1000));
        last = error;
        append(nothing, " %d", name);
    }
    say("%s %s nothing:%s", kind->name, level->name, nothing);
}

/* What an ordinary user may not. */
static void refused_to_users(void)
{
    become_user();
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t l = 0; l < COUNT_OF(levels); l++)
            for (int name = 0; name <= levels[l].last; name++) {
                int fd = open_kind(&kinds[k]);
                long result = is_different(levels[l].number, name)
                                  ? 0
                                  : set_int(fd, levels[l].number, name, 1);

                if (result != 0 && (errno == EPERM || errno == EACCES))
                    say("user: %s %s %d: %s", kinds[k].name, levels[l].name, name,
                        errno_name(errno));
                close(fd);
            }
}

int main(void)
{
    loopback_up();
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t l = 0; l < COUNT_OF(levels); l++)
            walk(&kinds[k], &levels[l]);
    in_child("user", refused_to_users);
    return 0;
}
