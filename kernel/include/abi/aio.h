/*
 * Linux's asynchronous input and output: io_submit(2).
 */
#pragma once

#include <lib/types.h>

#define IOCB_CMD_PREAD   0
#define IOCB_CMD_PWRITE  1
#define IOCB_CMD_FSYNC   2
#define IOCB_CMD_FDSYNC  3
#define IOCB_CMD_PREADV  7
#define IOCB_CMD_PWRITEV 8

#define IOCB_FLAG_RESFD  1u
#define IOCB_FLAG_IOPRIO 2u

struct abi_iocb {
    u64 data;
    u32 key;
    s32 rw_flags; /* RWF_* */
    u16 command;  /* IOCB_CMD_* */
    s16 priority;
    u32 fd;
    u64 buffer;
    u64 len;
    s64 offset;
    u64 reserved;
    u32 flags; /* IOCB_FLAG_* */
    u32 event_fd;
};

struct abi_io_event {
    u64 data;
    u64 request; /* address of its struct iocb */
    s64 result;
    s64 result2;
};

/* The beginning of the ring that io_setup(2) maps. */
#define AIO_RING_MAGIC 0xa10a10a1u

struct abi_aio_ring {
    u32 id;
    u32 nr; /* events that the ring has room for */
    u32 head;
    u32 tail;
    u32 magic;
    u32 compatible_features;
    u32 incompatible_features;
    u32 header_len;
};
