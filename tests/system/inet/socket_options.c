/* Level SOL_SOCKET on internet sockets: defaults, edges of values and lengths, what is refused. */

#include "inet.h"

#include <sys/time.h>

static int fd;
static const char *kind;

static const struct {
    const char *name;
    int option;
} options[] = {
    {"SO_DEBUG", 1},
    {"SO_REUSEADDR", 2},
    {"SO_TYPE", 3},
    {"SO_ERROR", 4},
    {"SO_DONTROUTE", 5},
    {"SO_BROADCAST", 6},
    {"SO_SNDBUF", 7},
    {"SO_RCVBUF", 8},
    {"SO_KEEPALIVE", 9},
    {"SO_OOBINLINE", 10},
    {"SO_NO_CHECK", 11},
    {"SO_PRIORITY", 12},
    {"SO_LINGER", 13},
    {"SO_BSDCOMPAT", 14},
    {"SO_REUSEPORT", 15},
    {"SO_PASSCRED", 16},
    {"SO_PEERCRED", 17},
    {"SO_RCVLOWAT", 18},
    {"SO_SNDLOWAT", 19},
    {"SO_RCVTIMEO", 20},
    {"SO_SNDTIMEO", 21},
    {"22", 22},
    {"23", 23},
    {"24", 24},
    {"SO_DETACH_FILTER", 27},
    {"SO_PEERNAME", 28},
    {"SO_TIMESTAMP", 29},
    {"SO_ACCEPTCONN", 30},
    {"SO_PEERSEC", 31},
    {"SO_SNDBUFFORCE", 32},
    {"SO_RCVBUFFORCE", 33},
    {"SO_PASSSEC", 34},
    {"SO_TIMESTAMPNS", 35},
    {"SO_MARK", 36},
    {"SO_PROTOCOL", 38},
    {"SO_DOMAIN", 39},
    {"SO_NOFCS", 43},
    {"SO_LOCK_FILTER", 44},
    {"SO_PEERGROUPS", 59},
    {"78", 78},
    {"-1", -1},
};

/* One line: each room and what came back. */
static void lengths(const char *name, int option)
{
    static const int sizes[] = {0, 1, 3, 4, 7, 8, 15, 16, 64, -1};
    unsigned char value[64];
    char line[400] = "";

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        socklen_t len = (socklen_t)sizes[i];
        long result = getsockopt(fd, SOL_SOCKET, option, value, &len);
        size_t at = strlen(line);

        if (result == 0)
            snprintf(line + at, sizeof(line) - at, " %d", (int)len);
        else
            snprintf(line + at, sizeof(line) - at, " %s", errno_name(errno));
    }
    say("%s get %s:%s", kind, name, line);
}

static void set_lengths(const char *name, int option)
{
    static const int sizes[] = {0, 1, 3, 4, 7, 8, 15, 16, 64, -1};
    char value[64] = "", line[400] = "";

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        long result = setsockopt(fd, SOL_SOCKET, option, value, (socklen_t)sizes[i]);

        strcat(line, " ");
        strcat(line, result == 0 ? "0" : errno_name(errno));
    }
    say("%s set %s:%s", kind, name, line);
}

static void values(const char *name, int option)
{
    static const int numbers[] = {0, 1, 2, -1, INT_MAX, INT_MIN};
    char line[400] = "";

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        int now = -5;
        socklen_t len = sizeof(now);
        long result = setsockopt(fd, SOL_SOCKET, option, &numbers[i], sizeof(int));
        size_t at;

        strcat(line, " ");
        strcat(line, result == 0 ? "0" : errno_name(errno));
        at = strlen(line);
        if (getsockopt(fd, SOL_SOCKET, option, &now, &len) == 0)
            snprintf(line + at, sizeof(line) - at, ",%d", now);
    }
    say("%s values %s:%s", kind, name, line);
}

static void time_values(const char *name, int option)
{
    static const struct timeval times[] = {{0, 0},  {0, 1},  {0, 999999}, {0, 1000000},
                                           {0, -1}, {-1, 0}, {-1, -1},    {LONG_MAX, 0}};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct timeval now = {-5, -5};
        socklen_t len = sizeof(now);
        long result = setsockopt(fd, SOL_SOCKET, option, &times[i], sizeof(now));
        const char *line = result == 0 ? "0" : errno_name(errno);

        must(getsockopt(fd, SOL_SOCKET, option, &now, &len));
        say("%s %s = %ld %ld: %s, is %ld %ld", kind, name, (long)times[i].tv_sec,
            (long)times[i].tv_usec, line, (long)now.tv_sec, (long)now.tv_usec);
    }
}

static bool is_left_out(int option)
{
    return option == SO_RCVLOWAT || option == SO_SNDBUF || option == SO_RCVBUF ||
           option == SO_SNDBUFFORCE ||
           option == SO_RCVBUFFORCE; /* their sizes are each kernel's own */
}

static void each(const char *name, int domain, int type)
{
    kind = name;
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        fd = (int)must(socket(domain, type, 0));
        lengths(options[i].name, options[i].option);
        set_lengths(options[i].name, options[i].option);
        close(fd);
        fd = (int)must(socket(domain, type, 0));
        if (options[i].option == SO_RCVTIMEO || options[i].option == SO_SNDTIMEO)
            time_values(options[i].name, options[i].option);
        else if (options[i].option != SO_LINGER && !is_left_out(options[i].option))
            values(options[i].name, options[i].option);
        close(fd);
    }
}

/* A locked filter stays locked, also if there is none. */
static void locked_filter(void)
{
    int on = 1, off = 0, now = -1;
    socklen_t len = sizeof(now);

    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    call("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)));
    call("unlock", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off, sizeof(off)));
    call("lock", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)));
    call("lock again", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)));
    call("unlock", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off, sizeof(off)));
    call("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)));
    must(getsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &now, &len));
    say("locked %d", now);
    close(fd);
}

int main(void)
{
    each("tcp", AF_INET, SOCK_STREAM);
    each("udp", AF_INET, SOCK_DGRAM);
    each("unix", AF_UNIX, SOCK_STREAM);
    locked_filter();
    return 0;
}
