/*
 * ptrace(2): requests, options, events, and what they move.
 */
#pragma once

#include <lib/types.h>

#define PTRACE_TRACEME          0
#define PTRACE_PEEKTEXT         1
#define PTRACE_PEEKDATA         2
#define PTRACE_PEEKUSER         3
#define PTRACE_POKETEXT         4
#define PTRACE_POKEDATA         5
#define PTRACE_POKEUSER         6
#define PTRACE_CONT             7
#define PTRACE_KILL             8
#define PTRACE_SINGLESTEP       9
#define PTRACE_GETREGS          12
#define PTRACE_SETREGS          13
#define PTRACE_GETFPREGS        14
#define PTRACE_SETFPREGS        15
#define PTRACE_ATTACH           16
#define PTRACE_DETACH           17
#define PTRACE_SYSCALL          24
#define PTRACE_ARCH_PRCTL       30
#define PTRACE_SYSEMU           31
#define PTRACE_SETOPTIONS       0x4200
#define PTRACE_GETEVENTMSG      0x4201
#define PTRACE_GETSIGINFO       0x4202
#define PTRACE_SETSIGINFO       0x4203
#define PTRACE_GETREGSET        0x4204
#define PTRACE_SETREGSET        0x4205
#define PTRACE_SEIZE            0x4206
#define PTRACE_INTERRUPT        0x4207
#define PTRACE_LISTEN           0x4208
#define PTRACE_GETSIGMASK       0x420a
#define PTRACE_SETSIGMASK       0x420b
#define PTRACE_GET_SYSCALL_INFO 0x420e

#define PTRACE_EVENT_FORK       1
#define PTRACE_EVENT_VFORK      2
#define PTRACE_EVENT_CLONE      3
#define PTRACE_EVENT_EXEC       4
#define PTRACE_EVENT_VFORK_DONE 5
#define PTRACE_EVENT_EXIT       6
#define PTRACE_EVENT_SECCOMP    7
#define PTRACE_EVENT_STOP       128

/* An option that asks for an event is its bit. */
#define PTRACE_O_TRACESYSGOOD (1u << 0)
#define PTRACE_O_EVENT(event) (1u << (event))
#define PTRACE_O_EXITKILL     (1u << 20)
#define PTRACE_O_KNOWN        (PTRACE_O_EXITKILL | 0xff)

/* PTRACE_GET_SYSCALL_INFO */
#define PTRACE_SYSCALL_INFO_NONE    0
#define PTRACE_SYSCALL_INFO_ENTRY   1
#define PTRACE_SYSCALL_INFO_EXIT    2
#define PTRACE_SYSCALL_INFO_SECCOMP 3

struct abi_ptrace_syscall_info {
    u8 operation;
    u8 padding[3];
    u32 arch;
    u64 instruction_pointer;
    u64 stack_pointer;
    union {
        struct {
            u64 number;
            u64 args[6];
        } entry;
        struct {
            s64 result;
            u8 is_error;
        } exit;
        struct {
            u64 number;
            u64 args[6];
            u32 data;
        } seccomp;
    };
};
_Static_assert(__builtin_offsetof(struct abi_ptrace_syscall_info, entry) == 24, "ptrace(2)");
_Static_assert(sizeof(struct abi_ptrace_syscall_info) == 88, "ptrace(2)");

/* struct user (sys/user.h): what PEEKUSER and POKEUSER address. */
#define PTRACE_USER_REGISTERS_SIZE (27 * 8)
#define PTRACE_USER_DEBUG          848 /* u_debugreg[8] */
#define PTRACE_USER_SIZE           912
