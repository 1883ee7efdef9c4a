/*
 * The options of level SOL_NETLINK (netlink(7)): groups, and what acknowledgements carry.
 *
 * Lock: the socket's.
 */
#include "netlink.h"

#include <abi/errno.h>
#include <lib/string.h>

static int change_membership(struct netlink_socket *self, u32 group, bool member)
{
    u32 groups = self->socket.protocol == NETLINK_ROUTE ? RTNLGRP_MAX : 32;
    u64 bit;

    if (group < 1 || group > groups)
        return -EINVAL;
    bit = 1ull << (group - 1);
    mutex_lock(&self->lock);
    self->groups = member ? self->groups | bit : self->groups & ~bit;
    mutex_unlock(&self->lock);
    return 0;
}

int netlink_set_option(struct socket *socket, int level, int name, const void *value, size_t len)
{
    struct netlink_socket *self = netlink_of(socket);
    u32 number = 0;

    if (level != SOL_NETLINK)
        return -ENOPROTOOPT;
    if (len >= sizeof(number))
        memcpy(&number, value, sizeof(number));
    switch (name) {
    case NETLINK_ADD_MEMBERSHIP:
    case NETLINK_DROP_MEMBERSHIP:
        return change_membership(self, number, name == NETLINK_ADD_MEMBERSHIP);
    case NETLINK_CAP_ACK:
        WRITE_ONCE(self->cap_ack, number != 0);
        return 0;
    case NETLINK_EXT_ACK: /* our errors have nothing to add */
        WRITE_ONCE(self->ext_ack, number != 0);
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

int netlink_get_option(struct socket *socket, int level, int name, void *value, size_t *len)
{
    struct netlink_socket *self = netlink_of(socket);
    u64 groups = READ_ONCE(self->groups);
    int number;

    if (level != SOL_NETLINK)
        return -ENOPROTOOPT;
    switch (name) {
    case NETLINK_LIST_MEMBERSHIPS:
        memcpy(value, &groups, min(*len, sizeof(groups)));
        *len = sizeof(groups);
        return 0;
    case NETLINK_CAP_ACK:
        number = READ_ONCE(self->cap_ack);
        break;
    case NETLINK_EXT_ACK:
        number = READ_ONCE(self->ext_ack);
        break;
    default:
        return -ENOPROTOOPT;
    }
    if (*len < sizeof(number))
        return -EINVAL;
    memcpy(value, &number, sizeof(number));
    *len = sizeof(number);
    return 0;
}
