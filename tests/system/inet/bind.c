/* bind(2): addresses, ports, who may, who shares with whom. */

#include "inet.h"

static void try_v4(const char *label, const char *address, int port)
{
    struct sockaddr_in at = v4(address, port);
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    call(label, bind(fd, AT(at)));
    say_name(label, fd, false, port);
    call("  again", bind(fd, AT(at)));
    close(fd);
}

static void try_v6(const char *label, const char *address, int port, int only)
{
    struct sockaddr_in6 at = v6(address, port);
    int fd = (int)must(socket(AF_INET6, SOCK_STREAM, 0));

    must(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, only));
    call(label, bind(fd, AT(at)));
    say_name(label, fd, false, port);
    close(fd);
}

static void forms(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    struct sockaddr_in6 at6 = v6("::1", 0);
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    int fd6 = (int)must(socket(AF_INET6, SOCK_STREAM, 0));

    call("too short", bind(fd, (struct sockaddr *)&at, 8));
    call("inet6 to inet", bind(fd, AT(at6)));
    call("inet to inet6", bind(fd6, AT(at)));
    call("inet6 too short", bind(fd6, (struct sockaddr *)&at6, 20));
    at.sin_family = AF_UNSPEC;
    call("unspec 127.0.0.1", bind(fd, AT(at)));
    at.sin_addr.s_addr = 0;
    call("unspec any", bind(fd, AT(at)));
    call("inet6 without scope", bind(fd6, (struct sockaddr *)&at6, 24));
    close(fd);
    close(fd6);
}

