/*
 * futex(2) operations and the robust list (get_robust_list(2)).
 */
#pragma once

#include <lib/types.h>

#define FUTEX_WAIT            0
#define FUTEX_WAKE            1
#define FUTEX_FD              2
#define FUTEX_REQUEUE         3
#define FUTEX_CMP_REQUEUE     4
#define FUTEX_WAKE_OP         5
#define FUTEX_LOCK_PI         6
#define FUTEX_UNLOCK_PI       7
#define FUTEX_TRYLOCK_PI      8
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAKE_BITSET     10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI  12
#define FUTEX_LOCK_PI2        13

#define FUTEX_PRIVATE_FLAG   128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_COMMAND_MASK   (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

#define FUTEX_BITSET_MATCH_ANY 0xffffffffu

/* futex_waitv(2) */
#define FUTEX_WAITV_MAX 128
#define FUTEX_32        2

struct abi_futex_waitv {
    u64 value;
    u64 address;
    u32 flags;
    u32 reserved;
};
_Static_assert(sizeof(struct abi_futex_waitv) == 24, "futex_waitv(2)");

/* The word of a mutex that the kernel helps with: owner's thread id and two flags. */
#define FUTEX_WAITERS    0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK   0x3fffffffu

#define FUTEX_ROBUST_LIST_LIMIT 2048

struct abi_robust_list {
    u64 next; /* address; bit 0: the mutex is a priority-inheritance one */
};

struct abi_robust_list_head {
    struct abi_robust_list list;
    s64 futex_offset;
    u64 pending; /* list_op_pending */
};
_Static_assert(sizeof(struct abi_robust_list_head) == 24, "get_robust_list(2)");
