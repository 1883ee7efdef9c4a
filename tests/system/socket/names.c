/* bind, listen, connect, accept, getsockname, getpeername on AF_UNIX: paths, abstract names, none.
 */

#include "test.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BASE offsetof(struct sockaddr_un, sun_path)

static struct sockaddr_un address;

static socklen_t path(const char *text)
{
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    strncpy(address.sun_path, text, sizeof(address.sun_path));
    return (socklen_t)(BASE + strlen(text) + 1);
}

static socklen_t abstract(const char *text)
{
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, text, strlen(text));
    return (socklen_t)(BASE + 1 + strlen(text));
}

static int stream(void)
{
    return (int)must(socket(AF_UNIX, SOCK_STREAM, 0));
}

static void show(const char *label, int fd, bool peer)
{
    struct sockaddr_un name;
    socklen_t len = sizeof(name);
    long result;

    memset(&name, 0, sizeof(name));
    result = call(label, peer ? getpeername(fd, (void *)&name, &len)
                              : getsockname(fd, (void *)&name, &len));
    if (result == 0)
        say("  length %d, family %d, \"%s%s\"", (int)len, name.sun_family,
            name.sun_path[0] || len <= BASE ? "" : "@",
            name.sun_path[0] ? name.sun_path : name.sun_path + 1);
}

static void bad_addresses(void)
{
    int fd = stream(), other = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0));
    socklen_t len = path("/tmp/socket-a");

    call("bind length 0", bind(fd, (void *)&address, 0));
    call("bind length 1", bind(fd, (void *)&address, 1));
    call("bind length 111", bind(fd, (void *)&address, 111));
    call("bind length 128", bind(fd, (void *)&address, 128));
    call("bind length 129", bind(fd, (void *)&address, 129));
    call("bind from nowhere", bind(fd, (void *)8, len));
    address.sun_family = AF_INET;
    call("bind another family", bind(fd, (void *)&address, len));
    call("bind another family, length 2", bind(fd, (void *)&address, 2));
    call("connect another family", connect(fd, (void *)&address, len));
    call("connect datagram another family", connect(other, (void *)&address, len));
    address.sun_family = AF_UNIX;
    call("connect length 0", connect(fd, (void *)&address, 0));
    call("connect length 1", connect(fd, (void *)&address, 1));
    call("connect length 2", connect(fd, (void *)&address, 2));
    call("connect length 111", connect(fd, (void *)&address, 111));
    call("connect length 129", connect(fd, (void *)&address, 129));
    call("connect nowhere", connect(fd, (void *)8, len));
    call("connect to no name", connect(fd, (void *)&address, len));
    call("connect datagram to no name", connect(other, (void *)&address, len));
    call("connect datagram length 0", connect(other, (void *)&address, 0));
    call("connect datagram length 1", connect(other, (void *)&address, 1));
    call("connect datagram length 2", connect(other, (void *)&address, 2));
    path("/tmp/no/such/directory");
    call("bind in no directory", bind(fd, (void *)&address, len));
    call("connect in no directory", connect(fd, (void *)&address, len));
    len = path("/tmp");
    call("bind at a directory", bind(fd, (void *)&address, len));
    call("connect to a directory", connect(fd, (void *)&address, len));
    close(open("/tmp/plain", O_CREAT | O_RDWR, 0600));
    len = path("/tmp/plain");
    call("bind at a file", bind(fd, (void *)&address, len));
    call("connect to a file", connect(fd, (void *)&address, len));
    len = path("/tmp/plain/below");
    call("bind below a file", bind(fd, (void *)&address, len));
    len = path("/tmp/slash/");
    call("bind with a slash", bind(fd, (void *)&address, len));
    len = abstract("nobody");
    call("connect to no abstract name", connect(fd, (void *)&address, len));
    close(fd);
    close(other);
}

static void paths(void)
{
    int fd = stream(), other = stream();
    socklen_t len = path("/tmp/socket-b");
    struct stat st;

    umask(022);
    show("unbound", fd, false);
    show("unconnected", fd, true);
    call("bind", bind(fd, (void *)&address, len));
    must(stat("/tmp/socket-b", &st));
    say("mode %o, links %ld, size %ld", st.st_mode, (long)st.st_nlink, (long)st.st_size);
    show("bound", fd, false);
    call("bind again to another", bind(fd, (void *)&address, path("/tmp/socket-c")));
    call("no node is left", access("/tmp/socket-c", F_OK));
    len = path("/tmp/socket-b");
    call("bind again to the same", bind(fd, (void *)&address, len));
    call("bind another one to it", bind(other, (void *)&address, len));
    call("open the node", open("/tmp/socket-b", O_RDWR));
    call("connect before listen", connect(other, (void *)&address, len));
    call("unlink", unlink("/tmp/socket-b"));
    show("bound and unlinked", fd, false);
    call("bind another one", bind(other, (void *)&address, len));
    close(fd);
    close(other);
    call("node stays", access("/tmp/socket-b", F_OK));
    fd = stream();
    call("connect to the dead", connect(fd, (void *)&address, len));
    call("bind over the dead", bind(fd, (void *)&address, len));
    unlink("/tmp/socket-b");
    umask(077);
    fchmod(fd, 0666);
    call("bind", bind(fd, (void *)&address, len));
    must(stat("/tmp/socket-b", &st));
    say("mode %o", st.st_mode);
    unlink("/tmp/socket-b");
    close(fd);
    umask(022);
}

