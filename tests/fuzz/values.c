/*
 * Three kinds of answers for each argument: a good one most of the time, or no call would get past
 * its first check; an edge; and any bits at all. Pointers name an arena of which some pages are
 * missing or read-only, filled with small numbers, descriptors and addresses, so that the
 * structures a call finds there are halfway plausible too.
 */
#define _GNU_SOURCE
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#define PAGE        4096ul
#define ARENA_PAGES 64
#define NR_NAMES    16

static uint64_t state;
static char *arena; /* what calls may map over and unmap */
static char
    *memory; /* what pointers name: pages 0-7 good, 8 read-only, 9 absent, 10 write-only fault-in */

uint64_t values_random(void)
{
    /* splitmix64, Steele, Lea and Flood 2014 */
    uint64_t mixed = state += 0x9e3779b97f4a7c15ull;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
    return mixed ^ mixed >> 31;
}

uint64_t values_below(uint64_t bound)
{
    return values_random() % bound;
}

static int one_in(unsigned chances)
{
    return values_below(chances) == 0;
}

#define PICK(array) ((array)[values_below(sizeof(array) / sizeof((array)[0]))])

/* ---- numbers ---- */

static uint64_t edge(void)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     8,
                                     16,
                                     63,
                                     64,
                                     65,
                                     127,
                                     128,
                                     255,
                                     256,
                                     1023,
                                     1024,
                                     4095,
                                     4096,
                                     4097,
                                     8192,
                                     65535,
                                     65536,
                                     0x7fff,
                                     0x8000,
                                     0xffff,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     0x7fffffffffff,
                                     0x800000000000,
                                     0x7ffffffff000,
                                     0xffff800000000000,
                                     0xffff888000000000,
                                     0xffffffff81000000,
                                     0xffffffffff600000,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     -1ull,
                                     -2ull,
                                     -4095ull,
                                     -4096ull,
                                     -4097ull};

    return PICK(edges);
}

static uint64_t small(uint64_t bound)
{
    if (one_in(12))
        return edge();
    if (one_in(40))
        return values_random();
    return values_below(bound);
}

static uint64_t bits(unsigned width)
{
    uint64_t value = 0;
    unsigned nr = values_below(4);

    if (one_in(12))
        return edge();
    while (nr-- > 0)
        value |= 1ull << values_below(width);
    return value;
}

static uint64_t size(void)
{
    switch (values_below(5)) {
    case 0:
        return values_below(64);
    case 1:
        return values_below(16) * PAGE;
    case 2:
        return values_below(3 * PAGE);
    case 3:
        return edge();
    default:
        return 1ull << values_below(40);
    }
}

/* ---- memory ---- */

static uint64_t address(void)
{
    if (one_in(16))
        return edge();
    return (uint64_t)arena + values_below(ARENA_PAGES) * PAGE +
           (one_in(10) ? values_below(PAGE) : 0);
}

static uint64_t pointer(void)
{
    if (one_in(12))
        return edge();
    if (one_in(6))
        return (uint64_t)memory + (8 + values_below(3)) * PAGE - values_below(64);
    return (uint64_t)memory + values_below(8) * PAGE + (one_in(2) ? 0 : values_below(PAGE));
}

static uint64_t word(void)
{
    switch (values_below(8)) {
    case 0:
    case 1:
        return 0;
    case 2:
        return values_below(12);
    case 3:
        return pointer();
    case 4:
        return address();
    case 5:
        return edge();
    case 6:
        return values_below(1000) | values_below(1000) << 32;
    default:
        return values_random();
    }
}

void values_refill(void)
{
    unsigned page, i;

    /* The call before may have protected or unmapped it. */
    if (mmap(memory, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED)
        _exit(1);
    for (page = 0; page < 2; page++) {
        uint64_t *words = (uint64_t *)(memory + page * PAGE);

        for (i = 0; i < 64; i++)
            words[i] = word();
    }
}

/* ---- names and descriptors ---- */

static const char *const names[NR_NAMES] = {"file",
                                            "directory",
                                            "directory/inner",
                                            "link",
                                            "fifo",
                                            ".",
                                            "..",
                                            "missing",
                                            "directory/missing",
                                            "/proc/self/maps",
                                            "/proc/self/mem",
                                            "/dev/null",
                                            "/dev/zero",
                                            "/proc/self",
                                            "/dev/tty",
                                            ""};

static uint64_t name(void)
{
    if (one_in(12))
        return pointer();
    if (one_in(20))
        return (uint64_t)memset(memory + 2 * PAGE, 'x', 2 * PAGE);
    return (uint64_t)PICK(names);
}

/* A connected pair, one that hears datagrams, one that takes connections. */
static void prepare_sockets(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fds[2], fd;

    (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    unlink(address.sun_path);
    (void)!bind(fd, (const void *)&address, sizeof(address));
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
    (void)!bind(fd, (const void *)&address, sizeof(address.sun_family));
    (void)!listen(fd, 3);
}

/* Instances that watch each other, files, and a file of huge pages. */
static void prepare_watchers(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int inner = epoll_create1(0), outer = epoll_create1(0), inotify = inotify_init1(IN_NONBLOCK);
    sigset_t signals;
    int pipes[2];

    (void)!epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event);
    (void)!epoll_ctl(inner, EPOLL_CTL_ADD, inotify, &event);
    (void)!inotify_add_watch(inotify, ".", IN_ALL_EVENTS);
    (void)!inotify_add_watch(inotify, "file", IN_ALL_EVENTS);
    (void)!ftruncate(memfd_create("huge", MFD_HUGETLB), 2 << 20);
    sigfillset(&signals);
    (void)!signalfd(-1, &signals, SFD_NONBLOCK);
    (void)!pipe2(pipes, O_NONBLOCK);
    (void)!pipe2(pipes, O_NONBLOCK | O_DIRECT);
    (void)!open("/proc/self/pagemap", O_RDONLY);
    (void)!open("/proc/self/mem", O_RDWR);
}

/* Over the loopback: one that listens, both ends of a connection, one for datagrams. */
static void prepare_connections(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    (void)!bind(listener, (const void *)&address, sizeof(address));
    (void)!listen(listener, 4);
    (void)!getsockname(listener, (void *)&address, &len);
    (void)!connect(socket(AF_INET, SOCK_STREAM, 0), (const void *)&address, len);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    (void)!accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    address.sin_port = htons(4001);
    (void)!bind(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), (const void *)&address, len);
}