/* Two sockets of one kind on one port: which pairs may. */
static int open_at(int type, int domain, const char *address, int port, int option)
{
    struct sockaddr_in at = v4(domain == AF_INET ? address : "0.0.0.0", port);
    struct sockaddr_in6 at6 = v6(domain == AF_INET6 ? address : "::", port);
    int fd = (int)must(socket(domain, type, 0));

    if (option != 0)
        must(set_int(fd, SOL_SOCKET, option & 0xff, 1));
    if (option & 0x100)
        must(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    if ((domain == AF_INET ? bind(fd, AT(at)) : bind(fd, AT(at6))) != 0) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static void share(int type, const char *kind)
{
    static const struct {
        const char *label;
        int domain1;
        const char *address1;
        int option1;
        int domain2;
        const char *address2;
        int option2;
    } pairs[] = {
        {"same", AF_INET, "127.0.0.1", 0, AF_INET, "127.0.0.1", 0},
        {"other address", AF_INET, "127.0.0.1", 0, AF_INET, "127.0.0.2", 0},
        {"any after one", AF_INET, "127.0.0.1", 0, AF_INET, "0.0.0.0", 0},
        {"one after any", AF_INET, "0.0.0.0", 0, AF_INET, "127.0.0.1", 0},
        {"reuse both", AF_INET, "127.0.0.1", SO_REUSEADDR, AF_INET, "127.0.0.1", SO_REUSEADDR},
        {"reuse second", AF_INET, "127.0.0.1", 0, AF_INET, "127.0.0.1", SO_REUSEADDR},
        {"port both", AF_INET, "127.0.0.1", SO_REUSEPORT, AF_INET, "127.0.0.1", SO_REUSEPORT},
        {"port first", AF_INET, "127.0.0.1", SO_REUSEPORT, AF_INET, "127.0.0.1", 0},
        {"v6 any, v4", AF_INET6, "::", 0, AF_INET, "127.0.0.1", 0},
        {"v4, v6 any", AF_INET, "127.0.0.1", 0, AF_INET6, "::", 0},
        {"v6 one, v4", AF_INET6, "::1", 0, AF_INET, "127.0.0.1", 0},
        {"v6 one, v4 any", AF_INET6, "::1", 0, AF_INET, "0.0.0.0", 0},
        {"mapped, v4", AF_INET6, "::ffff:127.0.0.1", 0, AF_INET, "127.0.0.1", 0},
        {"mapped, other v4", AF_INET6, "::ffff:127.0.0.1", 0, AF_INET, "127.0.0.2", 0},
        {"v6 any and one", AF_INET6, "::", 0, AF_INET6, "::1", 0},
    };

    for (unsigned i = 0; i < COUNT_OF(pairs); i++) {
        int one =
            (int)must(open_at(type, pairs[i].domain1, pairs[i].address1, 0, pairs[i].option1));
        char label[64];
        int two;

        snprintf(label, sizeof(label), "%s %s", kind, pairs[i].label);
        two = (int)call_ok(label, open_at(type, pairs[i].domain2, pairs[i].address2, port_of(one),
                                          pairs[i].option2));
        if (type == SOCK_STREAM && two >= 0) {
            call("  first listens", listen(one, 1));
            call("  second listens", listen(two, 1));
        }
        close(one);
        close(two);
    }
}

static void only_v6(void)
{
    int one = (int)must(socket(AF_INET6, SOCK_STREAM, 0));
    struct sockaddr_in6 at = v6("::", 0);
    struct sockaddr_in at4;
    int two = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    must(set_int(one, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    must(bind(one, AT(at)));
    call("V6ONLY after bind", set_int(one, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    at4 = v4("0.0.0.0", port_of(one));
    call("v4 beside v6 only", bind(two, AT(at4)));
    close(one);
    close(two);
}

/* A connection that is over keeps its port unless SO_REUSEADDR is said. */
static void time_wait(void)
{
    int server = listener(1), client, accepted, port = port_of(server), fd;
    struct sockaddr_in at = v4("127.0.0.1", port);
    char byte;

    client = connect_to(server);
    accepted = (int)must(accept(server, NULL, NULL));
    close(server);
    close(accepted);
    must(read(client, &byte, 1));
    close(client);
    fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));
    call("bind beside TIME_WAIT", bind(fd, AT(at)));
    must(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    call("with SO_REUSEADDR", bind(fd, AT(at)));
    call("listen", listen(fd, 1));
    client = connect_to(fd);
    call_ok("accept", accept(fd, NULL, NULL));
}

static void set_range(const char *text)
{
    int fd = (int)must(open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

static void settings(void)
{
    struct sockaddr_in at = v4("127.0.0.1", 0);
    char text[64];
    int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0));

    file_text("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text));
    say("range %s", text);
    set_range("40000 40000");
    must(bind(fd, AT(at)));
    say("port %d", port_of(fd));
    must(fd = socket(AF_INET, SOCK_STREAM, 0));
    call("no port left", bind(fd, AT(at)));
    at = v4("127.0.0.1", 40001);
    call("connect, no port left", connect(fd, AT(at)));
    set_range("32768 60999");
    file_text("/proc/sys/net/ipv4/ip_unprivileged_port_start", text, sizeof(text));
    say("unprivileged from %s", text);
}

int main(void)
{
    loopback_up();
    try_v4("127.0.0.1 port 0", "127.0.0.1", 0);
    try_v4("127.1.2.3", "127.1.2.3", 7001);
    try_v4("0.0.0.0", "0.0.0.0", 7002);
    try_v4("8.8.8.8", "8.8.8.8", 7003);
    try_v4("port 80 as root", "127.0.0.1", 80);
    try_v6("::1", "::1", 7004, 0);
    try_v6("::", "::", 7005, 0);
    try_v6("2001:db8::1", "2001:db8::1", 7006, 0);
    try_v6("::ffff:127.0.0.1", "::ffff:127.0.0.1", 7007, 0);
    try_v6("::ffff:127.0.0.1 only v6", "::ffff:127.0.0.1", 7008, 1);
    try_v6("multicast", "ff02::1", 7009, 0);
    forms();
    share(SOCK_STREAM, "tcp");
    share(SOCK_DGRAM, "udp");
    only_v6();
    time_wait();
    settings();
    become_user();
    try_v4("port 80 as user", "127.0.0.1", 80);
    try_v4("port 80 elsewhere", "8.8.8.8", 80);
    try_v4("port 1024 as user", "127.0.0.1", 1024);
    try_v6("v6 port 80 as user", "::1", 80, 0);
    try_v6("v6 port 80 elsewhere", "2001:db8::1", 80, 0);
}
