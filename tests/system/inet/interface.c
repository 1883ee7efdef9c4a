/* The interface lo: ioctl(2) about it. */

#include "inet.h"

#include <net/if_arp.h>

static int fd;

static void ask(const char *label, unsigned long what, const char *name)
{
    struct ifreq request;
    struct sockaddr_in *in = (struct sockaddr_in *)&request.ifr_addr;

    memset(&request, 0, sizeof(request));
    strcpy(request.ifr_name, name);
    if (call(label, ioctl(fd, what, &request)) != 0)
        return;
    if (what == SIOCGIFFLAGS)
        say("  %x", request.ifr_flags & 0xffff);
    else if (what == SIOCGIFADDR || what == SIOCGIFNETMASK || what == SIOCGIFBRDADDR)
        say("  family %d %s", in->sin_family, inet_ntoa(in->sin_addr));
    else if (what == SIOCGIFHWADDR)
        say("  %d", request.ifr_hwaddr.sa_family);
    else if (what != SIOCGIFMTU)
        say("  %d", request.ifr_ifindex);
}

int main(void)
{
    struct ifreq requests[4] = {0};
    struct ifconf list = {.ifc_len = sizeof(requests), .ifc_req = requests};

    loopback_up();
    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    ask("flags", SIOCGIFFLAGS, "lo");
    ask("address", SIOCGIFADDR, "lo");
    ask("netmask", SIOCGIFNETMASK, "lo");
    ask("broadcast", SIOCGIFBRDADDR, "lo");
    ask("hardware", SIOCGIFHWADDR, "lo");
    ask("index", SIOCGIFINDEX, "lo");
    ask("mtu", SIOCGIFMTU, "lo");
    ask("metric", SIOCGIFMETRIC, "lo");
    ask("no such interface", SIOCGIFFLAGS, "eth7");
    call("list", ioctl(fd, SIOCGIFCONF, &list));
    say("%d of %d bytes, %s", list.ifc_len, (int)sizeof(requests), requests[0].ifr_name);
    list = (struct ifconf){.ifc_len = 0};
    call("how many", ioctl(fd, SIOCGIFCONF, &list));
    say("%d", list.ifc_len);
    list = (struct ifconf){.ifc_len = 8, .ifc_req = requests};
    call("no room", ioctl(fd, SIOCGIFCONF, &list));
    say("%d", list.ifc_len);
    requests[0].ifr_ifindex = 1;
    call("name of 1", ioctl(fd, SIOCGIFNAME, &requests[0]));
    say("%s", requests[0].ifr_name);
    requests[0].ifr_ifindex = 99;
    call("name of 99", ioctl(fd, SIOCGIFNAME, &requests[0]));
    call("bad address", ioctl(fd, SIOCGIFFLAGS, 8));
    call("unknown", ioctl(fd, 0x89ff, &requests[0]));
    become_user();
    memset(&requests[0], 0, sizeof(requests[0]));
    strcpy(requests[0].ifr_name, "lo");
    call("down, as user", ioctl(fd, SIOCSIFFLAGS, &requests[0]));
}
