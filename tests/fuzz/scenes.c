/*
 * A scene fills in structures in memory of its own and names a call that reads them. One in eight
 * has an argument that does not fit.
 */
#define _GNU_SOURCE
#include "scenes.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "values.h"

#define NR_TARGETS 2
#define NR_PORTS   4

#define PICK(array) ((array)[values_below(sizeof(array) / sizeof((array)[0]))])

static pid_t targets[NR_TARGETS];
static char bytes[65536];

/* What a call reads. */
static struct {
    struct sockaddr_storage address;
    struct msghdr message;
    struct mmsghdr messages[4];
    struct iovec vector[4], other[4];
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control;
    struct sock_filter filter[16];
    struct sock_fprog program;
    struct epoll_event event;
    struct flock lock;
    struct itimerspec timer;
    uint64_t clone[11];
    uint64_t offsets[2];
    uint64_t words[64];
    uint32_t length;
} scene;

static uint64_t at(const void *place)
{
    return (uint64_t)(uintptr_t)place;
}

static uint64_t fd(void)
{
    return values_make(KIND_FD);
}

static uint64_t some_bits(unsigned width)
{
    return (1ull << values_below(width)) | (values_below(3) != 0 ? 0 : 1ull << values_below(width));
}

static pid_t target(void)
{
    return PICK(targets);
}

static struct iovec piece(size_t most)
{
    size_t len = values_below(most);

    return (struct iovec){bytes + values_below(sizeof(bytes) - len), len};
}

static void fill_vectors(size_t most)
{
    for (int i = 0; i < 4; i++) {
        scene.vector[i] = piece(most);
        scene.other[i] = piece(most);
    }
}

/* ---- sockets ---- */

static socklen_t fill_address(void)
{
    static const unsigned places[] = {INADDR_LOOPBACK, INADDR_LOOPBACK, INADDR_LOOPBACK,
                                      0xef010101 /* a group */, 0x7fffffff /* everybody */};
    struct sockaddr_in *inet = (void *)&scene.address;
    struct sockaddr_un *local = (void *)&scene.address;

    memset(&scene.address, 0, sizeof(scene.address));
    if (values_below(2) == 0) {
        inet->sin_family = AF_INET;
        inet->sin_addr.s_addr = htonl(PICK(places));
        inet->sin_port = htons(4000 + values_below(NR_PORTS));
        return sizeof(*inet);
    }
    local->sun_family = AF_UNIX;
    if (values_below(4) == 0) {
        strcpy(local->sun_path, "socket");
        return sizeof(*local);
    }
    local->sun_path[1] = 'a' + (char)values_below(4);
    return offsetof(struct sockaddr_un, sun_path) + 2;
}

static void fill_message(int sends)
{
    struct cmsghdr *header = &scene.control.header;
    unsigned nr = values_below(5);

    fill_vectors(values_below(4) == 0 ? sizeof(bytes) : 300);
    scene.message = (struct msghdr){.msg_iov = scene.vector, .msg_iovlen = 1 + values_below(4)};
    if (values_below(2) == 0) {
        scene.message.msg_name = &scene.address;
        scene.message.msg_namelen = fill_address();
    }
    if (values_below(2) == 0) {
        scene.message.msg_control = &scene.control;
        scene.message.msg_controllen = sends ? CMSG_SPACE(nr * sizeof(int)) : sizeof(scene.control);
    }
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                               .cmsg_type = values_below(8) == 0 ? SCM_CREDENTIALS : SCM_RIGHTS,
                               .cmsg_len = CMSG_LEN(nr * sizeof(int))};
    for (unsigned i = 0; i < nr; i++)
        ((int *)CMSG_DATA(header))[i] = (int)fd();
    for (int i = 0; i < 4; i++)
        scene.messages[i].msg_hdr = scene.message;
}

static uint64_t message_flags(void)
{
    return MSG_DONTWAIT | MSG_NOSIGNAL | (values_below(3) == 0 ? some_bits(16) : 0);
}

