/*
 * System V inter-process communication: what segments, semaphores and queues have in common.
 * Linux user ABI, x86-64.
 */
#pragma once

#include <lib/types.h>

#define IPC_PRIVATE 0

/* Flags of the get calls, beside the permissions in the low nine bits. */
#define IPC_CREAT  00001000
#define IPC_EXCL   00002000
#define IPC_NOWAIT 00004000

/* Commands of the control calls. */
#define IPC_RMID 0
#define IPC_SET  1
#define IPC_STAT 2
#define IPC_INFO 3

struct abi_ipc_perm {
    s32 key;
    u32 uid, gid;
    u32 cuid, cgid;
    u32 mode;
    u16 sequence;
    u16 padding[3];
    u64 unused[2];
};
_Static_assert(sizeof(struct abi_ipc_perm) == 48, "struct ipc64_perm");
