/*
 * The notes of a core dump (elf(5), core(5)), as debuggers read them.
 */
#pragma once

#include <abi/signal.h>
#include <lib/types.h>

#define NT_PRSTATUS   1
#define NT_FPREGSET   2
#define NT_PRPSINFO   3
#define NT_AUXV       6
#define NT_X86_XSTATE 0x202
#define NT_FILE       0x46494c45
#define NT_SIGINFO    0x53494749

struct elf_note {
    u32 name_size, description_size, type;
};

struct abi_core_time {
    s64 seconds, microseconds;
};

struct abi_core_status {
    s32 signal, code, error;
    s16 current_signal;
    u64 pending, blocked;
    s32 pid, ppid, pgrp, sid;
    struct abi_core_time user, system, children_user, children_system;
    u64 registers[27];
    s32 fp_valid;
};
_Static_assert(sizeof(struct abi_core_status) == 336, "struct elf_prstatus");

struct abi_core_process {
    s8 state;
    char state_letter;
    s8 zombie, nice;
    u64 flags;
    u32 uid, gid;
    s32 pid, ppid, pgrp, sid;
    char name[16];
    char arguments[80];
};
_Static_assert(sizeof(struct abi_core_process) == 136, "struct elf_prpsinfo");

/* /proc/PID/coredump_filter: which areas are written whole. */
#define CORE_FILTER_ANON_PRIVATE 0x1u
#define CORE_FILTER_ANON_SHARED  0x2u
#define CORE_FILTER_FILE_PRIVATE 0x4u
#define CORE_FILTER_FILE_SHARED  0x8u
#define CORE_FILTER_ELF_HEADERS  0x10u
#define CORE_FILTER_HUGE_PRIVATE 0x20u
#define CORE_FILTER_HUGE_SHARED  0x40u
#define CORE_FILTER_MASK         0x1ffu
#define CORE_FILTER_DEFAULT      0x33u