static long socket_scene(uint64_t arguments[6])
{
    static const int domains[] = {AF_UNIX, AF_INET, AF_INET, AF_INET6};
    static const int levels[] = {SOL_SOCKET,  SOL_SOCKET,   IPPROTO_TCP, IPPROTO_IP,
                                 IPPROTO_UDP, IPPROTO_IPV6, IPPROTO_UDP};
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW};
    static const int two[] = {SYS_bind, SYS_connect};
    static const int messages[] = {SYS_sendmsg, SYS_recvmsg};
    static const int many[] = {SYS_sendmmsg, SYS_recvmmsg};
    long number;

    arguments[0] = fd();
    switch (values_below(9)) {
    case 0:
        arguments[0] = PICK(domains);
        arguments[1] = PICK(types) | SOCK_NONBLOCK;
        arguments[3] = at(scene.words);
        return values_below(2) ? SYS_socket : SYS_socketpair;
    case 1:
        number = PICK(two);
        arguments[1] = at(&scene.address);
        arguments[2] = fill_address();
        return number;
    case 2:
        arguments[1] = values_below(8);
        return values_below(3) == 0 ? SYS_shutdown : SYS_listen;
    case 3:
        scene.length = sizeof(scene.address);
        arguments[1] = at(&scene.address);
        arguments[2] = at(&scene.length);
        arguments[3] = SOCK_NONBLOCK;
        return SYS_accept4;
    case 4:
        scene.length = values_below(65);
        scene.words[0] = values_below(4) ? values_below(5) : values_random();
        arguments[1] = (uint64_t)PICK(levels);
        arguments[2] = arguments[1] == IPPROTO_UDP ? 100 + values_below(5) : values_below(80);
        if (values_below(8) == 0) { /* join or leave 239.1.1.1 on the loopback */
            scene.words[0] = (uint64_t)htonl(INADDR_LOOPBACK) << 32 | htonl(0xef010101);
            arguments[1] = IPPROTO_IP;
            arguments[2] = 35 + values_below(2);
        }
        arguments[3] = at(scene.words);
        arguments[4] = values_below(17);
        if (values_below(2) == 0)
            return SYS_setsockopt;
        arguments[4] = at(&scene.length);
        return SYS_getsockopt;
    case 5:
    case 6:
        number = PICK(messages);
        fill_message(number == SYS_sendmsg);
        arguments[1] = at(&scene.message);
        arguments[2] = message_flags();
        return number;
    case 7:
        number = PICK(many);
        fill_message(number == SYS_sendmmsg);
        arguments[1] = at(scene.messages);
        arguments[2] = values_below(5);
        arguments[3] = message_flags();
        return number;
    default:
        arguments[1] = at(bytes);
        arguments[2] = values_below(sizeof(bytes));
        arguments[3] = message_flags();
        arguments[4] = at(&scene.address);
        arguments[5] = fill_address();
        return SYS_sendto;
    }
}

/* ---- other processes ---- */

static long trace_scene(uint64_t arguments[6])
{
    static const int requests[] = {PTRACE_PEEKDATA,   PTRACE_PEEKUSER,
                                   PTRACE_POKEDATA,   PTRACE_POKEUSER,
                                   PTRACE_CONT,       PTRACE_SINGLESTEP,
                                   PTRACE_GETREGS,    PTRACE_SETREGS,
                                   PTRACE_GETFPREGS,  PTRACE_SETFPREGS,
                                   PTRACE_ATTACH,     PTRACE_DETACH,
                                   PTRACE_SYSCALL,    PTRACE_SETOPTIONS,
                                   PTRACE_GETSIGINFO, PTRACE_SETSIGINFO,
                                   PTRACE_GETREGSET,  PTRACE_SETREGSET,
                                   PTRACE_SEIZE,      PTRACE_INTERRUPT,
                                   PTRACE_LISTEN,     PTRACE_GETSIGMASK,
                                   PTRACE_SETSIGMASK, PTRACE_GETEVENTMSG,
                                   31 /* SYSEMU */,   0x420e /* GET_SYSCALL_INFO */};
    static const int sets[] = {1, 2, 0x202};
    int request = PICK(requests);

    arguments[0] = request;
    arguments[1] = target();
    arguments[2] = values_below(2) ? values_below(900) & ~7ull : 0;
    arguments[3] = at(scene.words);
    if (request == PTRACE_CONT || request == PTRACE_SYSCALL || request == PTRACE_DETACH ||
        request == PTRACE_SINGLESTEP)
        arguments[3] = values_below(3) == 0 ? values_below(65) : 0;
    if (request == PTRACE_SETOPTIONS || request == PTRACE_SEIZE)
        arguments[3] = some_bits(8);
    if (request == PTRACE_SEIZE)
        arguments[2] = 0;
    if (request == PTRACE_GETREGSET || request == PTRACE_SETREGSET) {
        scene.vector[0] = piece(4096);
        arguments[2] = PICK(sets);
        arguments[3] = at(scene.vector);
    }
    return SYS_ptrace;
}

