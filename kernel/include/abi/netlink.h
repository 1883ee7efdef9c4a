/*
 * netlink(7) and rtnetlink(7): messages between programs and the kernel about the network.
 */
#pragma once

#include <lib/types.h>

#define NETLINK_ROUTE     0
#define NETLINK_SOCK_DIAG 4
#define NETLINK_LINKS     32 /* protocols there may be */

struct sockaddr_nl {
    u16 family, pad;
    u32 port, groups;
};

struct nlmsghdr {
    u32 len;
    u16 type, flags;
    u32 sequence, port;
};
_Static_assert(sizeof(struct nlmsghdr) == 16, "netlink(7)");

#define NLMSG_ERROR    2
#define NLMSG_DONE     3
#define NLMSG_MIN_TYPE 16

#define NLM_F_REQUEST 1
#define NLM_F_MULTI   2
#define NLM_F_ACK     4
#define NLM_F_DUMP    0x300
#define NLM_F_CAPPED  0x100 /* of an error: without the request's payload */

#define NETLINK_ADD_MEMBERSHIP   1
#define NETLINK_DROP_MEMBERSHIP  2
#define NETLINK_LIST_MEMBERSHIPS 9
#define NETLINK_CAP_ACK          10
#define NETLINK_EXT_ACK          11

/* An attribute: length with this header, kind, value; the next begins at a multiple of 4. */
struct nlattr {
    u16 len, type;
};

#define RTM_NEWLINK  16
#define RTM_GETLINK  18
#define RTM_NEWADDR  20
#define RTM_GETADDR  22
#define RTM_NEWROUTE 24
#define RTM_GETROUTE 26
#define RTM_GETNEIGH 30
#define RTM_NEWRULE  32
#define RTM_GETRULE  34
#define RTM_MAX      123

#define RTM_KIND_MASK 3
#define RTM_KIND_GET  2

#define RTNLGRP_MAX 36

/* sock_diag(7) */
#define TCPDIAG_GETSOCK     18
#define DCCPDIAG_GETSOCK    19
#define SOCK_DIAG_BY_FAMILY 20
#define SOCK_DESTROY        21

struct sock_diag_req {
    u8 family, protocol;
};

struct ifinfomsg {
    u8 family, pad;
    u16 type;
    s32 index;
    u32 flags, change;
};

#define IFLA_ADDRESS       1
#define IFLA_BROADCAST     2
#define IFLA_IFNAME        3
#define IFLA_MTU           4
#define IFLA_QDISC         6
#define IFLA_TXQLEN        13
#define IFLA_OPERSTATE     16
#define IFLA_LINKMODE      17
#define IFLA_GROUP         27
#define IFLA_PROMISCUITY   30
#define IFLA_NUM_TX_QUEUES 31
#define IFLA_NUM_RX_QUEUES 32
#define IFLA_CARRIER       33

struct ifaddrmsg {
    u8 family, prefix_len, flags, scope;
    u32 index;
};

#define IFA_ADDRESS   1
#define IFA_LOCAL     2
#define IFA_LABEL     3
#define IFA_CACHEINFO 6
#define IFA_FLAGS     8
#define IFA_PROTO     11

#define IFAPROT_KERNEL_LO 1

#define IFA_F_PERMANENT 0x80
#define RT_SCOPE_HOST   254

#define RT_SCOPE_LINK     253
#define RT_TABLE_UNSPEC   0
#define RT_TABLE_DEFAULT  253
#define RT_TABLE_MAIN     254
#define RT_TABLE_LOCAL    255
#define RT_SCOPE_UNIVERSE 0
#define RTPROT_UNSPEC     0
#define RTPROT_KERNEL     2
#define RTN_LOCAL         2
#define RTN_BROADCAST     3

struct rtmsg {
    u8 family, destination_len, source_len, tos;
    u8 table, protocol, scope, type;
    u32 flags;
};

#define RTM_F_CLONED 0x200
#define RTCF_LOCAL   0x80000000u

#define RTA_DST       1
#define RTA_SRC       2
#define RTA_PRIORITY  6
#define RTA_CACHEINFO 12
#define RTA_PREF      20
#define RTA_UID       25
#define RTA_OIF       4
#define RTA_PREFSRC   7
#define RTA_TABLE     15

/* fib_rule_hdr(rtnetlink(7)): a rule that chooses a table. */
struct fib_rule_hdr {
    u8 family, destination_len, source_len, tos;
    u8 table, reserved1, reserved2, action;
    u32 flags;
};
#define FRA_PRIORITY           6
#define FRA_SUPPRESS_PREFIXLEN 14
#define FRA_TABLE              15
#define FRA_PROTOCOL           21
#define FR_ACT_TO_TBL          1

struct rta_cacheinfo {
    u32 references, last_use, expires, error, used, id, timestamp, timestamp_age;
};

struct ifa_cacheinfo {
    u32 preferred, valid, created, updated;
};