static void long_paths(void)
{
    int fd = stream();
    struct sockaddr_un name;
    socklen_t len = sizeof(name) + 10;
    char big[130];

    memset(&address, 'x', sizeof(address));
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, "/tmp/", 5);
    call("bind 108 letters", bind(fd, (void *)&address, sizeof(address)));
    memset(big, 0, sizeof(big));
    call("name", getsockname(fd, (void *)big, &len));
    say("  length %d, last \"%c\", then %d", (int)len, big[109], big[110]);
    len = 10;
    memset(big, '-', sizeof(big));
    call("name, little room", getsockname(fd, (void *)big, &len));
    say("  length %d, \"%.8s\" then %c", (int)len, big + 2, big[10]);
    len = 0;
    call("name, no room", getsockname(fd, (void *)big, &len));
    say("  length %d", (int)len);
    len = -1;
    call("name, negative room", getsockname(fd, (void *)big, &len));
    call("name to nowhere", getsockname(fd, (void *)8, &(socklen_t){10}));
    call("length nowhere", getsockname(fd, (void *)big, (void *)8));
    big[108 + 2] = 0;
    memcpy(big, &address, 110);
    call("remove it", unlink(big + 2));
    close(fd);
    fd = stream();
    path("/tmp/short");
    call("bind with bytes behind", bind(fd, (void *)&address, sizeof(address)));
    show("name", fd, false);
    unlink("/tmp/short");
    close(fd);
    must(chdir("/tmp"));
    fd = stream();
    call("bind a relative path", bind(fd, (void *)&address, path("relative")));
    show("name", fd, false);
    call("it is there", access("/tmp/relative", F_OK));
    unlink("relative");
    close(fd);
}

static void abstract_names(void)
{
    int fd = stream(), other = stream(), datagram = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0));
    socklen_t len = abstract("one");

    call("bind abstract", bind(fd, (void *)&address, len));
    show("name", fd, false);
    call("bind it again", bind(fd, (void *)&address, len));
    call("bind another one", bind(other, (void *)&address, len));
    call("bind a datagram socket", bind(datagram, (void *)&address, len));
    call("bind a longer name", bind(other, (void *)&address, len + 1));
    show("name", other, false);
    call("connect before listen", connect(other, (void *)&address, len));
    call("connect datagram", connect(datagram, (void *)&address, len));
    close(fd);
    close(datagram);
    fd = stream();
    call("free after close", bind(fd, (void *)&address, len));
    close(fd);
    close(other);
    fd = stream();
    call("bind one zero byte", bind(fd, (void *)&address, BASE + 1));
    show("name", fd, false);
    close(fd);
}

static void automatic_names(void)
{
    int fd = stream();
    struct sockaddr_un name;
    socklen_t len = sizeof(name);

    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    call("bind automatically", bind(fd, (void *)&address, BASE));
    must(getsockname(fd, (void *)&name, &len));
    say("length %d, first byte %d, digits %d", (int)len, name.sun_path[0],
        (int)strspn(name.sun_path + 1, "0123456789abcdef"));
    call("again", bind(fd, (void *)&address, BASE));
    call("a path now", bind(fd, (void *)&address, path("/tmp/late")));
    call("no node is left", access("/tmp/late", F_OK));
    close(fd);
}

