/*
 * Sockets (socket(2), socket(7), unix(7), cmsg(3)). Linux user ABI, x86-64.
 */
#pragma once

#include <lib/types.h>

#define AF_UNSPEC  0
#define AF_UNIX    1
#define AF_INET    2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_PACKET  17
#define AF_MAX     46

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_RDM       4
#define SOCK_SEQPACKET 5
#define SOCK_DCCP      6
#define SOCK_PACKET    10
#define SOCK_MAX       11
#define SOCK_TYPE_MASK 0xf
#define SOCK_NONBLOCK  04000
#define SOCK_CLOEXEC   02000000

#define SHUT_RD   0
#define SHUT_WR   1
#define SHUT_RDWR 2

#define SOMAXCONN 4096

#define MSG_OOB          0x1
#define MSG_PEEK         0x2
#define MSG_DONTROUTE    0x4
#define MSG_CTRUNC       0x8
#define MSG_PROBE        0x10
#define MSG_TRUNC        0x20
#define MSG_DONTWAIT     0x40
#define MSG_EOR          0x80
#define MSG_WAITALL      0x100
#define MSG_FIN          0x200
#define MSG_SYN          0x400
#define MSG_CONFIRM      0x800
#define MSG_RST          0x1000
#define MSG_ERRQUEUE     0x2000
#define MSG_NOSIGNAL     0x4000
#define MSG_MORE         0x8000
#define MSG_WAITFORONE   0x10000
#define MSG_BATCH        0x40000
#define MSG_ZEROCOPY     0x4000000
#define MSG_FASTOPEN     0x20000000
#define MSG_CMSG_CLOEXEC 0x40000000
#define MSG_CMSG_COMPAT  0x80000000u

#define SOL_IP      0
#define SOL_SOCKET  1
#define SOL_TCP     6
#define SOL_UDP     17
#define SOL_IPV6    41
#define SOL_ICMPV6  58
#define SOL_RAW     255
#define SOL_PACKET  263
#define SOL_NETLINK 270

#define SO_DEBUG                 1
#define SO_REUSEADDR             2
#define SO_TYPE                  3
#define SO_ERROR                 4
#define SO_DONTROUTE             5
#define SO_BROADCAST             6
#define SO_SNDBUF                7
#define SO_RCVBUF                8
#define SO_KEEPALIVE             9
#define SO_OOBINLINE             10
#define SO_NO_CHECK              11
#define SO_PRIORITY              12
#define SO_LINGER                13
#define SO_BSDCOMPAT             14
#define SO_REUSEPORT             15
#define SO_PASSCRED              16
#define SO_PEERCRED              17
#define SO_RCVLOWAT              18
#define SO_SNDLOWAT              19
#define SO_RCVTIMEO              20
#define SO_SNDTIMEO              21
#define SO_BINDTODEVICE          25
#define SO_ATTACH_FILTER         26
#define SO_DETACH_FILTER         27
#define SO_PEERNAME              28
#define SO_TIMESTAMP             29
#define SO_ACCEPTCONN            30
#define SO_PEERSEC               31
#define SO_SNDBUFFORCE           32
#define SO_RCVBUFFORCE           33
#define SO_PASSSEC               34
#define SO_TIMESTAMPNS           35
#define SO_MARK                  36
#define SO_TIMESTAMPING          37
#define SO_PROTOCOL              38
#define SO_DOMAIN                39
#define SO_RXQ_OVFL              40
#define SO_WIFI_STATUS           41
#define SO_PEEK_OFF              42
#define SO_NOFCS                 43
#define SO_LOCK_FILTER           44
#define SO_SELECT_ERR_QUEUE      45
#define SO_BUSY_POLL             46
#define SO_MAX_PACING_RATE       47
#define SO_BPF_EXTENSIONS        48
#define SO_INCOMING_CPU          49
#define SO_ATTACH_BPF            50
#define SO_ATTACH_REUSEPORT_CBPF 51
#define SO_ATTACH_REUSEPORT_EBPF 52
#define SO_CNX_ADVICE            53
#define SO_MEMINFO               55
#define SO_INCOMING_NAPI_ID      56
#define SO_COOKIE                57
#define SO_PEERGROUPS            59
#define SO_ZEROCOPY              60
#define SO_TXTIME                61
#define SO_BINDTOIFINDEX         62
#define SO_TIMESTAMP_NEW         63
#define SO_TIMESTAMPNS_NEW       64
#define SO_TIMESTAMPING_NEW      65
#define SO_RCVTIMEO_NEW          66
#define SO_SNDTIMEO_NEW          67
#define SO_DETACH_REUSEPORT_BPF  68
#define SO_PREFER_BUSY_POLL      69
#define SO_BUSY_POLL_BUDGET      70
#define SO_NETNS_COOKIE          71
#define SO_BUF_LOCK              72
#define SO_RESERVE_MEM           73
#define SO_TXREHASH              74
#define SO_RCVMARK               75

#define SOCK_SNDBUF_LOCK 1
#define SOCK_RCVBUF_LOCK 2

#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2
#define SCM_SECURITY    3
#define SCM_MAX_FD      253

#define FIOSETOWN     0x8901
#define SIOCSPGRP     0x8902
#define FIOGETOWN     0x8903
#define SIOCGPGRP     0x8904
#define SIOCATMARK    0x8905
#define SIOCGSTAMP    0x8906
#define SIOCGSTAMPNS  0x8907
#define SIOCINQ       0x541b
#define SIOCOUTQ      0x5411
#define SIOCUNIXFILE  0x89e0
#define SIOCPROTOBASE 0x89e0

#define UNIX_PATH_MAX 108

struct sockaddr_un {
    u16 sun_family;
    char sun_path[UNIX_PATH_MAX];
};

struct ucred {
    s32 pid;
    u32 uid;
    u32 gid;
};

struct linger {
    s32 l_onoff;
    s32 l_linger;
};

struct user_msghdr {
    void __user *msg_name;
    s32 msg_namelen;
    struct iovec __user *msg_iov;
    u64 msg_iovlen;
    void __user *msg_control;
    u64 msg_controllen;
    u32 msg_flags;
};

struct mmsghdr {
    struct user_msghdr msg_hdr;
    u32 msg_len;
};

struct cmsghdr {
    u64 cmsg_len; /* the header included */
    s32 cmsg_level;
    s32 cmsg_type;
};

#define CMSG_ALIGN(len) (((len) + 7ul) & ~7ul)
#define CMSG_SPACE(len) (sizeof(struct cmsghdr) + CMSG_ALIGN(len))
#define CMSG_LEN(len)   (sizeof(struct cmsghdr) + (len))
