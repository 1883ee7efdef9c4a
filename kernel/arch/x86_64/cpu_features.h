/*
 * What this processor can do, and switching it on.
 */
#pragma once

#include <lib/types.h>

/* Found once on CPU 0; the others are taken to be the same. (I) after cpu_features_detect. */
struct cpu_features {
    bool nx, pge, pages_1g, smep, smap, umip, pcid, fsgsbase, pku;
    bool xsave, xsaveopt;
    bool x2apic, tsc_deadline, rdrand, rdtscp, rdpid;
    bool tsc_constant; /* same rate always, on all CPUs */
    bool hypervisor;
    u64 xcr0;        /* vector state that is switched; 0: FXSAVE */
    u32 xstate_size; /* bytes of it, standard layout */
    u32 pkru_offset; /* of PKRU in the XSAVE area, 0: none */
    u32 address_bits;
    char vendor[13];
    char model_name[49];
    u32 family, model, stepping;
};
extern struct cpu_features cpu_features;

void cpu_features_detect(void);

/* cpu_features_enable: set this CPU's control registers accordingly. */
void cpu_features_enable(void);

/* Make the SMAP instructions real in the text, which must still be writable. */
void cpu_features_patch_text(void);

/* 64 random bits: RDRAND where present, mixed with the time-stamp counter. */
u64 cpu_random(void);
