/*
 * readv(2), writev(2) and their families. Linux user ABI, x86-64.
 */
#pragma once

#include <lib/types.h>

struct iovec {
    void __user *iov_base;
    u64 iov_len;
};

/* preadv2(2), pwritev2(2) */
#define RWF_HIPRI  0x00000001
#define RWF_DSYNC  0x00000002
#define RWF_SYNC   0x00000004
#define RWF_NOWAIT 0x00000008
#define RWF_APPEND 0x00000010
