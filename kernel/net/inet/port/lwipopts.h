/*
 * What of lwIP is built into the kernel, and how large its tables are (lwip/opt.h explains each).
 *
 * There is one interface, the loopback, and it neither loses, reorders nor damages packets; so
 * nothing is fragmented, TCP and UDP carry no checksums, and there are no neighbours to find. All
 * memory is the kernel's; the kernel's own timer calls lwIP's (stack.c).
 */
#pragma once

/* ---- the system ---- */
#define NO_SYS               1
#define LWIP_TIMERS          0
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_STATS           1
#define MIB2_STATS           1 /* what /proc/net/snmp tells */
#define LWIP_STATS_DISPLAY   0
#define LINK_STATS           0
#define ETHARP_STATS         0
#define IP_STATS             0
#define IPFRAG_STATS         0
#define ICMP_STATS           0
#define IGMP_STATS           0
#define UDP_STATS            0
#define TCP_STATS            0
#define MEM_STATS            0
#define MEMP_STATS           0
#define SYS_STATS            0
#define IP6_STATS            0
#define ICMP6_STATS          0
#define IP6_FRAG_STATS       0
#define MLD6_STATS           0
#define ND6_STATS            0
#define LWIP_NETIF_API       0

/* ---- memory ---- */
#define MEM_ALIGNMENT   8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define mem_clib_malloc inet_memory_allocate
#define mem_clib_calloc inet_memory_allocate_zeroed
#define mem_clib_free   inet_memory_free

/* ---- the internet protocols ---- */
#define LWIP_IPV4                     1
#define LWIP_IPV6                     1
#define LWIP_IPV6_NUM_ADDRESSES       1
#define LWIP_IPV6_SCOPES              0
#define LWIP_IPV6_AUTOCONFIG          0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_MLD                 0
#define LWIP_IPV6_FRAG                0
#define LWIP_IPV6_REASS               0
#define LWIP_ND6_QUEUEING             0
#define IP_REASSEMBLY                 0
#define IP_FRAG                       0
#define IP_OPTIONS_ALLOWED            1
#define IP_SOF_BROADCAST              0
#define LWIP_ICMP                     1
#define LWIP_ICMP6                    1
#define LWIP_RAW                      1
#define LWIP_UDP                      1
#define LWIP_TCP                      1
#define LWIP_IGMP                     0
#define LWIP_DHCP                     0
#define LWIP_AUTOIP                   0
#define LWIP_DNS                      0
#define LWIP_ARP                      0
#define LWIP_ETHERNET                 0
#define LWIP_SINGLE_NETIF             0
#define LWIP_HAVE_LOOPIF              0
#define LWIP_NETIF_LOOPBACK           0
#define LWIP_NETIF_TX_SINGLE_PBUF     0
#define LWIP_MULTICAST_TX_OPTIONS     0
#define PBUF_LINK_HLEN                0
#define IP_DEFAULT_TTL                64
#define ICMP_TTL                      64

/* Ports are given out by binding.c, so lwIP need not refuse any. */
#define SO_REUSE         1
#define SO_REUSE_RXTOALL 1 /* a packet to a group is for all who have the port */

/* Headers have checksums, for those who look at raw packets; what they carry has none. */
#define CHECKSUM_GEN_TCP     0
#define CHECKSUM_GEN_UDP     0
#define CHECKSUM_CHECK_IP    0
#define CHECKSUM_CHECK_TCP   0
#define CHECKSUM_CHECK_UDP   0
#define CHECKSUM_CHECK_ICMP  1
#define CHECKSUM_CHECK_ICMP6 1

/* ---- TCP ---- */
/* A segment and its headers fit into four pages. */
#define TCP_MSS                   16128
#define LWIP_WND_SCALE            1
#define TCP_RCV_SCALE             4
#define TCP_WND                   (24 * TCP_MSS)
#define TCP_SND_BUF               (24 * TCP_MSS)
#define TCP_SND_QUEUELEN          4096
#define TCP_SNDLOWAT              1
#define TCP_OVERSIZE              512
#define TCP_QUEUE_OOSEQ           1
#define TCP_LISTEN_BACKLOG        0
#define TCP_MSL                   30000UL
#define TCP_MAXRTX                12
#define TCP_SYNMAXRTX             12 /* tcp_limit.c may say less */
#define LWIP_TCP_RTO_TIME         1000
#define LWIP_TCP_KEEPALIVE        1
#define LWIP_TCP_TIMESTAMPS       0
#define LWIP_CALLBACK_API         1
#define LWIP_TCP_PCB_NUM_EXT_ARGS 1

#define LWIP_HOOK_FILENAME                                         "hooks.h"
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, len, a, b, packet) inet_tcp_admits(pcb)
