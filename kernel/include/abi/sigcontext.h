/*
 * The signal frame of x86-64 as user programs see it (sigaction(2), <asm/sigcontext.h>,
 * <asm/ucontext.h>).
 *
 *   high   vector state (XSAVE layout, 64-byte aligned), then ABI_FP_XSTATE_MAGIC2
 *          struct abi_signal_frame
 *   low    = stack pointer at the handler's entry, which is 8 below a multiple of 16
 */
#pragma once

#include <abi/signal.h>
#include <lib/types.h>

struct abi_sigcontext {
    u64 r8, r9, r10, r11, r12, r13, r14, r15;
    u64 rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp;
    u64 rip, rflags;
    u16 cs, gs, fs, ss;
    u64 error_code, trap_number, old_mask, cr2;
    u64 fp_state; /* user address of the vector state, 0: none */
    u64 reserved[8];
};
_Static_assert(sizeof(struct abi_sigcontext) == 256, "sigcontext");

#define ABI_UC_FP_XSTATE         1u /* fp_state has the extended layout */
#define ABI_UC_SIGCONTEXT_SS     2u /* the ss member is valid */
#define ABI_UC_STRICT_RESTORE_SS 4u /* and sigreturn uses it as it is */

struct abi_ucontext {
    u64 flags;
    u64 link;
    struct abi_stack stack;
    struct abi_sigcontext context;
    u64 mask;
};
_Static_assert(sizeof(struct abi_ucontext) == 304, "ucontext");

struct abi_signal_frame {
    u64 restorer; /* return address of the handler */
    struct abi_ucontext ucontext;
    struct abi_siginfo_whole info;
};
_Static_assert(sizeof(struct abi_signal_frame) == 440, "rt_sigframe");

/* The last 48 bytes of the 512-byte legacy area. */
struct abi_fp_software {
    u32 magic1;
    u32 extended_size; /* of the state and magic2 */
    u64 features;
    u32 state_size;
    u32 reserved[7];
};
_Static_assert(sizeof(struct abi_fp_software) == 48, "_fpx_sw_bytes");

#define ABI_FP_XSTATE_MAGIC1   0x46505853u
#define ABI_FP_XSTATE_MAGIC2   0x46505845u
#define ABI_FP_SOFTWARE_OFFSET 464
#define ABI_FP_LEGACY_SIZE     512
