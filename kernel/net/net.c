/*
 * The families of the room, at boot.
 */
#include <net/families.h>
#include <net/socket.h>

#include "socket_internal.h"

void net_init(void)
{
    socket_settings_init();
    unix_init();
    inet_init();
    netlink_init();
}
