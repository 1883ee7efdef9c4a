/*
 * /proc/net: routes, addresses and groups of the loopback, and what was counted (proc(5)).
 *
 * The files that would tell of other interfaces, of neighbours or of sources of groups are empty
 * but for their heading.
 *
 * Lock: inet_lock while groups are walked over.
 */
#include "datagram.h"

#include <fs/procfs.h>
#include <lib/string.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>

/* ---- addresses and routes ---- */

static int show_if_inet6(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "00000000000000000000000000000001 01 80 10 80       lo\n");
    return 0;
}

static int show_route(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%-127s\n",
               "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\t"
               "MTU\tWindow\tIRTT");
    return 0;
}

static int show_ipv6_route(struct proc_text *text, const struct proc_subject *subject)
{
    static const char nowhere[] =
        "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
        "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

    (void)subject;
    proc_print(text, "%s", nowhere);
    if (inet_loopback_is_up())
        proc_print(
            text,
            "00000000000000000000000000000001 80 00000000000000000000000000000000 00 "
            "00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo\n");
    proc_print(text, "%s", nowhere);
    return 0;
}

/* ---- groups ---- */

static void put_group_v4(struct proc_text *text, u32 address, unsigned users)
{
    proc_print(text, "\t\t\t\t%08X %5u %d:%08X\t\t%d\n", address, users, 0, 0, 0);
}