static void prepare_descriptors(void)
{
    int pipes[2];

    close(open("file", O_RDWR | O_CREAT, 0644));
    if (truncate("file", 3 * PAGE + 100) != 0)
        _exit(1);
    mkdir("directory", 0755);
    close(open("directory/inner", O_RDWR | O_CREAT, 0644));
    if (symlink("file", "link") != 0 && errno != EEXIST)
        _exit(1);
    mkfifo("fifo", 0644);

    (void)!pipe(pipes);
    (void)!open("file", O_RDWR);
    (void)!open("directory", O_RDONLY);
    (void)!open("fifo", O_RDWR | O_NONBLOCK);
    (void)!open("/dev/zero", O_RDWR);
    (void)!open("/proc/self/maps", O_RDONLY);
    (void)!open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    (void)!eventfd(1, EFD_NONBLOCK);
    (void)!memfd_create("memory", MFD_ALLOW_SEALING);
    (void)!timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    (void)!epoll_create1(0);
    (void)!syscall(SYS_pidfd_open, getpid(), 0);
    prepare_sockets();
    prepare_watchers();
    prepare_connections();
}

void values_prepare(uint64_t seed)
{
    state = seed;
    arena =
        mmap(NULL, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED || memory == MAP_FAILED)
        _exit(1);
    mprotect(memory + 8 * PAGE, PAGE, PROT_READ);
    munmap(memory + 9 * PAGE, PAGE);
    prepare_descriptors();
}

/* ---- by kind ---- */

static uint64_t descriptor(void)
{
    return one_in(20) ? edge() : values_below(44);
}

/* Itself, its group, nobody: never the processes that watch it. */
static uint64_t process(void)
{
    static const int others[] = {0, 0x3fffffff, -0x3fffffff, 0x7fffffff};

    return one_in(2) ? (uint64_t)getpid() : (uint64_t)(int64_t)PICK(others);
}

static uint64_t mmap_flags(void)
{
    uint64_t flags = one_in(2) ? MAP_PRIVATE : one_in(6) ? values_below(4) : MAP_SHARED;

    if (!one_in(3))
        flags |= MAP_ANONYMOUS;
    return flags | (one_in(2) ? 0 : bits(21));
}

static uint64_t clone_flags(void)
{
    static const uint64_t usual[] = {SIGCHLD, 0x3d0f00, 0x4111, 0x100 | SIGCHLD,
                                     0x1200000 | SIGCHLD};

    return one_in(2) ? PICK(usual) : bits(33) | SIGCHLD;
}

static uint64_t ioctl_request(void)
{
    return one_in(4) ? values_random() : 0x5400 + values_below(0x60);
}

uint64_t values_make(enum kind kind)
{
    switch (kind) {
    case KIND_FD:
        return descriptor();
    case KIND_DIRFD:
        return one_in(2) ? (uint64_t)AT_FDCWD : descriptor();
    case KIND_PID:
        return process();
    case KIND_UID:
        return small(3) - 1;
    case KIND_SIGNAL:
        return one_in(30) ? small(66) : 20 + values_below(40);
    case KIND_CLOCK:
        return small(14) - (one_in(4) ? 8 : 0);
    case KIND_ADDRESS:
        return address();
    case KIND_PATH:
    case KIND_STRING:
        return name();
    case KIND_SIZE:
    case KIND_OFFSET:
        return size();
    case KIND_PROT:
        return one_in(10) ? bits(32) : values_below(8);
    case KIND_MMAP_FLAGS:
        return mmap_flags();
    case KIND_CLONE_FLAGS:
        return clone_flags();
    case KIND_IOCTL:
        return ioctl_request();
    case KIND_OPEN_FLAGS:
    case KIND_AT_FLAGS:
    case KIND_HEX:
    case KIND_MESSAGE_FLAGS:
        return one_in(3) ? word() : bits(24);
    case KIND_OCTAL:
        return bits(16);
    case KIND_MADVICE:
    case KIND_MSYNC_FLAGS:
    case KIND_MREMAP_FLAGS:
    case KIND_WHENCE:
    case KIND_FCNTL:
    case KIND_PRCTL:
    case KIND_FUTEX:
    case KIND_INT:
    case KIND_UINT:
    case KIND_ACCESS:
    case KIND_DOMAIN:
    case KIND_SHUTDOWN:
    case KIND_SOCKET_LEVEL:
    case KIND_SOCKET_OPTION:
    case KIND_SOCKET_TYPE:
    case KIND_RLIMIT:
    case KIND_SIGMASK_HOW:
    case KIND_WAIT_OPTIONS:
    case KIND_ARCH_PRCTL:
        return one_in(5) ? bits(31) : small(32);
    case KIND_LONG:
    case KIND_ULONG:
        return one_in(2) ? small(16) : word();
    default:
        return pointer();
    }
}
