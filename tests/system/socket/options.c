/* setsockopt, getsockopt at level SOL_SOCKET: values, lengths, permissions. */

#include "test.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <grp.h>

static int stream, datagram;

static void get_one(const char *name, int option)
{
    unsigned char value[64];
    socklen_t len = sizeof(value);
    char label[64];
    int number;

    memset(value, 0xee, sizeof(value));
    sprintf(label, "get %s", name);
    if (call(label, getsockopt(stream, SOL_SOCKET, option, value, &len)) != 0)
        return;
    memcpy(&number, value, sizeof(number));
    if (len == sizeof(int))
        say("  %d", number);
    else
        say("  length %d, first %d", (int)len, number);
}

static void set_one(const char *name, int option, int value)
{
    char label[64];

    sprintf(label, "set %s to %d", name, value);
    call(label, setsockopt(stream, SOL_SOCKET, option, &value, sizeof(value)));
}

static const struct {
    const char *name;
    int option;
} flags[] = {
    {"SO_DEBUG", 1},      {"SO_REUSEADDR", 2},         {"SO_DONTROUTE", 5},  {"SO_BROADCAST", 6},
    {"SO_KEEPALIVE", 9},  {"SO_OOBINLINE", 10},        {"SO_NO_CHECK", 11},  {"SO_REUSEPORT", 15},
    {"SO_PASSCRED", 16},  {"SO_PASSSEC", 34},          {"SO_TIMESTAMP", 29}, {"SO_TIMESTAMPNS", 35},
    {"SO_BSDCOMPAT", 14}, {"SO_SELECT_ERR_QUEUE", 45},
};

static void booleans(void)
{
    for (unsigned i = 0; i < COUNT_OF(flags); i++) {
        get_one(flags[i].name, flags[i].option);
        set_one(flags[i].name, flags[i].option, 5);
        get_one(flags[i].name, flags[i].option);
        set_one(flags[i].name, flags[i].option, 0);
        get_one(flags[i].name, flags[i].option);
    }
}

static void facts(void)
{
    get_one("SO_TYPE", SO_TYPE);
    get_one("SO_DOMAIN", SO_DOMAIN);
    get_one("SO_PROTOCOL", SO_PROTOCOL);
    get_one("SO_ERROR", SO_ERROR);
    get_one("SO_ACCEPTCONN", SO_ACCEPTCONN);
    get_one("SO_SNDLOWAT", SO_SNDLOWAT);
    set_one("SO_TYPE", SO_TYPE, 1);
    set_one("SO_DOMAIN", SO_DOMAIN, 1);
    set_one("SO_PROTOCOL", SO_PROTOCOL, 1);
    set_one("SO_ERROR", SO_ERROR, 1);
    set_one("SO_ACCEPTCONN", SO_ACCEPTCONN, 1);
    set_one("SO_SNDLOWAT", SO_SNDLOWAT, 1);
    set_one("SO_PEERCRED", SO_PEERCRED, 1);
    get_one("99", 99);
    set_one("99", 99, 1);
    set_one("SO_DETACH_FILTER", SO_DETACH_FILTER, 0);
}

static void numbers(void)
{
    static const int sizes[] = {0,      1,      2303,    2304, 4608,   100000,
                                212992, 212993, 1 << 30, -1,   INT_MIN};

    get_one("SO_SNDBUF", SO_SNDBUF);
    get_one("SO_RCVBUF", SO_RCVBUF);
    for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
        set_one("SO_SNDBUF", SO_SNDBUF, sizes[i]);
        get_one("SO_SNDBUF", SO_SNDBUF);
        set_one("SO_RCVBUF", SO_RCVBUF, sizes[i]);
        get_one("SO_RCVBUF", SO_RCVBUF);
    }
    set_one("SO_SNDBUFFORCE", 32, 1000000);
    get_one("SO_SNDBUF", SO_SNDBUF);
    set_one("SO_SNDBUFFORCE", 32, -5);
    get_one("SO_SNDBUF", SO_SNDBUF);
    set_one("SO_RCVBUFFORCE", 33, 1000000);
    get_one("SO_RCVBUF", SO_RCVBUF);
    get_one("SO_BUF_LOCK", 72);
    set_one("SO_BUF_LOCK", 72, 4);
    set_one("SO_BUF_LOCK", 72, 1);
    get_one("SO_BUF_LOCK", 72);
    get_one("SO_RCVLOWAT", SO_RCVLOWAT);
    set_one("SO_RCVLOWAT", SO_RCVLOWAT, 0);
    get_one("SO_RCVLOWAT", SO_RCVLOWAT);
    set_one("SO_RCVLOWAT", SO_RCVLOWAT, 77);
    get_one("SO_RCVLOWAT", SO_RCVLOWAT);
    set_one("SO_RCVLOWAT", SO_RCVLOWAT, -1);
    get_one("SO_RCVLOWAT", SO_RCVLOWAT);
    get_one("SO_PRIORITY", SO_PRIORITY);
    set_one("SO_PRIORITY", SO_PRIORITY, 6);
    get_one("SO_PRIORITY", SO_PRIORITY);
    set_one("SO_PRIORITY", SO_PRIORITY, 7);
    get_one("SO_MARK", 36);
    set_one("SO_MARK", 36, 5);
    get_one("SO_MARK", 36);
    get_one("SO_PEEK_OFF", 42);
    set_one("SO_PEEK_OFF", 42, 3);
    get_one("SO_PEEK_OFF", 42);
    set_one("SO_PEEK_OFF", 42, -1);
}

