/*
 * seccomp(2): modes, operations, what a filter sees and says.
 */
#pragma once

#include <lib/types.h>

#define SECCOMP_MODE_DISABLED 0
#define SECCOMP_MODE_STRICT   1
#define SECCOMP_MODE_FILTER   2

#define SECCOMP_SET_MODE_STRICT  0
#define SECCOMP_SET_MODE_FILTER  1
#define SECCOMP_GET_ACTION_AVAIL 2

#define SECCOMP_FILTER_FLAG_TSYNC       (1u << 0)
#define SECCOMP_FILTER_FLAG_LOG         (1u << 1)
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW  (1u << 2)
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1u << 4)

/* An answer is an action and 16 bits of data; of several filters' the lowest action counts, as
 * signed numbers. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD  0x00000000u
#define SECCOMP_RET_TRAP         0x00030000u
#define SECCOMP_RET_ERRNO        0x00050000u
#define SECCOMP_RET_TRACE        0x7ff00000u
#define SECCOMP_RET_LOG          0x7ffc0000u
#define SECCOMP_RET_ALLOW        0x7fff0000u
#define SECCOMP_RET_ACTION       0xffff0000u
#define SECCOMP_RET_DATA         0x0000ffffu

#define AUDIT_ARCH_X86_64 0xc000003eu
#define SYS_SECCOMP       1 /* si_code */
#define SYS_USER_DISPATCH 2

struct abi_seccomp_data {
    s32 number;
    u32 arch;
    u64 instruction_pointer;
    u64 args[6];
};
_Static_assert(sizeof(struct abi_seccomp_data) == 64, "seccomp(2)");
