/*
 * Sockets: this kernel has no protocol family, so none can be made, and no descriptor is one. The
 * answers are those of a Linux built without them.
 */
#include "sys.h"

static long no_socket(int fd)
{
    return WITH_FILE(fd, file, -ENOTSOCK);
}

long sys_socket(int domain, int type, int protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    return -EAFNOSUPPORT;
}

long sys_socketpair(int domain, int type, int protocol, void __user *fds)
{
    (void)fds;
    return sys_socket(domain, type, protocol);
}

#define SOCKET_CALL_2(name, t1, t2)                                                                \
    long sys_##name(int fd, t1 a __unused, t2 b __unused)                                          \
    {                                                                                              \
        return no_socket(fd);                                                                      \
    }
#define SOCKET_CALL_3(name, t1, t2, t3)                                                            \
    long sys_##name(int fd, t1 a __unused, t2 b __unused, t3 c __unused)                           \
    {                                                                                              \
        return no_socket(fd);                                                                      \
    }
#define SOCKET_CALL_4(name, t1, t2, t3, t4)                                                        \
    long sys_##name(int fd, t1 a __unused, t2 b __unused, t3 c __unused, t4 d __unused)            \
    {                                                                                              \
        return no_socket(fd);                                                                      \
    }
#define SOCKET_CALL_5(name, t1, t2, t3, t4, t5)                                                    \
    long sys_##name(int fd, t1 a __unused, t2 b __unused, t3 c __unused, t4 d __unused,            \
                    t5 e __unused)                                                                 \
    {                                                                                              \
        return no_socket(fd);                                                                      \
    }

SOCKET_CALL_2(connect, void __user *, int)
SOCKET_CALL_2(accept, void __user *, void __user *)
SOCKET_CALL_2(bind, void __user *, int)
SOCKET_CALL_2(getsockname, void __user *, void __user *)
SOCKET_CALL_2(getpeername, void __user *, void __user *)
SOCKET_CALL_2(sendmsg, void __user *, unsigned long)
SOCKET_CALL_2(recvmsg, void __user *, unsigned long)
SOCKET_CALL_3(accept4, void __user *, void __user *, unsigned long)
SOCKET_CALL_4(setsockopt, int, int, void __user *, int)
SOCKET_CALL_4(getsockopt, int, int, void __user *, void __user *)
SOCKET_CALL_5(sendto, const void __user *, size_t, unsigned long, void __user *, int)
SOCKET_CALL_5(recvfrom, void __user *, size_t, unsigned long, void __user *, void __user *)

long sys_listen(int fd, int backlog)
{
    (void)backlog;
    return no_socket(fd);
}

long sys_shutdown(int fd, int how)
{
    (void)how;
    return no_socket(fd);
}
