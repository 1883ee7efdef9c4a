/*
 * clone(2) flags and scheduling policies (sched(7)).
 */
#pragma once

#include <lib/types.h>

#define CSIGNAL              0x000000fful
#define CLONE_NEWTIME        0x00000080ul /* clone3 and unshare only */
#define CLONE_VM             0x00000100ul
#define CLONE_FS             0x00000200ul
#define CLONE_FILES          0x00000400ul
#define CLONE_SIGHAND        0x00000800ul
#define CLONE_PIDFD          0x00001000ul
#define CLONE_PTRACE         0x00002000ul
#define CLONE_VFORK          0x00004000ul
#define CLONE_PARENT         0x00008000ul
#define CLONE_THREAD         0x00010000ul
#define CLONE_NEWNS          0x00020000ul
#define CLONE_SYSVSEM        0x00040000ul
#define CLONE_SETTLS         0x00080000ul
#define CLONE_PARENT_SETTID  0x00100000ul
#define CLONE_CHILD_CLEARTID 0x00200000ul
#define CLONE_DETACHED       0x00400000ul
#define CLONE_UNTRACED       0x00800000ul
#define CLONE_CHILD_SETTID   0x01000000ul
#define CLONE_NEWCGROUP      0x02000000ul
#define CLONE_NEWUTS         0x04000000ul
#define CLONE_NEWIPC         0x08000000ul
#define CLONE_NEWUSER        0x10000000ul
#define CLONE_NEWPID         0x20000000ul
#define CLONE_NEWNET         0x40000000ul
#define CLONE_IO             0x80000000ul
#define CLONE_CLEAR_SIGHAND  0x100000000ul
#define CLONE_INTO_CGROUP    0x200000000ul

struct abi_clone_args {
    u64 flags;
    u64 pidfd;
    u64 child_tid;
    u64 parent_tid;
    u64 exit_signal;
    u64 stack;
    u64 stack_size;
    u64 tls;
    u64 set_tid;
    u64 set_tid_size;
    u64 cgroup;
};
#define CLONE_ARGS_SIZE_VER0 64
#define CLONE_ARGS_SIZE_VER1 80
#define CLONE_ARGS_SIZE_VER2 88
_Static_assert(sizeof(struct abi_clone_args) == CLONE_ARGS_SIZE_VER2, "clone3(2)");

#define SCHED_OTHER         0
#define SCHED_FIFO          1
#define SCHED_RR            2
#define SCHED_BATCH         3
#define SCHED_IDLE          5
#define SCHED_DEADLINE      6
#define SCHED_RESET_ON_FORK 0x40000000

struct abi_sched_param {
    s32 priority;
};

struct abi_sched_attr {
    u32 size;
    u32 policy;
    u64 flags;
    s32 nice;
    u32 priority;
    u64 runtime, deadline, period;
    u32 utilisation_min, utilisation_max;
};
#define SCHED_ATTR_SIZE_VER0 48
_Static_assert(sizeof(struct abi_sched_attr) == 56, "sched_setattr(2)");

#define SCHED_FLAG_RESET_ON_FORK 1
#define SCHED_FLAG_RECLAIM       2 /* these two are of SCHED_DEADLINE alone */
#define SCHED_FLAG_DL_OVERRUN    4
#define SCHED_FLAG_KEEP_POLICY   8
#define SCHED_FLAG_KEEP_PARAMS   0x10
#define SCHED_FLAG_UTIL_CLAMP    0x60
#define SCHED_FLAG_ALL           0x7f
