/*
 * Saving and loading the vector state: XSAVE where present, else FXSAVE.
 *
 * Switching is eager: a thread's registers are saved when it leaves a CPU and loaded when it
 * arrives.
 */
#include "fpu.h"
#include "cpu_features.h"
#include "exception_table.h"
#include "user_access.h"

#include <abi/errno.h>
#include <arch/thread.h>
#include <arch/user.h>
#include <lib/string.h>

size_t arch_fpu_size(void)
{
    return cpu_features.xstate_size;
}

void fpu_save(struct fpu_state *state)
{
    u32 low = (u32)cpu_features.xcr0, high = (u32)(cpu_features.xcr0 >> 32);

    if (cpu_features.xsaveopt)
        __asm__ volatile("xsaveopt64 (%0)" : : "r"(state), "a"(low), "d"(high) : "memory");
    else if (cpu_features.xsave)
        __asm__ volatile("xsave64 (%0)" : : "r"(state), "a"(low), "d"(high) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(state) : "memory");
}

void fpu_save_whole(struct fpu_state *state)
{
    u32 low = (u32)cpu_features.xcr0, high = (u32)(cpu_features.xcr0 >> 32);

    if (!cpu_features.xsave) {
        fpu_save(state);
        return;
    }
    __asm__ volatile("xsave64 (%0)" : : "r"(state), "a"(low), "d"(high) : "memory");
    state->xstate_bv |= XSTATE_LEGACY; /* readers of the old format look at nothing else */
}

void fpu_restore(const struct fpu_state *state)
{
    u32 low = (u32)cpu_features.xcr0, high = (u32)(cpu_features.xcr0 >> 32);

    if (cpu_features.xsave)
        __asm__ volatile("xrstor64 (%0)" : : "r"(state), "a"(low), "d"(high) : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" : : "r"(state) : "memory");
}

static struct abi_fp_software software_words(void)
{
    return (struct abi_fp_software){
        .magic1 = ABI_FP_XSTATE_MAGIC1,
        .extended_size = cpu_features.xstate_size + sizeof(u32),
        .features = cpu_features.xcr0,
        .state_size = cpu_features.xstate_size,
    };
}

/* The 112 bytes between what FXSAVE and XSAVE write are the software's words and the header. */
int fpu_save_user(struct fpu_state __user *state)
{
    u32 low = (u32)cpu_features.xcr0, high = (u32)(cpu_features.xcr0 >> 32);
    u32 size = cpu_features.xstate_size;
    struct fpu_state *area = (struct fpu_state __force *)state;
    u64 *reserved = (u64 *)&area->reserved2;
    u64 in_use;

    user_access_begin();
    USER_STORE_32(ABI_FP_XSTATE_MAGIC1, &area->software.magic1, fault);
    USER_STORE_32(size + sizeof(u32), &area->software.extended_size, fault);
    USER_STORE_64(cpu_features.xcr0, &area->software.features, fault);
    USER_STORE_64(size, (u64 *)&area->software.state_size, fault);
    USER_STORE_64(0, (u64 *)&area->software.reserved[1], fault);
    USER_STORE_64(0, (u64 *)&area->software.reserved[3], fault);
    USER_STORE_64(0, (u64 *)&area->software.reserved[5], fault);
    USER_STORE_64(0, &area->xstate_bv, fault);
    USER_STORE_64(0, &area->xcomp_bv, fault);
    USER_STORE_64(0, &reserved[0], fault);
    USER_STORE_64(0, &reserved[1], fault);
    USER_STORE_64(0, &reserved[2], fault);
    USER_STORE_64(0, &reserved[3], fault);
    USER_STORE_64(0, &reserved[4], fault);
    USER_STORE_64(0, &reserved[5], fault);
    __asm__ goto("1: xsave64 (%0)\n\t" EXCEPTION_ENTRY_C("0", fault)
                 :
                 : "r"(area), "a"(low), "d"(high)
                 : "memory"
                 : fault);
    /* Readers of the old format look at nothing else. */
    USER_LOAD_64(in_use, &area->xstate_bv, fault);
    USER_STORE_64(in_use | XSTATE_LEGACY, &area->xstate_bv, fault);
    USER_STORE_32(ABI_FP_XSTATE_MAGIC2, (u32 *)((char *)area + size), fault);
    user_access_end();
    return 0;
fault:
    user_access_end();
    return -EFAULT;
}

int fpu_restore_user(const struct fpu_state __user *state)
{
    u32 low = (u32)cpu_features.xcr0, high = (u32)(cpu_features.xcr0 >> 32);
    u32 size = cpu_features.xstate_size;
    const struct fpu_state *area = (const struct fpu_state __force *)state;
    u32 magic1, extended_size, state_size, magic2;

    if (!user_range_ok(state, size + sizeof(magic2)))
        return -EFAULT;
    user_access_begin();
    USER_LOAD_32(magic1, &area->software.magic1, fault);
    USER_LOAD_32(extended_size, &area->software.extended_size, fault);
    USER_LOAD_32(state_size, &area->software.state_size, fault);
    if (magic1 != ABI_FP_XSTATE_MAGIC1 || state_size != size || extended_size < size)
        goto other;
    USER_LOAD_32(magic2, (const u32 *)((const char *)area + size), fault);
    if (magic2 != ABI_FP_XSTATE_MAGIC2)
        goto other;
    if (!is_aligned((vaddr_t)area, 64))
        goto fault;
    __asm__ goto("1: xrstor64 (%0)\n\t" EXCEPTION_ENTRY_C("0", fault)
                 :
                 : "r"(area), "a"(low), "d"(high)
                 : "memory"
                 : fault);
    user_access_end();
    return 0;
other:
    user_access_end();
    return FPU_NOT_WHOLE;
fault:
    user_access_end();
    return -EFAULT;
}

void fpu_state_init(struct fpu_state *state)
{
    memset(state, 0, cpu_features.xstate_size);
    state->control = FCW_DEFAULT;
    state->mxcsr = MXCSR_DEFAULT;
    if (!cpu_features.xsave)
        return;
    state->software = software_words();
    if (cpu_features.pkru_offset) {
        u32 pkru = PKRU_DEFAULT;

        memcpy((char *)state + cpu_features.pkru_offset, &pkru, sizeof(pkru));
        state->xstate_bv |= 1UL << 9;
    }
}

/* Which MXCSR bits exist: what FXSAVE reports, or the default of processors that report 0. */
static u32 mxcsr_mask(void)
{
    static u32 mask; /* (I) after the first call; every call finds the same */
    struct fpu_state probe;

    if (mask)
        return mask;
    memset(&probe, 0, 512);
    __asm__ volatile("fxsave64 (%0)" : : "r"(&probe) : "memory");
    mask = probe.mxcsr_mask ? probe.mxcsr_mask : 0xFFBF;
    return mask;
}

bool fpu_state_sanitise(struct fpu_state *state, bool legacy_only)
{
    if (state->mxcsr & ~mxcsr_mask())
        return false;
    if (!cpu_features.xsave)
        return true;
    state->software = software_words();
    if (legacy_only)
        state->xstate_bv = XSTATE_LEGACY;
    state->xstate_bv &= cpu_features.xcr0;
    state->xcomp_bv = 0;
    memset(state->reserved2, 0, sizeof(state->reserved2));
    return true;
}
