/* socket, socketpair: families, types, flags, what a socket is as a file; calls on what is none. */

#include "test.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>

/* The calls themselves: the library looks into the header. */
#define sendmsg(fd, message, flags) syscall(SYS_sendmsg, fd, message, flags)
#define recvmsg(fd, message, flags) syscall(SYS_recvmsg, fd, message, flags)

static void make(const char *label, int domain, int type, int protocol)
{
    long fd = call_ok(label, socket(domain, type, protocol));

    if (fd >= 0)
        close((int)fd);
}

static void kinds(void)
{
    make("stream", AF_UNIX, SOCK_STREAM, 0);
    make("dgram", AF_UNIX, SOCK_DGRAM, 0);
    make("seqpacket", AF_UNIX, SOCK_SEQPACKET, 0);
    make("raw", AF_UNIX, SOCK_RAW, 0);
    make("rdm", AF_UNIX, SOCK_RDM, 0);
    make("dccp", AF_UNIX, 6, 0);
    make("type 0", AF_UNIX, 0, 0);
    make("type 10", AF_UNIX, 10, 0);
    make("type 11", AF_UNIX, 11, 0);
    make("type 15", AF_UNIX, 15, 0);
    make("protocol 1", AF_UNIX, SOCK_STREAM, 1);
    make("protocol 2", AF_UNIX, SOCK_STREAM, 2);
    make("protocol -1", AF_UNIX, SOCK_STREAM, -1);
    make("cloexec", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    make("nonblock", AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    make("bad flag", AF_UNIX, SOCK_STREAM | 0x10, 0);
    make("bad flag high", AF_UNIX, SOCK_STREAM | 0x40000000, 0);
    make("bad flag and family", 99, SOCK_STREAM | 0x10, 0);
    make("family 0", 0, SOCK_STREAM, 0);
    make("family 46", 46, SOCK_STREAM, 0);
    make("family -1", -1, SOCK_STREAM, 0);
    make("family 99, type 99", 99, 15, 0);
}

static void show_type(const char *label, int type)
{
    int fd = (int)must(socket(AF_UNIX, type, 0)), value;
    socklen_t len = sizeof(value);

    must(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
    say("%s is of type %d, flags %#x, cloexec %d", label, value, fcntl(fd, F_GETFL),
        fcntl(fd, F_GETFD));
    close(fd);
}

static void pairs(void)
{
    int fds[2] = {-7, -7};

    call("pair stream", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    yes("two descriptors in a row", fds[1] == fds[0] + 1);
    close(fds[0]);
    close(fds[1]);
    call("pair dgram", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    close(fds[0]);
    close(fds[1]);
    call("pair seqpacket", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
    close(fds[0]);
    close(fds[1]);
    call("pair bad flag", socketpair(AF_UNIX, SOCK_STREAM | 0x10, 0, fds));
    call("pair bad family", socketpair(77, SOCK_STREAM, 0, fds));
    call("pair bad type", socketpair(AF_UNIX, 7, 0, fds));
    call("pair bad pointer", syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 8));
    call("pair bad pointer and family", syscall(SYS_socketpair, 77, SOCK_STREAM, 0, 8));
    call("pair bad protocol", socketpair(AF_UNIX, SOCK_STREAM, 5, fds));
    yes("nothing was left open", dup(0) == fds[0]);
    close(fds[0]);
    call("pair nonblocking cloexec",
         socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds));
    say("flags %#x %#x, cloexec %d %d", fcntl(fds[0], F_GETFL), fcntl(fds[1], F_GETFL),
        fcntl(fds[0], F_GETFD), fcntl(fds[1], F_GETFD));
    close(fds[0]);
    close(fds[1]);
}

static void limits(void)
{
    struct rlimit_like {
        unsigned long now, most;
    } limit = {4, 64};
    int fds[2];

    must(syscall(SYS_prlimit64, 0, 7, &limit, NULL));
    call("pair with one descriptor left", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    call_ok("socket with one left", socket(AF_UNIX, SOCK_STREAM, 0));
    call("socket with none left", socket(AF_UNIX, SOCK_STREAM, 0));
    call("socket with none left, bad family", socket(77, SOCK_STREAM, 0));
    call("accept with none left", accept(0, NULL, NULL));
    close(3);
    limit.now = 64;
    must(syscall(SYS_prlimit64, 0, 7, &limit, NULL));
}

static void as_file(void)
{
    int fd = (int)must(socket(AF_UNIX, SOCK_STREAM, 0)), flags;
    char text[64], path[32], expected[64];
    struct statfs fs;
    struct stat st;

    must(fstat(fd, &st));
    say("mode %o, size %ld, links %ld", st.st_mode, (long)st.st_size, (long)st.st_nlink);
    sprintf(path, "/proc/self/fd/%d", fd);
    sprintf(expected, "socket:[%lu]", (unsigned long)st.st_ino);
    memset(text, 0, sizeof(text));
    must(readlink(path, text, sizeof(text) - 1));
    yes("/proc/self/fd shows the inode", strcmp(text, expected) == 0);
    must(fstatfs(fd, &fs));
    say("file system %#lx", (unsigned long)fs.f_type);
    call("open through /proc", open(path, O_RDWR));
    call("lseek", lseek(fd, 0, SEEK_SET));
    call("pread", pread(fd, text, 1, 0));
    call("pwrite", pwrite(fd, text, 1, 0));
    call("ftruncate", ftruncate(fd, 0));
    call("fsync", fsync(fd));
    call("mmap", (long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == -1 ? -1 : 0);
    call("fchmod", fchmod(fd, 0600));
    must(fstat(fd, &st));
    say("mode %o", st.st_mode);
    call("F_SETFL", fcntl(fd, F_SETFL, O_NONBLOCK));
    say("flags %#x", fcntl(fd, F_GETFL));
    flags = 0;
    call("FIONBIO", ioctl(fd, FIONBIO, &flags));
    say("flags %#x", fcntl(fd, F_GETFL));
    call("O_DIRECT", fcntl(fd, F_SETFL, O_DIRECT));
    call("TCGETS", ioctl(fd, 0x5401, text));
    call("unknown ioctl", ioctl(fd, 0x12345, text));
    close(fd);
}

static void not_sockets(void)
{
    int file = (int)must(open("/tmp/plain", O_RDWR | O_CREAT, 0600));
    int place = (int)must(open("/tmp", O_PATH));
    int bad[] = {-1, 99, file, place};
    const char *names[] = {"-1", "99", "a file", "a place"};
    char buffer[128];
    socklen_t len;
    struct msghdr message;

    memset(buffer, 0, sizeof(buffer));
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        int fd = bad[i];

        memset(&message, 0, sizeof(message));
        len = sizeof(buffer);
        say("%s:", names[i]);
        call("bind", bind(fd, (void *)buffer, 10));
        call("bind, bad length", bind(fd, (void *)buffer, -1));
        call("connect", connect(fd, (void *)buffer, 10));
        call("connect, bad length", connect(fd, (void *)buffer, 200));
        call("listen", listen(fd, 1));
        call("accept", accept(fd, NULL, NULL));
        call("accept4, bad flag", syscall(SYS_accept4, fd, NULL, NULL, 1));
        call("getsockname", getsockname(fd, (void *)buffer, &len));
        call("getpeername", getpeername(fd, (void *)buffer, &len));
        call("sendto", sendto(fd, buffer, 1, 0, NULL, 0));
        call("sendto, bad buffer", sendto(fd, (void *)-4096, 8192, 0, NULL, 0));
        call("recvfrom", recvfrom(fd, buffer, 1, 0, NULL, NULL));
        call("sendmsg", sendmsg(fd, &message, 0));
        call("sendmsg, bad pointer", sendmsg(fd, (void *)8, 0));
        call("recvmsg", recvmsg(fd, &message, 0));
        call("shutdown", shutdown(fd, 9));
        call("setsockopt", setsockopt(fd, 1, 2, buffer, 4));
        call("setsockopt, bad length", setsockopt(fd, 1, 2, buffer, -4));
        call("getsockopt", getsockopt(fd, 1, 2, buffer, &len));
        call("getsockopt, bad pointer", getsockopt(fd, 1, 2, buffer, (void *)8));
        call("sendmmsg", syscall(SYS_sendmmsg, fd, buffer, 1, 0));
        call("recvmmsg", syscall(SYS_recvmmsg, fd, buffer, 1, 0, NULL));
    }
    close(file);
    close(place);
}

int main(void)
{
    kinds();
    show_type("stream", SOCK_STREAM);
    show_type("raw", SOCK_RAW);
    show_type("dgram nonblocking cloexec", SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    pairs();
    limits();
    as_file();
    not_sockets();
    return 0;
}