static int show_igmp(struct proc_text *text, const struct proc_subject *subject)
{
    const ip_addr_t *group = NULL;
    unsigned users, nr = 1;

    (void)subject;
    proc_print(text, "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
    inet_lock();
    while ((group = group_next(group, false, &users)) != NULL)
        nr++;
    proc_print(text, "%d\t%-10s: %5u %7s\n", LOOPBACK_INDEX, "lo", nr, "V3");
    while ((group = group_next(group, false, &users)) != NULL)
        put_group_v4(text, ip_2_ip4(group)->addr, users);
    inet_unlock();
    put_group_v4(text, 0x010000e0, 1);
    return 0;
}

static int show_igmp6(struct proc_text *text, const struct proc_subject *subject)
{
    const ip_addr_t *group = NULL;
    unsigned users;
    u8 bytes[16];

    (void)subject;
    inet_lock();
    while ((group = group_next(group, true, &users)) != NULL) {
        inet_address_bytes(group, bytes);
        proc_print(text, "%-4d %-15s ", LOOPBACK_INDEX, "lo");
        for (size_t i = 0; i < sizeof(bytes); i++)
            proc_print(text, "%02x", bytes[i]);
        proc_print(text, " %5u 00000004 0\n", users);
    }
    inet_unlock();
    proc_print(text,
               "%-4d %-15s ff020000000000000000000000000001     1 0000000C 0\n"
               "%-4d %-15s ff010000000000000000000000000001     1 00000008 0\n",
               LOOPBACK_INDEX, "lo", LOOPBACK_INDEX, "lo");
    return 0;
}

/* ---- files with nothing in them ---- */

#define SHOW_HEADING(name, ...)                                                                    \
    static int show_##name(struct proc_text *text, const struct proc_subject *subject)             \
    {                                                                                              \
        (void)subject;                                                                             \
        proc_print(text, __VA_ARGS__);                                                             \
        return 0;                                                                                  \
    }
SHOW_HEADING(mcfilter, "Idx Device        MCA        SRC    INC    EXC\n")
SHOW_HEADING(mcfilter6, "Idx %-6s %32s %32s %6s %6s\n", "Device", "Multicast Address",
             "Source Address", "INC", "EXC")
SHOW_HEADING(arp, "IP address       HW type     Flags       HW address            Mask     "
                  "Device\n")
SHOW_HEADING(nothing, "%s", "")
SHOW_HEADING(udplite, "%-127s\n",
             "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
             "timeout inode ref pointer drops")

/* ---- what was counted, of IPv4 and IPv6 together ---- */

static unsigned nr_established(void)
{
    const struct tcp_pcb *pcb;
    unsigned nr = 0;

    inet_lock();
    for (pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
        nr += pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT;
    inet_unlock();
    return nr;
}

static void put_ip(struct proc_text *text, const struct stats_mib2 *count)
{
    proc_print(text, "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams "
                     "InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes "
                     "ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates\n");
    proc_print(text, "Ip: 2 %d %u %u %u %u %u %u %u %u %u %u 0 0 0 0 0 0 0\n", IP_DEFAULT_TTL,
               count->ipinreceives, count->ipinhdrerrors, count->ipinaddrerrors,
               count->ipforwdatagrams, count->ipinunknownprotos, count->ipindiscards,
               count->ipindelivers, count->ipoutrequests, count->ipoutdiscards,
               count->ipoutnoroutes);
}

static void put_icmp(struct proc_text *text, const struct stats_mib2 *count)
{
    proc_print(text,
               "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs "
               "InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps "
               "InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal OutRateLimitHost "
               "OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos "
               "OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps\n");
    proc_print(text, "Icmp: %u %u 0 %u %u %u %u %u %u %u %u %u %u %u ", count->icmpinmsgs,
               count->icmpinerrors, count->icmpindestunreachs, count->icmpintimeexcds,
               count->icmpinparmprobs, count->icmpinsrcquenchs, count->icmpinredirects,
               count->icmpinechos, count->icmpinechoreps, count->icmpintimestamps,
               count->icmpintimestampreps, count->icmpinaddrmasks, count->icmpinaddrmaskreps);
    proc_print(text, "%u %u 0 0 %u %u 0 0 0 %u %u 0 0 0 0\n", count->icmpoutmsgs,
               count->icmpouterrors, count->icmpoutdestunreachs, count->icmpouttimeexcds,
               count->icmpoutechos, count->icmpoutechoreps);
}

static void put_tcp(struct proc_text *text, const struct stats_mib2 *count, unsigned established)
{
    proc_print(text,
               "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails "
               "EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts "
               "InCsumErrors\n");
    proc_print(text, "Tcp: 1 %d %d -1 %u %u %u %u %u %u %u %u %u %u 0\n", TCP_SLOW_INTERVAL,
               INT16_MAX * TCP_SLOW_INTERVAL, count->tcpactiveopens, count->tcppassiveopens,
               count->tcpattemptfails, count->tcpestabresets, established, count->tcpinsegs,
               count->tcpoutsegs, count->tcpretranssegs, count->tcpinerrs, count->tcpoutrsts);
}

static void put_udp(struct proc_text *text, const struct stats_mib2 *count,
                    const struct datagram_counts *datagrams)
{
    static const char names[] = "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors "
                                "SndbufErrors InCsumErrors IgnoredMulti MemErrors";

    proc_print(text, "Udp: %s\nUdp: %u %u %u %u %u 0 0 0 0\n", names, datagrams->received,
               count->udpnoports, count->udpinerrors + datagrams->dropped, count->udpoutdatagrams,
               datagrams->dropped);
    proc_print(text, "UdpLite: %s\nUdpLite: 0 0 0 0 0 0 0 0 0\n", names);
}

static int show_snmp(struct proc_text *text, const struct proc_subject *subject)
{
    unsigned established = nr_established();
    struct datagram_counts datagrams;
    struct stats_mib2 count;

    (void)subject;
    inet_lock();
    count = lwip_stats.mib2;
    datagrams = datagram_counts;
    inet_unlock();
    put_ip(text, &count);
    put_icmp(text, &count);
    put_tcp(text, &count, established);
    put_udp(text, &count, &datagrams);
    return 0;
}

static struct proc_addition additions[] = {
    {.entry = PROC_FILE("anycast6", show_nothing)},
    {.entry = PROC_FILE("arp", show_arp)},
    {.entry = PROC_FILE("dev_mcast", show_nothing)},
    {.entry = PROC_FILE("if_inet6", show_if_inet6)},
    {.entry = PROC_FILE("igmp", show_igmp)},
    {.entry = PROC_FILE("igmp6", show_igmp6)},
    {.entry = PROC_FILE("ipv6_route", show_ipv6_route)},
    {.entry = PROC_FILE("mcfilter", show_mcfilter)},
    {.entry = PROC_FILE("mcfilter6", show_mcfilter6)},
    {.entry = PROC_FILE("route", show_route)},
    {.entry = PROC_FILE("snmp", show_snmp)},
    {.entry = PROC_FILE("udplite", show_udplite)},
};

void inet_proc_network_init(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(additions); i++)
        proc_register(PROC_PLACE_NET, &additions[i]);
}
