/*
 * System V inter-process communication: shared memory, semaphores, message queues.
 */
#include <ipc/msg.h>
#include <ipc/sem.h>
#include <ipc/shm.h>
#include <sched/wait.h>

#include "sys.h"

long sys_shmget(int key, size_t size, unsigned long flags)
{
    return shm_get(key, size, (u32)flags);
}

long sys_shmat(int id, unsigned long addr, unsigned long flags)
{
    return shm_attach(id, addr, (u32)flags);
}

long sys_shmdt(unsigned long addr)
{
    return shm_detach(addr);
}

long sys_shmctl(int id, int command, void __user *user)
{
    return shm_control(id, command, user);
}

long sys_semget(int key, int nr, unsigned long flags)
{
    return sem_get(key, nr, (u32)flags);
}

static long operate(int id, void __user *operations, size_t nr, u64 deadline)
{
    if ((u32)nr > sem_operations_max())
        return -E2BIG;
    if ((u32)nr < 1)
        return -EINVAL;
    return sem_operate(id, operations, (u32)nr, deadline);
}

long sys_semop(int id, void __user *operations, size_t nr)
{
    return operate(id, operations, nr, WAIT_FOREVER);
}

long sys_semtimedop(int id, void __user *operations, size_t nr, struct abi_timespec __user *timeout)
{
    s64 ns = 0;
    int error;

    if (timeout == NULL)
        return operate(id, operations, nr, WAIT_FOREVER);
    error = sys_read_timespec(timeout, &ns);
    if (error == -EFAULT)
        return error;
    /* A time that is none is refused after the operations were read, as an identifier that is
     * none. */
    return operate(error ? -1 : id, operations, nr, sys_deadline(ns));
}

long sys_semctl(int id, int number, int command, unsigned long argument)
{
    return sem_control(id, number, command, argument);
}

long sys_msgget(int key, unsigned long flags)
{
    return msg_get(key, (u32)flags);
}

long sys_msgsnd(int id, void __user *message, size_t len, unsigned long flags)
{
    return msg_send(id, message, len, (u32)flags);
}

long sys_msgrcv(int id, void __user *message, size_t len, long type, unsigned long flags)
{
    return msg_receive(id, message, len, type, (u32)flags);
}

long sys_msgctl(int id, int command, void __user *user)
{
    return msg_control(id, command, user);
}
