/*
 * The internet protocols (ip(7), ipv6(7), tcp(7), udp(7), raw(7), netdevice(7)). Linux user ABI,
 * x86-64.
 */
#pragma once

#include <lib/types.h>

#define IPPROTO_IP      0
#define IPPROTO_ICMP    1
#define IPPROTO_TCP     6
#define IPPROTO_UDP     17
#define IPPROTO_IPV6    41
#define IPPROTO_ICMPV6  58
#define IPPROTO_UDPLITE 136
#define IPPROTO_RAW     255
#define IPPROTO_MAX     263

struct sockaddr_in {
    u16 sin_family;
    u16 sin_port; /* network order */
    u32 sin_addr; /* network order */
    u8 sin_zero[8];
};

struct sockaddr_in6 {
    u16 sin6_family;
    u16 sin6_port;
    u32 sin6_flowinfo;
    u8 sin6_addr[16];
    u32 sin6_scope_id;
};
#define SOCKADDR_IN6_LEN_MIN 24 /* without the scope: RFC 2133 */

/* Level SOL_IP. */
#define IP_TOS                  1
#define IP_TTL                  2
#define IP_HDRINCL              3
#define IP_OPTIONS              4
#define IP_ROUTER_ALERT         5
#define IP_RECVOPTS             6
#define IP_RETOPTS              7
#define IP_PKTINFO              8
#define IP_PKTOPTIONS           9
#define IP_MTU_DISCOVER         10
#define IP_RECVERR              11
#define IP_RECVTTL              12
#define IP_RECVTOS              13
#define IP_MTU                  14
#define IP_FREEBIND             15
#define IP_PASSSEC              18
#define IP_TRANSPARENT          19
#define IP_RECVORIGDSTADDR      20
#define IP_MINTTL               21
#define IP_NODEFRAG             22
#define IP_CHECKSUM             23
#define IP_BIND_ADDRESS_NO_PORT 24
#define IP_RECVFRAGSIZE         25
#define IP_MULTICAST_IF         32
#define IP_MULTICAST_TTL        33
#define IP_MULTICAST_LOOP       34
#define IP_ADD_MEMBERSHIP       35
#define IP_DROP_MEMBERSHIP      36
#define MCAST_JOIN_GROUP        42
#define MCAST_LEAVE_GROUP       45
#define IP_MULTICAST_ALL        49
#define IP_UNICAST_IF           50
#define IP_LOCAL_PORT_RANGE     51
#define IP_PROTOCOL             52
#define IP_MEMBERSHIPS_MAX      20
#define IP_PMTUDISC_WANT        1
#define IP_PMTUDISC_OMIT        5

struct ip_mreqn {
    u32 imr_multiaddr;
    u32 imr_address;
    s32 imr_ifindex;
};
#define IP_MREQ_LEN 8 /* without the index */

struct ipv6_mreq {
    u8 ipv6mr_multiaddr[16];
    s32 ipv6mr_ifindex;
};

struct group_req {
    u32 gr_interface;
    u32 pad;
    u64 gr_group[16]; /* struct sockaddr_storage */
};

struct in_pktinfo {
    s32 ipi_ifindex;
    u32 ipi_spec_dst;
    u32 ipi_addr;
};

/* Level SOL_IPV6. */
#define IPV6_ADDRFORM       1
#define IPV6_2292PKTINFO    2
#define IPV6_CHECKSUM       7
#define IPV6_2292HOPLIMIT   8
#define IPV6_UNICAST_HOPS   16
#define IPV6_MULTICAST_IF   17
#define IPV6_MULTICAST_HOPS 18
#define IPV6_MULTICAST_LOOP 19
#define IPV6_JOIN_GROUP     20
#define IPV6_LEAVE_GROUP    21
#define IPV6_MTU_DISCOVER   23
#define IPV6_MTU            24
#define IPV6_RECVERR        25
#define IPV6_V6ONLY         26
#define IPV6_MULTICAST_ALL  29
#define IPV6_RECVPKTINFO    49
#define IPV6_PKTINFO        50
#define IPV6_RECVHOPLIMIT   51
#define IPV6_HOPLIMIT       52
#define IPV6_DONTFRAG       62
#define IPV6_RECVTCLASS     66
#define IPV6_TCLASS         67
#define IPV6_MINHOPCOUNT    73
#define IPV6_ORIGDSTADDR    74
#define IPV6_TRANSPARENT    75
#define IPV6_UNICAST_IF     76
#define IPV6_RECVFRAGSIZE   77
#define IPV6_FREEBIND       78

