/*
 * The protocol families of the room: each registers itself and its settings. => once, at boot, by
 * net_init
 */
#pragma once

#include <lib/types.h>

void unix_init(void);
void netlink_init(void);

/* The one interface of AF_INET and AF_INET6, as AF_NETLINK tells it. */
#define INET_LOOPBACK_INDEX 1
#define INET_LOOPBACK_MTU   65535
bool inet_loopback_is_up(void);
/* ioctl(2) about interfaces on a socket of any family: all but those about addresses. [-ENOTTY] */
long inet_interface_ioctl(unsigned request, unsigned long argument);