static long process_scene(uint64_t arguments[6])
{
    fill_vectors(9000);
    switch (values_below(6)) {
    case 0:
        arguments[0] = target();
        return SYS_pidfd_open;
    case 1:
        arguments[0] = fd();
        arguments[1] = fd();
        return SYS_pidfd_getfd;
    case 2:
        arguments[0] = fd();
        arguments[1] = values_below(2) ? 0 : 1 + values_below(64);
        return SYS_pidfd_send_signal;
    case 3:
        arguments[0] = target();
        arguments[1] = at(scene.vector);
        arguments[2] = arguments[4] = 4;
        arguments[3] = at(scene.other);
        return values_below(2) ? SYS_process_vm_readv : SYS_process_vm_writev;
    case 4:
        arguments[0] = values_below(2) ? (uint64_t)-1 : (uint64_t)target();
        arguments[1] = at(scene.words);
        arguments[2] = WNOHANG | __WALL | values_below(4);
        return SYS_wait4;
    default:
        memset(scene.clone, 0, sizeof(scene.clone));
        scene.clone[0] = (values_below(2) ? CLONE_PIDFD : 0) | (values_below(2) ? CLONE_FILES : 0) |
                         (values_below(2) ? CLONE_FS : 0) | (values_below(4) ? 0 : CLONE_PTRACE) |
                         (values_below(3) ? 0 : CLONE_PARENT_SETTID);
        scene.clone[1] = at(scene.words);
        scene.clone[3] = at(scene.words + 1);
        scene.clone[4] = SIGCHLD;
        arguments[0] = at(scene.clone);
        arguments[1] = 64;
        return SYS_clone3;
    }
}

/* ---- filters ---- */

#define LOAD(field)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))

/* One call is refused; sometimes any instructions, most of which are refused themselves. */
static long filter_scene(uint64_t arguments[6])
{
    static const uint32_t answers[] = {SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ALLOW,
                                       SECCOMP_RET_TRACE | 7, SECCOMP_RET_ERRNO | 0xffff};
    const struct sock_filter plain[] = {
        LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ, (uint32_t)values_below(450), 0, 1),
        BPF_STMT(BPF_RET, PICK(answers)), BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW)};
    unsigned length = 4;

    memcpy(scene.filter, plain, sizeof(plain));
    if (values_below(3) == 0) {
        length = 2 + values_below(14);
        for (unsigned i = 0; i < length; i++)
            scene.filter[i] =
                (struct sock_filter){(uint16_t)values_below(0xb8), (uint8_t)values_below(4),
                                     (uint8_t)values_below(4), (uint32_t)values_below(20)};
        scene.filter[length - 1] = plain[3];
    }
    scene.program = (struct sock_fprog){.len = (unsigned short)length, .filter = scene.filter};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    arguments[0] = values_below(8) == 0 ? values_below(5) : SECCOMP_SET_MODE_FILTER;
    if (arguments[0] == SECCOMP_SET_MODE_STRICT)
        arguments[0] = SECCOMP_SET_MODE_FILTER;
    arguments[1] = values_below(3) == 0 ? some_bits(5) : 0;
    arguments[2] = at(&scene.program);
    return SYS_seccomp;
}

/* ---- files ---- */

static long splice_scene(uint64_t arguments[6])
{
    scene.offsets[0] = values_below(4) ? values_below(20000) : values_make(KIND_OFFSET);
    scene.offsets[1] = values_below(4) ? values_below(20000) : values_make(KIND_OFFSET);
    fill_vectors(20000);
    arguments[0] = fd();
    arguments[1] = fd();
    switch (values_below(5)) {
    case 0:
        arguments[2] = values_below(70000);
        arguments[3] = 2;
        return SYS_tee;
    case 1:
        arguments[1] = at(scene.vector);
        arguments[2] = 1 + values_below(4);
        arguments[3] = 2;
        return SYS_vmsplice;
    case 2:
        arguments[2] = values_below(2) ? at(scene.offsets) : 0;
        arguments[3] = values_below(70000);
        return SYS_sendfile;
    default:
        arguments[2] = arguments[1];
        arguments[1] = values_below(3) ? 0 : at(scene.offsets);
        arguments[3] = values_below(3) ? 0 : at(scene.offsets + 1);
        arguments[4] = values_below(4) ? values_below(70000) : values_make(KIND_SIZE);
        arguments[5] = 2;
        return SYS_splice;
    }
}