/* What nothing here can change tells what it tells on a fresh socket of Linux. */
static void fixed(void)
{
    get_one("SO_RXQ_OVFL", 40);
    get_one("SO_WIFI_STATUS", 41);
    get_one("SO_NOFCS", 43);
    get_one("SO_LOCK_FILTER", 44);
    set_one("SO_LOCK_FILTER", 44, 0);
    get_one("SO_INCOMING_CPU", 49);
    get_one("SO_ZEROCOPY", 60);
    get_one("SO_INCOMING_NAPI_ID", 56);
    get_one("SO_BINDTOIFINDEX", 62);
    get_one("SO_PREFER_BUSY_POLL", 69);
    get_one("SO_RESERVE_MEM", 73);
    get_one("SO_RCVMARK", 75);
    get_one("SO_PEERSEC", 31);
}

static void get_time(const char *label, int option)
{
    struct timeval value = {-1, -1};
    socklen_t len = sizeof(value);

    call(label, getsockopt(stream, SOL_SOCKET, option, &value, &len));
    say("  %ld.%06ld", (long)value.tv_sec, (long)value.tv_usec);
}

static void set_time(int option, long seconds, long microseconds)
{
    struct timeval value = {seconds, microseconds};

    say("%ld s %ld us:", seconds, microseconds);
    call("set", setsockopt(stream, SOL_SOCKET, option, &value, sizeof(value)));
    get_time("get", option);
}

static void times(void)
{
    struct timeval value = {1, 0};

    get_time("receive", SO_RCVTIMEO);
    get_time("send", SO_SNDTIMEO);
    set_time(SO_RCVTIMEO, 1, 500000);
    set_time(SO_RCVTIMEO, 0, 1);
    set_time(SO_RCVTIMEO, 0, 4001);
    set_time(SO_RCVTIMEO, 0, 1000000);
    set_time(SO_RCVTIMEO, 0, -1);
    set_time(SO_RCVTIMEO, -1, 0);
    set_time(SO_SNDTIMEO, 10000000, 0);
    set_time(SO_SNDTIMEO, 0, 0);
    set_time(SO_RCVTIMEO, 0, 0);
    call("short", setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &value, 15));
    call("shorter", setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &value, 3));
    call("longer", setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &value, 64));
    get_time("get", SO_RCVTIMEO);
}

static void linger(void)
{
    struct linger value = {1, 30};
    socklen_t len;

    call("set linger", setsockopt(stream, SOL_SOCKET, SO_LINGER, &value, sizeof(value)));
    value = (struct linger){7, 7};
    len = sizeof(value);
    call("get linger", getsockopt(stream, SOL_SOCKET, SO_LINGER, &value, &len));
    say("  %d %d, length %d", value.l_onoff, value.l_linger, (int)len);
    value = (struct linger){0, 5};
    call("set linger off", setsockopt(stream, SOL_SOCKET, SO_LINGER, &value, sizeof(value)));
    call("get linger", getsockopt(stream, SOL_SOCKET, SO_LINGER, &value, &len));
    say("  %d %d", value.l_onoff, value.l_linger);
    call("short linger", setsockopt(stream, SOL_SOCKET, SO_LINGER, &value, 7));
    len = 5;
    value = (struct linger){-1, -1};
    call("get part of linger", getsockopt(stream, SOL_SOCKET, SO_LINGER, &value, &len));
    say("  %d %x, length %d", value.l_onoff, (unsigned)value.l_linger, (int)len);
}

