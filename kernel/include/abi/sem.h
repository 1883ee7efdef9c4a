/*
 * System V semaphores: semget(2), semop(2), semctl(2). Linux user ABI, x86-64.
 */
#pragma once

#include <abi/ipc.h>

#define SEM_UNDO 0x1000 /* sem_flg: undone when the process ends */

/* Commands of semctl. */
#define GETPID       11
#define GETVAL       12
#define GETALL       13
#define GETNCNT      14
#define GETZCNT      15
#define SETVAL       16
#define SETALL       17
#define SEM_STAT     18
#define SEM_INFO     19
#define SEM_STAT_ANY 20

#define SEMVMX 32767  /* largest value */
#define SEMAEM SEMVMX /* largest adjustment on exit */

/* Limits as Linux is shipped, and numbers that only IPC_INFO tells. */
#define SEMMSL 32000
#define SEMMNI 32000
#define SEMMNS (SEMMNI * SEMMSL)
#define SEMOPM 500
#define SEMUSZ 20

struct abi_sembuf {
    u16 number;
    s16 operation;
    s16 flags;
};

struct abi_semid_ds {
    struct abi_ipc_perm perm;
    s64 operation_time;
    u64 unused1;
    s64 change_time;
    u64 unused2;
    u64 nr_semaphores;
    u64 unused3[2];
};
_Static_assert(sizeof(struct abi_semid_ds) == 104, "struct semid64_ds");

struct abi_seminfo {
    s32 map, sets, semaphores, undos, per_set, operations, per_undo, undo_size, max_value;
    s32 max_adjustment;
};
