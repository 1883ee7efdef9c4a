/* limit.c: see limit.h. */

#include "limit.h"

#include <linux/capability.h>
#include <sys/resource.h>

#include "scene.h"

static long base_of(int resource)
{
    if (resource == RLIMIT_AS)
        return control->size;
    return resource == RLIMIT_DATA ? control->data : 0;
}

long limit_set(int resource, long pages, int slot)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    pid_t process = process_of(slot);

    if (syscall(SYS_prlimit64, process, resource, NULL, &limit) < 0)
        return -1;
    limit.rlim_cur = limit.rlim_max;
    if (pages >= 0)
        limit.rlim_cur = (unsigned long)(base_of(resource) + pages) * PAGE;
    return syscall(SYS_prlimit64, process, resource, &limit, NULL);
}

long privilege_set(bool has)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        return -1;
    data[0].effective &= ~(1u << CAP_IPC_LOCK);
    data[0].effective |= (unsigned)has << CAP_IPC_LOCK;
    return syscall(SYS_capset, &header, data);
}
