/*
 * Identity: user and group ids, supplementary groups, capabilities (credentials(7),
 * capabilities(7)).
 */
#include <abi/capability.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <vfs/cred.h>

#include "sys.h"

#define NGROUPS_MAX 65536

static const struct credentials *current_credentials(void)
{
    return current_task()->vfs.credentials;
}

long sys_getuid(void)
{
    return current_credentials()->uid;
}

long sys_geteuid(void)
{
    return current_credentials()->euid;
}

long sys_getgid(void)
{
    return current_credentials()->gid;
}

long sys_getegid(void)
{
    return current_credentials()->egid;
}

long sys_getresuid(void __user *real, void __user *effective, void __user *saved)
{
    const struct credentials *credentials = current_credentials();

    if (put_user(credentials->uid, (u32 __user *)real) ||
        put_user(credentials->euid, (u32 __user *)effective) ||
        put_user(credentials->suid, (u32 __user *)saved))
        return -EFAULT;
    return 0;
}

long sys_getresgid(void __user *real, void __user *effective, void __user *saved)
{
    const struct credentials *credentials = current_credentials();

    if (put_user(credentials->gid, (u32 __user *)real) ||
        put_user(credentials->egid, (u32 __user *)effective) ||
        put_user(credentials->sgid, (u32 __user *)saved))
        return -EFAULT;
    return 0;
}

long sys_setuid(unsigned uid)
{
    return credentials_setuid(uid);
}

long sys_setgid(unsigned gid)
{
    return credentials_setgid(gid);
}

long sys_setreuid(unsigned real, unsigned effective)
{
    return credentials_setreuid(real, effective);
}

long sys_setregid(unsigned real, unsigned effective)
{
    return credentials_setregid(real, effective);
}

long sys_setresuid(unsigned real, unsigned effective, unsigned saved)
{
    return credentials_setresuid(real, effective, saved);
}

long sys_setresgid(unsigned real, unsigned effective, unsigned saved)
{
    return credentials_setresgid(real, effective, saved);
}

long sys_setfsuid(unsigned uid)
{
    return credentials_setfsuid(uid);
}

long sys_setfsgid(unsigned gid)
{
    return credentials_setfsgid(gid);
}

long sys_getgroups(int size, void __user *user)
{
    const struct group_list *groups = current_credentials()->groups;
    u32 count = groups ? groups->count : 0;

    if (size < 0)
        return -EINVAL;
    if (size == 0)
        return count;
    if ((u32)size < count)
        return -EINVAL;
    if (count && copy_to_user(user, groups->groups, count * sizeof(u32)))
        return -EFAULT;
    return count;
}

long sys_setgroups(int size, void __user *user)
{
    u32 *groups = NULL;
    long result = -EFAULT;

    if (!capable(CAP_SETGID))
        return -EPERM;
    if (size < 0 || size > NGROUPS_MAX)
        return -EINVAL;
    if (size) {
        groups = kmalloc((size_t)size * sizeof(*groups), ALLOC_WAIT);
        if (!groups)
            return -ENOMEM;
    }
    if (size == 0 || !copy_from_user(groups, user, (size_t)size * sizeof(*groups)))
        result = credentials_setgroups(groups, (size_t)size);
    kfree(groups);
    return result;
}

/*
 * The header names a version; one we do not know is answered with the one we prefer.
 * => the number of 32-bit words each set has, or an error
 */
static int read_header(struct abi_capability_header *header, void __user *user)
{
    if (copy_from_user(header, user, sizeof(*header)))
        return -EFAULT;
    switch (header->version) {
    case CAPABILITY_VERSION_1:
        return 1;
    case CAPABILITY_VERSION_2:
    case CAPABILITY_VERSION_3:
        return 2;
    default:
        if (put_user(CAPABILITY_VERSION_3, (u32 __user *)user))
            return -EFAULT;
        return -EINVAL;
    }
}

long sys_capget(void __user *user_header, void __user *user_data)
{
    struct abi_capability_header header;
    struct abi_capability_data data[2];
    u64 effective, permitted, inheritable;
    int words = read_header(&header, user_header);
    int error;

    if (words < 0)
        return words == -EINVAL && !user_data ? 0 : words;
    if (header.pid < 0)
        return -EINVAL;
    error = capabilities_get(header.pid, &effective, &permitted, &inheritable);
    if (error || !user_data)
        return error;
    for (int i = 0; i < words; i++) {
        data[i].effective = (u32)(effective >> 32 * i);
        data[i].permitted = (u32)(permitted >> 32 * i);
        data[i].inheritable = (u32)(inheritable >> 32 * i);
    }
    return copy_to_user(user_data, data, (size_t)words * sizeof(data[0]));
}

long sys_capset(void __user *user_header, void __user *user_data)
{
    struct abi_capability_header header;
    struct abi_capability_data data[2] = {0};
    int words = read_header(&header, user_header);

    if (words < 0)
        return words;
    if (header.pid && header.pid != task_id(current_task()))
        return -EPERM;
    if (copy_from_user(data, user_data, (size_t)words * sizeof(data[0])))
        return -EFAULT;
    return capabilities_set(data[0].effective | (u64)data[1].effective << 32,
                            data[0].permitted | (u64)data[1].permitted << 32,
                            data[0].inheritable | (u64)data[1].inheritable << 32);
}
