/*
 * System V shared memory: shmget(2), shmat(2), shmctl(2). Linux user ABI, x86-64.
 */
#pragma once

#include <abi/ipc.h>

#define SHMMIN 1

/* Flags of shmget. */
#define SHM_HUGETLB    00004000
#define SHM_NORESERVE  00010000
#define SHM_HUGE_SHIFT 26
#define SHM_HUGE_MASK  0x3fu

/* Flags of shmat. */
#define SHM_RDONLY 00010000
#define SHM_RND    00020000
#define SHM_REMAP  00040000
#define SHM_EXEC   00100000

/* Bits of shm_perm.mode. */
#define SHM_DEST   00001000
#define SHM_LOCKED 00002000

/* Commands of shmctl. */
#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13
#define SHM_INFO     14
#define SHM_STAT_ANY 15

struct abi_shmid_ds {
    struct abi_ipc_perm perm;
    u64 size;
    s64 attach_time, detach_time, change_time;
    s32 creator, last;
    u64 attached;
    u64 unused[2];
};
_Static_assert(sizeof(struct abi_shmid_ds) == 112, "struct shmid64_ds");

struct abi_shminfo {
    u64 max_size, min_size, max_segments, max_per_process, max_pages;
    u64 unused[4];
};

struct abi_shm_info {
    s32 used_ids;
    u32 padding;
    u64 pages, resident, swapped;
    u64 swap_attempts, swap_successes;
};
