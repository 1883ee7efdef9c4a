/*
 * Segments, for the files that make, attach and control them (shm.h has the theory).
 */
#pragma once

#include <ipc/shm.h>
#include <lib/bits.h>

#include "ipc_ids.h"

struct task;
struct user_account;
struct vm_object;

/* (l): shm_ids.lock. (I): immutable. */
struct shm_segment {
    struct ipc_object ipc;    /* mode may have SHM_DEST, SHM_LOCKED */
    struct vm_object *object; /* (I) referenced */
    u64 size;                 /* (I) as asked for */
    s32 first_key;            /* (I) the key it was made with: its name in maps(5) */
    u64 attached;             /* (l) areas that map it, and calls of shmat under way */
    s64 attach_time, detach_time, change_time; /* (l) seconds; 0: never */
    s32 creator_id, last_id;                   /* (l) processes; 0: none */
    const struct task *creator;                /* (l) only compared; NULL: it has exited */
    struct user_account *locker; /* (l) whose locked memory it is; NULL: not locked; referenced */
};

extern struct ipc_ids shm_ids;
extern u64 shm_total_pages; /* (shm_ids.lock) sizes of all segments */

/* Settings (a): sysctl kernel.NAME. */
extern u64 shmmax;          /* bytes of one segment */
extern u64 shmall;          /* pages of all segments together */
extern s32 shmmni;          /* segments */
extern s32 shm_rmid_forced; /* a segment nobody maps is removed */

static inline u64 shm_segment_pages(const struct shm_segment *segment)
{
    return div_round_up(segment->size, PAGE_SIZE);
}

/* The segment with this identifier; NULL: none. => shm_ids.lock held, in all of these */
struct shm_segment *shm_find(s32 id);

/* Remove the segment now. => nothing maps it */
void shm_destroy(struct shm_segment *segment);

/* Remove it if it is time: nothing maps it, and it was removed by IPC_RMID or need not be kept. */
void shm_destroy_if_unused(struct shm_segment *segment);

/* What IPC_STAT tells. */
void shm_describe(const struct shm_segment *segment, struct abi_shmid_ds *status);
