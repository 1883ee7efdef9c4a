/* Raw sockets: an echo request and its answer, over IPv4 and IPv6; filters; headers of one's own.
 */

#include "inet.h"

#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

static unsigned char buffer[2000];

static uint16_t checksum(const void *data, size_t len)
{
    const unsigned char *bytes = data;
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum += sum >> 16;
    return htons((uint16_t)~sum);
}

static void ping4(void)
{
    int fd = (int)must(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    struct sockaddr_in at = v4("127.0.0.1", 0), from;
    struct icmphdr echo = {.type = ICMP_ECHO, .un.echo = {.id = 7, .sequence = 1}};
    struct icmphdr *answer;
    struct ip *header = (struct ip *)buffer;
    socklen_t len = sizeof(from);
    long n;

    say_name("name", fd, false, 1);
    echo.checksum = checksum(&echo, sizeof(echo));
    call("send", sendto(fd, &echo, sizeof(echo), 0, AT(at)));
    for (int i = 0; i < 2; i++) {
        n = call("receive",
                 recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &len));
        answer = (struct icmphdr *)(buffer + header->ip_hl * 4);
        say("  header %d version %d protocol %d ttl %d length right %d", header->ip_hl * 4,
            header->ip_v, header->ip_p, header->ip_ttl, ntohs(header->ip_len) == n);
        say("  type %d id %d sequence %d", answer->type, answer->un.echo.id,
            answer->un.echo.sequence);
    }
    call("no more", recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT));
    must(setsockopt(fd, SOL_RAW, 1, &(uint32_t){1u << ICMP_ECHO}, 4));
    must(sendto(fd, &echo, sizeof(echo), 0, AT(at)));
    call("filtered", recv(fd, buffer, sizeof(buffer), 0));
    say("  type %d", ((struct icmphdr *)(buffer + 20))->type);
    call("no more", recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT));
    close(fd);
}

static void ping6(void)
{
    int fd = (int)must(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
    struct sockaddr_in6 at = v6("::1", 0);
    struct icmp6_hdr echo = {.icmp6_type = ICMP6_ECHO_REQUEST, .icmp6_data16 = {7, 1}};
    struct icmp6_hdr *answer = (struct icmp6_hdr *)buffer;

    call("send", sendto(fd, &echo, sizeof(echo), 0, AT(at)));
    for (int i = 0; i < 2; i++) {
        call("receive", recv(fd, buffer, sizeof(buffer), 0));
        say("  type %d id %d sequence %d", answer->icmp6_type, answer->icmp6_data16[0],
            answer->icmp6_data16[1]);
    }
    close(fd);
}

/* A UDP datagram made by hand. */
static void own_header(void)
{
    int raw = (int)must(socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
    int udp = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in at = v4("127.0.0.1", 0);
    struct {
        struct ip ip;
        uint16_t source, destination, length, check;
        char text[4];
    } packet = {.ip = {.ip_v = 4, .ip_hl = 5, .ip_ttl = 5, .ip_p = IPPROTO_UDP},
                .source = htons(1234),
                .length = htons(12),
                .text = "abc"};

    must(bind(udp, AT(at)));
    packet.destination = htons((uint16_t)port_of(udp));
    packet.ip.ip_dst.s_addr = packet.ip.ip_src.s_addr = htonl(INADDR_LOOPBACK);
    call("send", sendto(raw, &packet, sizeof(packet), 0, AT(at)));
    call("receive", recv(udp, buffer, 100, 0));
    say("%s", (char *)buffer);
    call("too short", sendto(raw, &packet, 10, 0, AT(at)));
    call("raw raw hears nothing", recv(raw, buffer, 100, MSG_DONTWAIT));
    close(raw);
    close(udp);
}

int main(void)
{
    loopback_up();
    ping4();
    ping6();
    own_header();
}
