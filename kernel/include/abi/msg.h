/*
 * System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2). Linux user ABI, x86-64.
 */
#pragma once

#include <abi/ipc.h>

/* Flags of msgrcv, beside IPC_NOWAIT. */
#define MSG_NOERROR 010000 /* cut what is too long */
#define MSG_EXCEPT  020000 /* any type but this */
#define MSG_COPY    040000 /* the message of this index, which stays */

/* Commands of msgctl. */
#define MSG_STAT     11
#define MSG_INFO     12
#define MSG_STAT_ANY 13

/* Limits as Linux is shipped, and numbers that only IPC_INFO tells. */
#define MSGMNI  32000
#define MSGMAX  8192
#define MSGMNB  16384
#define MSGPOOL (MSGMNI * MSGMNB / 1024)
#define MSGTQL  MSGMNB
#define MSGMAP  MSGMNB
#define MSGSSZ  16
#define MSGSEG  0xffff

struct abi_msqid_ds {
    struct abi_ipc_perm perm;
    s64 send_time, receive_time, change_time;
    u64 bytes, messages, max_bytes;
    s32 sender, receiver;
    u64 unused[2];
};
_Static_assert(sizeof(struct abi_msqid_ds) == 120, "struct msqid64_ds");

struct abi_msginfo {
    s32 pool, map, max, max_bytes, queues, segment_size, headers;
    u16 segments;
};
