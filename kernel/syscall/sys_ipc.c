/*
 * System V inter-process communication: shared memory.
 */
#include <ipc/shm.h>

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