static void listening(void)
{
    int fd = stream(), datagram = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0)), pair[2];
    int value;
    socklen_t len = sizeof(value);

    call("listen unbound", listen(fd, 1));
    call("accept unbound", accept(fd, NULL, NULL));
    must(bind(fd, (void *)&address, abstract("listener")));
    call("accept before listen", accept(fd, NULL, NULL));
    call("listen", listen(fd, 1));
    call("listen again", listen(fd, -1));
    must(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len));
    say("SO_ACCEPTCONN %d", value);
    call("connect a listener to itself", connect(fd, (void *)&address, abstract("listener")));
    call("read from a listener", read(fd, &value, 1));
    call("write to a listener", write(fd, &value, 1));
    call("accept4 bad flag", syscall(SYS_accept4, fd, NULL, NULL, 1));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    call("accept nothing", accept(fd, NULL, NULL));
    call("listen datagram", listen(datagram, 1));
    call("accept datagram", accept(datagram, NULL, NULL));
    call("shutdown receive", shutdown(fd, SHUT_RD));
    call("accept nothing", accept(fd, NULL, NULL));
    fcntl(fd, F_SETFL, 0);
    call("accept nothing, waiting", accept(fd, NULL, NULL));
    call("connect to it", connect(stream(), (void *)&address, abstract("listener")));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    must(bind(pair[0], (void *)&address, abstract("pair")));
    call("listen connected", listen(pair[0], 1));
    call("accept connected", accept(pair[0], NULL, NULL));
    close(fd);
    close(datagram);
    close(pair[0]);
    close(pair[1]);
}

static void connecting(int type)
{
    int listener = (int)must(socket(AF_UNIX, type, 0)), client, server, other;
    struct sockaddr_un name;
    socklen_t len = sizeof(name);

    must(bind(listener, (void *)&address, path("/tmp/server")));
    must(listen(listener, 5));
    client = (int)must(socket(AF_UNIX, type, 0));
    call("connect", connect(client, (void *)&address, path("/tmp/server")));
    call("connect again", connect(client, (void *)&address, path("/tmp/server")));
    call("connect again to nobody", connect(client, (void *)&address, path("/tmp/none")));
    show("client", client, false);
    show("client's peer", client, true);
    memset(&name, 0, sizeof(name));
    server = (int)must(accept4(listener, (void *)&name, &len, SOCK_CLOEXEC | SOCK_NONBLOCK));
    say("accepted from length %d family %d, flags %#x cloexec %d", (int)len, name.sun_family,
        fcntl(server, F_GETFL), fcntl(server, F_GETFD));
    show("server", server, false);
    show("server's peer", server, true);
    other = (int)must(socket(AF_UNIX, type == SOCK_STREAM ? SOCK_SEQPACKET : SOCK_STREAM, 0));
    call("another type", connect(other, (void *)&address, path("/tmp/server")));
    close(client);
    client = (int)must(socket(AF_UNIX, type, 0));
    must(bind(client, (void *)&address, path("/tmp/client")));
    must(connect(client, (void *)&address, path("/tmp/server")));
    len = 8;
    memset(&name, 0, sizeof(name));
    close(server);
    server = (int)must(accept(listener, (void *)&name, &len));
    say("accepted from length %d, \"%s\"", (int)len, name.sun_path);
    close(client);
    show("peer that is gone", server, true);
    client = (int)must(socket(AF_UNIX, type, 0));
    must(connect(client, (void *)&address, path("/tmp/server")));
    call("accept, name to nowhere", accept(listener, (void *)8, &len));
    call("its end", read(client, &name, 1));
    close(client);
    client = (int)must(socket(AF_UNIX, type, 0));
    must(connect(client, (void *)&address, path("/tmp/server")));
    len = -1;
    call("accept, negative room", accept(listener, (void *)&name, &len));
    symlink("/tmp/server", "/tmp/link");
    close(client);
    client = (int)must(socket(AF_UNIX, type, 0));
    call("through a link", connect(client, (void *)&address, path("/tmp/link")));
    show("peer", client, true);
    close(listener);
    close(client);
    close(server);
    close(other);
    unlink("/tmp/link");
    unlink("/tmp/server");
    unlink("/tmp/client");
}

static void permissions(void)
{
    int fd;

    must(setgid(1000));
    must(setuid(1000));
    fd = stream();
    call("connect without permission", connect(fd, (void *)&address, path("/tmp/closed/s")));
    call("bind without permission", bind(fd, (void *)&address, path("/tmp/closed/t")));
    call("connect, node without permission", connect(fd, (void *)&address, path("/tmp/node")));
    call("connect, file without permission", connect(fd, (void *)&address, path("/tmp/secret")));
    exit(0);
}

int main(void)
{
    int fd;

    bad_addresses();
    paths();
    long_paths();
    abstract_names();
    automatic_names();
    listening();
    connecting(SOCK_STREAM);
    connecting(SOCK_SEQPACKET);
    mkdir("/tmp/closed", 0700);
    close(open("/tmp/secret", O_CREAT | O_RDWR, 0600));
    fd = stream();
    must(bind(fd, (void *)&address, path("/tmp/node")));
    must(listen(fd, 1));
    must(chmod("/tmp/node", 0555));
    in_child("unprivileged", permissions);
    return 0;
}