static long watch_scene(uint64_t arguments[6])
{
    arguments[0] = fd();
    switch (values_below(6)) {
    case 0:
        arguments[1] = values_make(KIND_PATH);
        arguments[2] = values_below(3) ? IN_ALL_EVENTS : some_bits(32);
        return SYS_inotify_add_watch;
    case 1:
        arguments[1] = 1 + values_below(6);
        return SYS_inotify_rm_watch;
    case 2:
        arguments[0] = 0;
        return values_below(2) ? SYS_epoll_create1 : SYS_inotify_init1;
    default:
        scene.event =
            (struct epoll_event){.events = (uint32_t)(values_below(2) ? EPOLLIN : some_bits(32))};
        arguments[1] = 1 + values_below(4) % 3;
        arguments[2] = fd();
        arguments[3] = at(&scene.event);
        return SYS_epoll_ctl;
    }
}

static long file_scene(uint64_t arguments[6])
{
    static const int commands[] = {F_SETLK,      F_SETLKW, F_GETLK,     F_OFD_SETLK, F_OFD_GETLK,
                                   F_SETPIPE_SZ, F_SETOWN, F_SETOWN_EX, F_SETSIG,    F_ADD_SEALS,
                                   F_SETFL,      F_DUPFD,  F_GETOWN_EX, F_NOTIFY};
    int command = PICK(commands);

    scene.lock = (struct flock){.l_type = (short)values_below(3),
                                .l_whence = (short)values_below(3),
                                .l_start = (off_t)values_below(100),
                                .l_len = (off_t)values_below(100) - 20};
    arguments[0] = fd();
    if (values_below(4) == 0) {
        scene.timer = (struct itimerspec){{0, (long)values_below(100000000)},
                                          {0, (long)values_below(100000000)}};
        arguments[2] = at(&scene.timer);
        return SYS_timerfd_settime;
    }
    arguments[1] = command;
    arguments[2] = at(&scene.lock);
    if (command == F_SETPIPE_SZ)
        arguments[2] = values_below(1 << 21);
    else if (command == F_ADD_SEALS || command == F_SETFL || command == F_DUPFD)
        arguments[2] = values_below(command == F_SETFL ? 0x4000 : 48);
    return SYS_fcntl;
}

/* ---- memory ---- */

static long memory_scene(uint64_t arguments[6])
{
    static const int advice[] = {14, 15, 25, 8, 9, 4, 21, 20, 10, 11, 22, 23};

    arguments[0] = values_below(2) ? values_make(KIND_ADDRESS) : 0;
    switch (values_below(3)) {
    case 0: /* of the pool */
        arguments[0] = 0;
        arguments[1] = (1 + values_below(3)) << 21;
        arguments[2] = values_below(4);
        arguments[3] = (values_below(2) ? MAP_PRIVATE : MAP_SHARED) | MAP_ANONYMOUS | MAP_HUGETLB |
                       (values_below(3) ? 0 : MAP_POPULATE) | (values_below(3) ? 0 : MAP_NORESERVE);
        arguments[4] = (uint64_t)-1;
        return SYS_mmap;
    case 1: /* a file's, which may be of huge pages */
        arguments[0] = 0;
        arguments[1] = (1 + values_below(3)) << 21;
        arguments[2] = values_below(4);
        arguments[3] =
            (values_below(2) ? MAP_PRIVATE : MAP_SHARED) | (values_below(3) ? 0 : MAP_POPULATE);
        arguments[4] = fd();
        return SYS_mmap;
    default:
        arguments[1] = values_make(KIND_SIZE);
        arguments[2] = PICK(advice);
        return SYS_madvise;
    }
}

/* ---- all ---- */

long scene_make(uint64_t arguments[6])
{
    static long (*const scenes[])(uint64_t[6]) = {
        socket_scene, socket_scene, trace_scene,  trace_scene, process_scene, splice_scene,
        watch_scene,  watch_scene,  memory_scene, file_scene,  splice_scene};
    long number;

    /* Each filter makes every later call dearer: not too many. */
    number = values_below(60) == 0 ? filter_scene(arguments) : PICK(scenes)(arguments);
    if (values_below(8) == 0)
        arguments[values_below(6)] = values_make(KIND_ULONG);
    return number;
}

static void be_a_target(void)
{
    for (;;) {
        struct timespec pause = {0, 1000000};

        getppid();
        nanosleep(&pause, NULL);
    }
}

/* Two that do little; a user may trace them although the user was root before. */
void scenes_prepare(void)
{
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    for (int i = 0; i < NR_TARGETS; i++) {
        targets[i] = fork();
        if (targets[i] == 0)
            be_a_target();
        (void)syscall(SYS_pidfd_open, targets[i], 0);
    }
}
