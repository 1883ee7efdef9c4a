/*
 * What the answers of all requests are built with: numbers as attributes, and a datagram of
 * answers.
 */
#include "netlink.h"

#define ANSWER_MAX 1024 /* bytes of all answers in one datagram */

void netlink_put_u32(struct netlink_packet *packet, struct nlmsghdr *message, u16 type, u32 value)
{
    netlink_put_attribute(packet, message, type, &value, sizeof(value));
}

void netlink_put_u8(struct netlink_packet *packet, struct nlmsghdr *message, u16 type, u8 value)
{
    netlink_put_attribute(packet, message, type, &value, sizeof(value));
}

int netlink_answer(struct netlink_socket *socket, const struct nlmsghdr *request,
                   netlink_put_function *put)
{
    struct netlink_packet *packet = netlink_packet_create(ANSWER_MAX);

    if (packet == NULL)
        return -ENOBUFS;
    put(packet, request);
    return netlink_queue(socket, packet);
}
