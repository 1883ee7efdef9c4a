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

/* Settings of /proc/sys/kernel, by their names there. */
enum shm_setting {
    SHM_SETTING_SHMMAX,      /* bytes of one segment */
    SHM_SETTING_SHMALL,      /* pages of all segments together */
    SHM_SETTING_SHMMNI,      /* segments */
    SHM_SETTING_RMID_FORCED, /* a segment nobody maps is removed */
    NR_SHM_SETTINGS
};
u64 shm_setting_get(enum shm_setting setting);
void shm_setting_set(enum shm_setting setting, u64 value);

/* shm_next_id: the identifier of the next segment, -1: no matter. */
s32 shm_next_id_get(void);
void shm_next_id_set(s32 id);
