/*
 * net.core: limits and defaults of buffers and queues (socket(7)). Lock: none, each is one word.
 */
#include <kern/sysctl.h>
#include <net/socket.h>

#include "socket_internal.h"

#define BUFFER_DEFAULT 212992
#define SEND_MIN       4608
#define RECEIVE_MIN    2304

struct socket_limits socket_limits = {
    .send_default = BUFFER_DEFAULT,
    .receive_default = BUFFER_DEFAULT,
    .send_max = BUFFER_DEFAULT,
    .receive_max = BUFFER_DEFAULT,
    .control_max = 20480,
    .backlog_max = SOMAXCONN,
};

#define LIMIT(name_, field, minimum_)                                                              \
    {                                                                                              \
        .name = name_, .value = &socket_limits.field, .minimum = minimum_, .maximum = INT32_MAX    \
    }

static const struct sysctl settings[] = {
    LIMIT("optmem_max", control_max, INT32_MIN),
    LIMIT("rmem_default", receive_default, RECEIVE_MIN),
    LIMIT("rmem_max", receive_max, RECEIVE_MIN),
    LIMIT("somaxconn", backlog_max, 0),
    LIMIT("wmem_default", send_default, SEND_MIN),
    LIMIT("wmem_max", send_max, SEND_MIN),
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("net/core", settings);

void socket_settings_init(void)
{
    sysctl_register(&table);
}