struct in6_pktinfo {
    u8 ipi6_addr[16];
    u32 ipi6_ifindex;
};

/* Level SOL_RAW, SOL_ICMPV6. */
#define ICMP_FILTER  1
#define ICMP6_FILTER 1

/* Level SOL_TCP. */
#define TCP_NODELAY       1
#define TCP_MAXSEG        2
#define TCP_CORK          3
#define TCP_KEEPIDLE      4
#define TCP_KEEPINTVL     5
#define TCP_KEEPCNT       6
#define TCP_SYNCNT        7
#define TCP_LINGER2       8
#define TCP_DEFER_ACCEPT  9
#define TCP_WINDOW_CLAMP  10
#define TCP_INFO          11
#define TCP_QUICKACK      12
#define TCP_CONGESTION    13
#define TCP_THIN_DUPACK   17
#define TCP_USER_TIMEOUT  18
#define TCP_NOTSENT_LOWAT 25
#define TCP_CC_INFO       26
#define TCP_ULP           31
#define TCP_INQ           36
#define TCP_CM_INQ        TCP_INQ

/* Level SOL_UDP. */
#define UDP_CORK           1
#define UDPLITE_SEND_CSCOV 10
#define UDPLITE_RECV_CSCOV 11
#define UDP_NO_CHECK6_TX   101
#define UDP_NO_CHECK6_RX   102
#define UDP_SEGMENT        103
#define UDP_GRO            104

/* What /proc/net/tcp and struct tcp_info call the states. */
enum abi_tcp_state {
    ABI_TCP_ESTABLISHED = 1,
    ABI_TCP_SYN_SENT,
    ABI_TCP_SYN_RECV,
    ABI_TCP_FIN_WAIT1,
    ABI_TCP_FIN_WAIT2,
    ABI_TCP_TIME_WAIT,
    ABI_TCP_CLOSE,
    ABI_TCP_CLOSE_WAIT,
    ABI_TCP_LAST_ACK,
    ABI_TCP_LISTEN,
    ABI_TCP_CLOSING,
};

struct abi_tcp_info {
    u8 state, ca_state, retransmits, probes, backoff, options, wscales, delivery_rate_limited;
    u32 rto, ato, snd_mss, rcv_mss;
    u32 unacked, sacked, lost, retrans, fackets;
    u32 last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
    u32 pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
    u32 rcv_rtt, rcv_space, total_retrans;
    u64 pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
    u32 segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
    u64 delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
    u32 delivered, delivered_ce;
    u64 bytes_sent, bytes_retrans;
    u32 dsack_dups, reord_seen, rcv_ooopack, snd_wnd;
};

/* ioctl(2) on any socket of these families. */
#define SIOCGIFNAME    0x8910
#define SIOCGIFCONF    0x8912
#define SIOCGIFFLAGS   0x8913
#define SIOCSIFFLAGS   0x8914
#define SIOCGIFADDR    0x8915
#define SIOCSIFADDR    0x8916
#define SIOCGIFDSTADDR 0x8917
#define SIOCGIFBRDADDR 0x8919
#define SIOCGIFNETMASK 0x891b
#define SIOCSIFNETMASK 0x891c
#define SIOCGIFMETRIC  0x891d
#define SIOCGIFMTU     0x8921
#define SIOCGIFHWADDR  0x8927
#define SIOCGIFINDEX   0x8933
#define SIOCGIFTXQLEN  0x8942
#define SIOCDEVPRIVATE 0x89f0

#define IFF_UP       0x1
#define IFF_LOOPBACK 0x8
#define IFF_RUNNING  0x40

#define ARPHRD_LOOPBACK 772

#define IFNAMSIZ 16

struct ifreq {
    char name[IFNAMSIZ];
    union {
        struct sockaddr_in address;
        struct {
            u16 family;
            u8 data[14];
        } hardware;
        s16 flags;
        s32 number;
        u8 all[24];
    };
};

struct ifconf {
    s32 len;
    s32 pad;
    struct ifreq __user *requests;
};
