/* AF_INET and AF_INET6: which sockets can be made, by whom. */

#include "inet.h"

static void each(const char *who)
{
    static const int domains[] = {AF_INET, AF_INET6};
    static const struct {
        int type, protocol;
        const char *name;
    } kinds[] = {
        {SOCK_STREAM, 0, "stream 0"},
        {SOCK_STREAM, IPPROTO_TCP, "stream tcp"},
        {SOCK_STREAM, IPPROTO_UDP, "stream udp"},
        {SOCK_STREAM, 250, "stream 250"},
        {SOCK_STREAM, -1, "stream -1"},
        {SOCK_STREAM, 100000, "stream 100000"},
        {SOCK_DGRAM, 0, "dgram 0"},
        {SOCK_DGRAM, IPPROTO_UDP, "dgram udp"},
        {SOCK_DGRAM, IPPROTO_TCP, "dgram tcp"},
        {SOCK_DGRAM, IPPROTO_ICMP, "dgram icmp"},
        {SOCK_DGRAM, IPPROTO_ICMPV6, "dgram icmpv6"},
        {SOCK_RAW, 0, "raw 0"},
        {SOCK_RAW, IPPROTO_ICMP, "raw icmp"},
        {SOCK_RAW, IPPROTO_ICMPV6, "raw icmpv6"},
        {SOCK_RAW, IPPROTO_RAW, "raw raw"},
        {SOCK_RDM, 0, "rdm 0"},
        {SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, "stream flags"},
        {SOCK_STREAM | 0x100000, 0, "stream bad flag"},
    };

    for (unsigned d = 0; d < COUNT_OF(domains); d++)
        for (unsigned k = 0; k < COUNT_OF(kinds); k++) {
            char label[64];
            int fd;

            snprintf(label, sizeof(label), "%s %s %s", who, d == 0 ? "inet" : "inet6",
                     kinds[k].name);
            fd = (int)call_ok(label, socket(domains[d], kinds[k].type, kinds[k].protocol));
            if (fd >= 0)
                close(fd);
        }
}

static void show(const char *label, int fd)
{
    static const int names[] = {SO_DOMAIN, SO_TYPE, SO_PROTOCOL, SO_ACCEPTCONN};
    int value;
    socklen_t len;

    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        len = sizeof(value);
        must(getsockopt(fd, SOL_SOCKET, names[i], &value, &len));
        say("%s: %u: %d", label, i, value);
    }
    say_name(label, fd, false, -1);
    say_name(label, fd, true, -1);
    show_poll(label, fd);
    close(fd);
}

int main(void)
{
    loopback_up();
    each("root");
    show("tcp", (int)must(socket(AF_INET, SOCK_STREAM, 0)));
    show("tcp6", (int)must(socket(AF_INET6, SOCK_STREAM, 0)));
    show("udp", (int)must(socket(AF_INET, SOCK_DGRAM, 0)));
    show("udp6", (int)must(socket(AF_INET6, SOCK_DGRAM, 0)));
    call("socketpair", socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){0}));
    become_user();
    each("user");
}
