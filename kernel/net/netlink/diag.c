/*
 * sock_diag(7): ss(8) asks here for each family of sockets before it reads /proc/net. The families
 * tell there only, so this is what a Linux answers that has none of their modules.
 */
#include "netlink.h"

#include <abi/errno.h>
#include <abi/socket.h>

int diag_request(const struct nlmsghdr *request)
{
    const struct sock_diag_req *wanted = (const struct sock_diag_req *)(request + 1);

    switch (request->type) {
    case TCPDIAG_GETSOCK:
    case DCCPDIAG_GETSOCK:
        return -EOPNOTSUPP;
    case SOCK_DIAG_BY_FAMILY:
    case SOCK_DESTROY:
        if (request->len < sizeof(*request) + sizeof(*wanted) || wanted->family >= AF_MAX)
            return -EINVAL;
        return -ENOENT;
    default:
        return -EINVAL;
    }
}
