/*
 * What all requests are read and answered with: an attribute of the request; numbers as attributes,
 * a datagram of answers, one for each family.
 */
#include "netlink.h"

#include <abi/socket.h>

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

int netlink_answer_families(struct netlink_socket *socket, const struct nlmsghdr *request,
                            u8 family, netlink_put_function *v4, netlink_put_function *v6)
{
    int err = 0;

    if (family != AF_INET6)
        err = netlink_answer(socket, request, v4);
    if (err == 0 && family != AF_INET && v6 != NULL)
        err = netlink_answer(socket, request, v6);
    return err;
}

int netlink_find_attribute(const struct nlmsghdr *request, size_t fixed, u16 type,
                           const struct nlattr **found)
{
    const u8 *at = (const u8 *)(request + 1) + fixed;
    const u8 *end = (const u8 *)request + request->len;

    *found = NULL;
    while (at <= end && (size_t)(end - at) >= sizeof(struct nlattr)) {
        const struct nlattr *attribute = (const struct nlattr *)at;
        size_t len = attribute->len;

        if (len < sizeof(*attribute) || len > (size_t)(end - at))
            return -EINVAL;
        if (attribute->type == type) {
            *found = attribute;
            return 0;
        }
        at += min(align_up(len, (size_t)4), (size_t)(end - at));
    }
    return 0;
}
