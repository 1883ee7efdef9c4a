/*
 * x87, SSE, AVX ... state of user threads. The kernel itself uses none of these registers.
 */
#pragma once

#include <abi/sigcontext.h>
#include <lib/types.h>

/* The legacy area every format begins with, and the header that XSAVE adds. (Intel SDM 1, 13.4.) */
struct fpu_state {
    u16 control, status;
    u8 tag, reserved0;
    u16 opcode;
    u64 instruction, operand;
    u32 mxcsr, mxcsr_mask;
    u8 registers[8][16];
    u8 xmm[16][16];
    u8 reserved1[48];
    struct abi_fp_software software; /* constant: what a signal frame says about the format */
    u64 xstate_bv, xcomp_bv;
    u8 reserved2[48];
} __aligned(64);

#define XSTATE_LEGACY 3UL /* of xstate_bv: x87 and SSE */

#define MXCSR_DEFAULT 0x1F80u
#define FCW_DEFAULT   0x037Fu
#define PKRU_DEFAULT  0x55555554u /* only key 0 is open */

void fpu_save(struct fpu_state *state);
/* The same with every part written, initial ones too: for readers other than fpu_restore. */
void fpu_save_whole(struct fpu_state *state);
void fpu_restore(const struct fpu_state *state);

/*
 * Between the registers and user memory, aligned to 64, where the processor has XSAVE: one pass, no
 * copy. Pages are brought in on the way.
 * => fpu_save_user: the words of the legacy area that are software's, the header and the magic
 *    number behind the state are written, too; the range has been checked
 * => -EFAULT; fpu_restore_user: also for state that the processor refuses; the registers hold
 *    anything then
 * => fpu_restore_user: FPU_NOT_WHOLE, and nothing done, when the words there do not say that it is
 *    all of this processor's state; the caller has checked nothing
 */
#define FPU_NOT_WHOLE 1
int fpu_save_user(struct fpu_state __user *state) __must_check;
int fpu_restore_user(const struct fpu_state __user *state) __must_check;

/* A fresh program's state. */
void fpu_state_init(struct fpu_state *state);

/*
 * fpu_state_sanitise: check state that user mode wrote. @legacy_only: the first 512 bytes are its
 * work.
 * => true: fpu_restore will take it
 */
bool fpu_state_sanitise(struct fpu_state *state, bool legacy_only) __must_check;
