/*
 * The ioctl(2) calls about interfaces (netdevice(7)). There is one, "lo".
 */
#include "inet.h"

#include <abi/capability.h>
#include <arch/user.h>
#include <lib/string.h>
#include <lwip/def.h>
#include <proc/credentials.h>

long inet_ioctl_return(int value, unsigned long argument)
{
    return put_user(value, (int __user *)argument) != 0 ? -EFAULT : 0;
}

static void put_v4(struct ifreq *request, u32 address)
{
    request->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = lwip_htonl(address)};
}

static s16 interface_flags(void)
{
    return loopback_is_up() ? IFF_UP | IFF_LOOPBACK | IFF_RUNNING : IFF_LOOPBACK;
}

/* SIOCGIFCONF: what has an IPv4 address. */
static long list_interfaces(struct ifconf __user *user)
{
    struct ifreq request = {.name = "lo"};
    struct ifconf list;

    if (copy_from_user(&list, user, sizeof(list)) != 0)
        return -EFAULT;
    put_v4(&request, 0x7f000001);
    if (list.requests == NULL || list.len >= (s32)sizeof(request)) {
        if (list.requests != NULL && copy_to_user(list.requests, &request, sizeof(request)) != 0)
            return -EFAULT;
        list.len = sizeof(request);
    } else {
        list.len = 0;
    }
    return copy_to_user(user, &list, sizeof(list)) != 0 ? -EFAULT : 0;
}

static long name_of_index(struct ifreq *request)
{
    if (request->number != LOOPBACK_INDEX)
        return -ENODEV;
    memset(request->name, 0, sizeof(request->name));
    strlcpy(request->name, "lo", sizeof(request->name));
    return 0;
}

static long set_flags(s16 flags)
{
    if (!capable(CAP_NET_ADMIN))
        return -EPERM;
    inet_lock();
    loopback_set_up(flags & IFF_UP);
    inet_unlock();
    return 0;
}

static bool is_own_address(const struct ifreq *request, u32 wanted)
{
    return request->address.sin_family == AF_INET &&
           request->address.sin_addr == lwip_htonl(wanted);
}

/* The addresses are what they are; to set them so is granted. */
static long set_address(const struct ifreq *request, u32 wanted)
{
    if (!capable(CAP_NET_ADMIN))
        return -EPERM;
    return is_own_address(request, wanted) ? 0 : -EINVAL;
}

static long about_loopback(unsigned what, struct ifreq *request)
{
    switch (what) {
    case SIOCGIFFLAGS:
        request->flags = interface_flags();
        return 0;
    case SIOCSIFFLAGS:
        return set_flags(request->flags);
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
        put_v4(request, 0x7f000001);
        return 0;
    case SIOCGIFBRDADDR:
        put_v4(request, 0);
        return 0;
    case SIOCGIFNETMASK:
        put_v4(request, 0xff000000);
        return 0;
    case SIOCSIFADDR:
        return set_address(request, 0x7f000001);
    case SIOCSIFNETMASK:
        return set_address(request, 0xff000000);
    case SIOCGIFMETRIC:
        request->number = 0;
        return 0;
    case SIOCGIFMTU:
        request->number = LOOPBACK_MTU;
        return 0;
    case SIOCGIFTXQLEN:
        request->number = 1000;
        return 0;
    case SIOCGIFINDEX:
        request->number = LOOPBACK_INDEX;
        return 0;
    case SIOCGIFHWADDR:
        memset(&request->hardware, 0, sizeof(request->hardware));
        request->hardware.family = ARPHRD_LOOPBACK;
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}

static bool is_known(unsigned what)
{
    switch (what) {
    case SIOCGIFNAME:
    case SIOCGIFFLAGS:
    case SIOCSIFFLAGS:
    case SIOCGIFADDR:
    case SIOCSIFADDR:
    case SIOCGIFDSTADDR:
    case SIOCGIFBRDADDR:
    case SIOCGIFNETMASK:
    case SIOCSIFNETMASK:
    case SIOCGIFMETRIC:
    case SIOCGIFMTU:
    case SIOCGIFHWADDR:
    case SIOCGIFINDEX:
    case SIOCGIFTXQLEN:
        return true;
    default:
        return false;
    }
}

/* Sixteen requests for whatever a driver likes; the loopback likes none. */
static bool is_private(unsigned what)
{
    return what >= SIOCDEVPRIVATE && what <= SIOCDEVPRIVATE + 15;
}

long interface_ioctl(unsigned request, unsigned long argument)
{
    struct ifreq __user *user = (struct ifreq __user *)argument;
    struct ifreq copy;
    long err;

    if (request == SIOCGIFCONF)
        return list_interfaces((struct ifconf __user *)argument);
    if (!is_known(request) && !is_private(request))
        return -ENOTTY;
    if (copy_from_user(&copy, user, sizeof(copy)) != 0)
        return -EFAULT;
    copy.name[IFNAMSIZ - 1] = 0;
    if (request == SIOCGIFNAME)
        err = name_of_index(&copy);
    else
        err = string_is_equal(copy.name, "lo") ? about_loopback(request, &copy) : -ENODEV;
    if (err == 0 && copy_to_user(user, &copy, sizeof(copy)) != 0)
        return -EFAULT;
    return err;
}

long inet_interface_ioctl(unsigned request, unsigned long argument)
{
    switch (request) {
    case SIOCGIFADDR:
    case SIOCSIFADDR:
    case SIOCGIFDSTADDR:
    case SIOCGIFBRDADDR:
    case SIOCGIFNETMASK:
    case SIOCSIFNETMASK:
        return -ENOTTY;
    default:
        return interface_ioctl(request, argument);
    }
}