static void lengths(void)
{
    int value = 1;
    char small = 1;
    socklen_t len = 1;

    call("set with length 3", setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &value, 3));
    call("set with length 0", setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &value, 0));
    call("set with length -1", setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &value, -1));
    call("set with length 100", setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &value, 100));
    call("set from nowhere", setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, (void *)8, 4));
    call("set unknown from nowhere", setsockopt(stream, SOL_SOCKET, 99, (void *)8, 4));
    call("get one byte", getsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &small, &len));
    say("  %d, length %d", small, (int)len);
    len = 0;
    call("get nothing", getsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &small, &len));
    len = -1;
    call("get with length -1", getsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &small, &len));
    len = 4;
    call("get to nowhere", getsockopt(stream, SOL_SOCKET, SO_REUSEADDR, (void *)8, &len));
    call("length nowhere", getsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &value, (void *)8));
    len = 4;
    call("get level 6", getsockopt(stream, 6, 1, &value, &len));
    call("get level 6, bad length", getsockopt(stream, 6, 1, &value, (void *)8));
    call("set level 6", setsockopt(stream, 6, 1, &value, sizeof(value)));
    call("set level 41, bad value", setsockopt(datagram, 41, 26, (void *)8, sizeof(value)));
    call("set level 0 short", setsockopt(datagram, 0, 1, &value, 0));
}

static void peers(void)
{
    struct {
        int pid, uid, gid;
    } identity = {-5, -5, -5};
    socklen_t len = sizeof(identity);
    unsigned char bytes[128];
    int groups[64];
    int fds[2];
    unsigned long long cookie = 0, other = 0;

    call("peer of nobody", getsockopt(stream, SOL_SOCKET, SO_PEERCRED, &identity, &len));
    say("  %d %d %d, length %d", identity.pid, identity.uid, identity.gid, (int)len);
    len = sizeof(groups);
    call("groups of nobody", getsockopt(stream, SOL_SOCKET, 59, groups, &len));
    len = sizeof(bytes);
    call("name of nobody", getsockopt(stream, SOL_SOCKET, 28, bytes, &len));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    len = sizeof(identity);
    call("peer of a pair", getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &identity, &len));
    yes("it is me", identity.pid == getpid() && identity.uid == 0 && identity.gid == 0);
    len = 6;
    call("part of it", getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &identity, &len));
    say("  length %d", (int)len);
    must(setgroups(3, (gid_t[]){7, 8, 9}));
    close(fds[0]);
    close(fds[1]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    len = sizeof(groups);
    call("groups of a pair", getsockopt(fds[0], SOL_SOCKET, 59, groups, &len));
    say("  length %d: %d %d %d", (int)len, groups[0], groups[1], groups[2]);
    len = 8;
    call("groups, no room", getsockopt(fds[0], SOL_SOCKET, 59, groups, &len));
    say("  length %d", (int)len);
    len = 2;
    call("name of a pair", getsockopt(fds[0], SOL_SOCKET, 28, bytes, &len));
    say("  length %d", (int)len);
    len = 100;
    call("name of a pair, too long", getsockopt(fds[0], SOL_SOCKET, 28, bytes, &len));
    len = sizeof(cookie);
    call("cookie", getsockopt(fds[0], SOL_SOCKET, 57, &cookie, &len));
    call("cookie again", getsockopt(fds[0], SOL_SOCKET, 57, &other, &len));
    yes("the same", cookie == other && cookie != 0);
    call("cookie of the other", getsockopt(fds[1], SOL_SOCKET, 57, &other, &len));
    yes("different", cookie != other);
    len = 4;
    call("part of a cookie", getsockopt(fds[0], SOL_SOCKET, 57, &cookie, &len));
    close(fds[0]);
    close(fds[1]);
}

static void unprivileged(void)
{
    must(setgid(1000));
    must(setuid(1000));
    set_one("SO_DEBUG", SO_DEBUG, 1);
    set_one("SO_DEBUG", SO_DEBUG, 0);
    set_one("SO_PRIORITY", SO_PRIORITY, 6);
    set_one("SO_PRIORITY", SO_PRIORITY, 7);
    set_one("SO_MARK", 36, 1);
    set_one("SO_SNDBUFFORCE", 32, 1000000);
    set_one("SO_RCVBUFFORCE", 33, 1000000);
    exit(0);
}

int main(void)
{
    stream = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    datagram = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0));
    facts();
    booleans();
    numbers();
    fixed();
    times();
    linger();
    lengths();
    peers();
    in_child("unprivileged", unprivileged);
    return 0;
}
