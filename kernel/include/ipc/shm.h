/*
 * System V shared memory (shmget(2), shmat(2), shmdt(2), shmctl(2), sysvipc(7)).
 *
 * 1. A segment is a shmem object with an identifier, a key and an owner. It lives until it is
 * removed (IPC_RMID) and no area maps it.
 * 2. shmat(2) makes a door (vm_source) of its own, through which areas map the object. The door
 * counts areas, as Linux does: nattch goes up when an area is made by shmat, fork, a split or
 * mremap, and down when one goes. So the count is exact through fork, exec, exit and munmap without
 * any of them knowing of segments.
 * 3. One lock, the identifiers' own, protects everything here. It is taken with map_lock held, so
 * user memory is not touched and no area is changed under it.
 */
#pragma once

#include <abi/shm.h>
#include <lib/types.h>

void shm_init(void);

/* The calls; each returns what its system call returns. */
long shm_get(s32 key, u64 size, u32 flags);
long shm_attach(s32 id, vaddr_t addr, u32 flags);
long shm_detach(vaddr_t addr);
long shm_control(s32 id, s32 command, struct abi_shmid_ds __user *user);

/* The current task exits: what it made is nobody's now (shm_rmid_forced). */
void shm_task_exit(void);

/* ---- /proc ---- */

struct shm_line {
    struct abi_shmid_ds status;
    s32 id;
    u64 resident; /* pages */
};
/* Visit every segment, in the order of their indices. => nonzero stops and is returned */
int shm_for_each(int (*visit)(const struct shm_line *line, void *argument), void *argument);
