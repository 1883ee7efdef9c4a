/*
 * Settings below net.ipv4 (ip(7), tcp(7)): those that have an effect here, and those that tell how
 * it is.
 */
#include "inet.h"

#include <kern/sysctl.h>

static int set_port_range(const struct sysctl *setting, const u64 *values)
{
    (void)setting;
    if (values[1] < values[0])
        return -EINVAL;
    WRITE_ONCE(inet_local_ports.first, (s32)values[0]);
    WRITE_ONCE(inet_local_ports.last, (s32)values[1]);
    return 0;
}

static void get_port_range(const struct sysctl *setting, u64 *values)
{
    (void)setting;
    values[0] = (u64)READ_ONCE(inet_local_ports.first);
    values[1] = (u64)READ_ONCE(inet_local_ports.last);
}

static const struct sysctl settings[] = {
    {.name = "ip_local_port_range",
     .count = 2,
     .minimum = 1,
     .maximum = 65535,
     .get = get_port_range,
     .set = set_port_range},
    {.name = "ip_unprivileged_port_start",
     .value = &inet_first_unprivileged_port,
     .minimum = 0,
     .maximum = 65535},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("net/ipv4", settings);

void inet_settings_init(void)
{
    sysctl_register(&table);
}
