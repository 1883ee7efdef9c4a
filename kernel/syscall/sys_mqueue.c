/*
 * POSIX message queues: mq_open(2) and its family.
 */
#include <ipc/mqueue.h>
#include <sched/wait.h>

#include "sys.h"

long sys_mq_open(const char __user *user_name, unsigned long flags, unsigned mode,
                 void __user *user_attributes)
{
    struct abi_mq_attr attributes;

    if (user_attributes != NULL &&
        copy_from_user(&attributes, user_attributes, sizeof(attributes)) != 0)
        return -EFAULT;
    return WITH_NAME(user_name, name,
                     sys_install(mqueue_open(name, (u32)flags, mode,
                                             user_attributes != NULL ? &attributes : NULL),
                                 O_CLOEXEC));
}

long sys_mq_unlink(const char __user *user_name)
{
    return WITH_NAME(user_name, name, mqueue_unlink(name));
}

/* @deadline points to @ns, or to nothing. */
static long read_deadline(const struct abi_timespec __user *user, s64 *ns, const s64 **deadline)
{
    *deadline = user != NULL ? ns : NULL;
    return user != NULL ? sys_read_timespec(user, ns) : 0;
}

long sys_mq_timedsend(int fd, const void __user *text, size_t len, unsigned priority,
                      struct abi_timespec __user *timeout)
{
    const s64 *deadline;
    s64 ns;
    long err = read_deadline(timeout, &ns, &deadline);

    if (err != 0)
        return err;
    if (priority >= MQ_PRIORITY_MAX)
        return -EINVAL;
    return WITH_FILE(fd, file, mqueue_send(file, text, len, priority, deadline));
}

long sys_mq_timedreceive(int fd, void __user *text, size_t len, void __user *priority,
                         struct abi_timespec __user *timeout)
{
    const s64 *deadline;
    s64 ns;
    long err = read_deadline(timeout, &ns, &deadline);

    if (err != 0)
        return err;
    return WITH_FILE(fd, file, mqueue_receive(file, text, len, priority, deadline));
}

long sys_mq_notify(int fd, void __user *user)
{
    struct abi_sigevent event;

    if (user != NULL && copy_from_user(&event, user, sizeof(event)) != 0)
        return -EFAULT;
    if (user != NULL && mqueue_check_event(&event) != 0)
        return -EINVAL;
    return WITH_FILE(fd, file, mqueue_notify(file, user != NULL ? &event : NULL));
}

long sys_mq_getsetattr(int fd, void __user *user_new, void __user *user_old)
{
    struct abi_mq_attr new, old;
    long err;

    if (user_new != NULL && copy_from_user(&new, user_new, sizeof(new)) != 0)
        return -EFAULT;
    err = WITH_FILE(
        fd, file,
        mqueue_attributes(file, user_new != NULL ? &new : NULL, user_old != NULL ? &old : NULL));
    if (err == 0 && user_old != NULL && copy_to_user(user_old, &old, sizeof(old)) != 0)
        return -EFAULT;
    return err;
}
