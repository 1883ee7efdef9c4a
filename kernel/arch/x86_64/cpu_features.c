/*
 * Processor features: found by CPUID, switched on in CR0, CR4, EFER, XCR0 and the attribute table.
 *
 * Everything is used where present and its absence does no harm. (Intel SDM volumes 2A and 3A, AMD
 * APM volume 2.)
 */
#include "cpu_features.h"
#include "asm.h"
#include "instructions.h"

#include <arch/pte.h>
#include <arch/upcall.h>
#include <lib/string.h>

struct cpu_features cpu_features;

/* x87, SSE, AVX, AVX-512 (three parts), PKRU. Not MPX, not AMX. */
#define XSTATE_WANTED (0x1u | 0x2u | 0x4u | 0xE0u | 0x200u)
#define XSTATE_PKRU   9

static void detect_names(void)
{
    struct cpu_features *f = &cpu_features;
    struct cpuid_result r = cpuid(0, 0);
    u32 *name = (u32 *)f->model_name;

    memcpy(f->vendor, &r.ebx, 4);
    memcpy(f->vendor + 4, &r.edx, 4);
    memcpy(f->vendor + 8, &r.ecx, 4);
    r = cpuid(1, 0);
    f->stepping = r.eax & 0xF;
    f->model = (r.eax >> 4 & 0xF) | (r.eax >> 12 & 0xF0);
    f->family = (r.eax >> 8 & 0xF);
    if (f->family == 0xF)
        f->family += r.eax >> 20 & 0xFF;
    if (cpuid(0x80000000, 0).eax < 0x80000004)
        return;
    for (u32 leaf = 0; leaf < 3; leaf++) {
        r = cpuid(0x80000002 + leaf, 0);
        memcpy(name + leaf * 4, &r, sizeof(r));
    }
}

static void detect_xstate(void)
{
    struct cpu_features *f = &cpu_features;
    struct cpuid_result r = cpuid(0xD, 0);

    f->xcr0 = r.eax & XSTATE_WANTED;
    if ((f->xcr0 & 0xE0) != 0xE0 || !(f->xcr0 & 0x4))
        f->xcr0 &= ~0xE0UL;
    if (!f->pku)
        f->xcr0 &= ~(1UL << XSTATE_PKRU);
    f->xstate_size = 512 + 64;
    for (u32 part = 2; part < 32; part++) {
        if (!(f->xcr0 >> part & 1))
            continue;
        r = cpuid(0xD, part);
        f->xstate_size = max(f->xstate_size, r.ebx + r.eax);
        if (part == XSTATE_PKRU)
            f->pkru_offset = r.ebx;
    }
    f->xsaveopt = cpuid(0xD, 1).eax & 1;
}

void cpu_features_detect(void)
{
    struct cpu_features *f = &cpu_features;
    u32 max_leaf = cpuid(0, 0).eax;
    u32 max_extended = cpuid(0x80000000, 0).eax;
    struct cpuid_result r = cpuid(1, 0);

    f->pge = r.edx >> 13 & 1;
    f->pcid = r.ecx >> 17 & 1;
    f->x2apic = r.ecx >> 21 & 1;
    f->tsc_deadline = r.ecx >> 24 & 1;
    f->xsave = r.ecx >> 26 & 1;
    f->rdrand = r.ecx >> 30 & 1;
    f->hypervisor = r.ecx >> 31 & 1;
    if (max_leaf >= 7) {
        r = cpuid(7, 0);
        f->fsgsbase = r.ebx & 1;
        f->smep = r.ebx >> 7 & 1;
        f->smap = r.ebx >> 20 & 1;
        f->umip = r.ecx >> 2 & 1;
        f->pku = (r.ecx >> 3 & 1) && f->xsave;
        f->rdpid = r.ecx >> 22 & 1;
    }
    r = cpuid(0x80000001, 0);
    f->nx = r.edx >> 20 & 1;
    f->pages_1g = r.edx >> 26 & 1;
    f->rdtscp = r.edx >> 27 & 1;
    if (max_extended >= 0x80000007)
        f->tsc_constant = cpuid(0x80000007, 0).edx >> 8 & 1;
    f->address_bits = max_extended >= 0x80000008 ? cpuid(0x80000008, 0).eax & 0xFF : 36;
    if (f->xsave && max_leaf >= 0xD)
        detect_xstate();
    else
        f->xsave = f->pku = false;
    if (!f->xsave)
        f->xstate_size = 512;
    pte_unsupported_bits = (f->nx ? 0 : PTE_NX) | (f->pge ? 0 : PTE_GLOBAL);
    detect_names();
}

void cpu_features_enable(void)
{
    const struct cpu_features *f = &cpu_features;
    u64 cr4 = CR4_DE | CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT;

    cr4 |= f->pge ? CR4_PGE : 0;
    cr4 |= f->umip ? CR4_UMIP : 0;
    cr4 |= f->fsgsbase ? CR4_FSGSBASE : 0;
    cr4 |= f->xsave ? CR4_OSXSAVE : 0;
    cr4 |= f->smep ? CR4_SMEP : 0;
    cr4 |= f->smap ? CR4_SMAP : 0;
    cr4 |= f->pku ? CR4_PKE : 0;
    cr4_write(cr4);
    if (f->pcid) /* CR3 has context number 0 here, as the processor demands */
        cr4_write(cr4 | CR4_PCIDE);
    cr0_write((u32)(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE | CR0_AM));
    if (f->xsave)
        xcr0_write(f->xcr0);
    /* PA0..3: write-back, write-combining (in place of write-through), uncached-, uncached; 4..7
     * alike */
    msr_write(MSR_PAT, 0x0007010600070106);
}

struct smap_patch {
    u64 address;       /* of a three-byte no-op */
    u8 instruction[8]; /* the last byte of stac or clac, then padding */
};

extern const struct smap_patch smap_patch_start[], smap_patch_end[];

void cpu_features_patch_text(void)
{
    if (!cpu_features.smap)
        return;
    for (const struct smap_patch *patch = smap_patch_start; patch < smap_patch_end; patch++)
        memcpy((void *)patch->address, patch->instruction, 3);
}

u64 cpu_random(void)
{
    u64 value = 0;
    bool ok = false;

    for (int tries = 0; cpu_features.rdrand && !ok && tries < 10; tries++)
        __asm__ volatile("rdrand %0" : "=r"(value), "=@ccc"(ok));
    /* The counter adds what it can where there is no generator. */
    return (value ^ tsc_read()) * 0x9E3779B97F4A7C15UL ^ value;
}
