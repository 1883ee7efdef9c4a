/* /proc/net/unix and the settings of sockets: net.core, net.unix.max_dgram_qlen, with effect. */

#include "test.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static socklen_t name(const char *text, bool abstract)
{
    memset(address.sun_path, 0, sizeof(address.sun_path));
    memcpy(address.sun_path + abstract, text, strlen(text));
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(text));
}

/* The line of the socket @fd, without address and count of references. */
static void show(const char *label, int fd)
{
    static char text[1 << 16];
    char inode[32], *line, *end;
    struct stat st;

    must(fstat(fd, &st));
    sprintf(inode, " %5lu", (unsigned long)st.st_ino);
    must(file_text("/proc/net/unix", text, sizeof(text)));
    line = strstr(text, inode);
    if (line == NULL) {
        say("%s: no line", label);
        return;
    }
    end = strchr(line, '\n');
    *end = '\0';
    say("%s: %.26s INODE%s", label, line - 26, line + strlen(inode));
}

static void lines(void)
{
    int stream = (int)must(socket(AF_UNIX, SOCK_STREAM, 0)), client, server;
    int datagram = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0)), pair[2];
    char head[80];

    must(file_text("/proc/net/unix", head, 60));
    *strchr(head, '\n') = '\0';
    say("\"%s\"", head);
    show("stream", stream);
    show("datagram", datagram);
    must(bind(stream, (void *)&address, name("/tmp/proc-unix", false)));
    show("bound", stream);
    must(listen(stream, 5));
    show("listening", stream);
    client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
    must(connect(client, (void *)&address, name("/tmp/proc-unix", false)));
    show("client", client);
    server = (int)must(accept(stream, NULL, NULL));
    show("server", server);
    close(client);
    show("server alone", server);
    must(bind(datagram, (void *)&address, name("abstract name", true)));
    show("abstract", datagram);
    must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
    show("pair", pair[0]);
    close(pair[0]);
    close(pair[1]);
    close(stream);
    close(server);
    close(datagram);
    unlink("/tmp/proc-unix");
}

static void show_setting(const char *path)
{
    char text[64] = "", full[128];

    sprintf(full, "/proc/sys/net/%s", path);
    call(path, file_text(full, text, sizeof(text)) > 0 ? 0 : -1);
    text[strcspn(text, "\n")] = '\0';
    say("  %s", text);
}

static long set(const char *path, const char *value)
{
    char full[128];
    int fd, error;
    long result;

    sprintf(full, "/proc/sys/net/%s", path);
    fd = (int)must(open(full, O_WRONLY));
    result = write(fd, value, strlen(value));
    error = errno;
    close(fd);
    errno = error;
    return result;
}

static int number_of(int option)
{
    int fd = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0)), value;
    socklen_t len = sizeof(value);

    must(getsockopt(fd, SOL_SOCKET, option, &value, &len));
    close(fd);
    return value;
}

static int largest(int option)
{
    int fd = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0)), value = 10000000;
    socklen_t len = sizeof(value);

    must(setsockopt(fd, SOL_SOCKET, option, &value, len));
    must(getsockopt(fd, SOL_SOCKET, option, &value, &len));
    close(fd);
    return value;
}

static void queue_lengths(const char *label)
{
    int receiver = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0)), sent = 0;
    int sender = (int)must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));

    must(bind(receiver, (void *)&address, name("queue", true)));
    must(connect(sender, (void *)&address, name("queue", true)));
    while (write(sender, "x", 1) == 1)
        sent++;
    say("%s: %d datagrams", label, sent);
    close(receiver);
    close(sender);
}

static void backlogs(const char *label)
{
    int listener = (int)must(socket(AF_UNIX, SOCK_STREAM, 0)), clients[64], nr = 0;

    must(bind(listener, (void *)&address, name("backlog", true)));
    must(listen(listener, 20));
    for (;;) {
        clients[nr] = (int)must(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        if (connect(clients[nr++], (void *)&address, name("backlog", true)) != 0)
            break;
    }
    say("%s: %d connections", label, nr - 1);
    while (nr > 0)
        close(clients[--nr]);
    close(listener);
}

static void settings(void)
{
    show_setting("core/somaxconn");
    show_setting("core/wmem_default");
    show_setting("core/rmem_default");
    show_setting("core/wmem_max");
    show_setting("core/rmem_max");
    show_setting("core/optmem_max");
    show_setting("unix/max_dgram_qlen");
    queue_lengths("10");
    call("3", set("unix/max_dgram_qlen", "3\n"));
    show_setting("unix/max_dgram_qlen");
    queue_lengths("3");
    call("10", set("unix/max_dgram_qlen", "10\n"));
    backlogs("listen(20)");
    call("somaxconn 4", set("core/somaxconn", "4\n"));
    backlogs("somaxconn 4");
    call("somaxconn -1", set("core/somaxconn", "-1\n"));
    call("somaxconn 4096", set("core/somaxconn", "4096\n"));
    call("wmem_default", set("core/wmem_default", "100000\n"));
    call("rmem_default", set("core/rmem_default", "90000\n"));
    say("defaults %d %d", number_of(SO_SNDBUF), number_of(SO_RCVBUF));
    call("wmem_default 1", set("core/wmem_default", "1\n"));
    call("wmem_default", set("core/wmem_default", "212992\n"));
    call("rmem_default", set("core/rmem_default", "212992\n"));
    call("wmem_max", set("core/wmem_max", "300000\n"));
    call("rmem_max", set("core/rmem_max", "400000\n"));
    say("largest %d %d", largest(SO_SNDBUF), largest(SO_RCVBUF));
    call("wmem_max", set("core/wmem_max", "212992\n"));
    call("rmem_max", set("core/rmem_max", "212992\n"));
    say("/proc/net leads to %s",
        readlink("/proc/net", address.sun_path, sizeof(address.sun_path)) == 8 &&
                memcmp(address.sun_path, "self/net", 8) == 0
            ? "self/net"
            : "?");
}

int main(void)
{
    lines();
    settings();
    return 0;
}
