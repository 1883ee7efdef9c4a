/*
 * What user programs are told about the processor.
 */
#include <arch/identity.h>

#include "cpu_features.h"
#include "instructions.h"

#define HWCAP2_FSGSBASE 2

u64 arch_hwcap(void)
{
    return cpuid(1, 0).edx;
}

u64 arch_hwcap2(void)
{
    return cpu_features.fsgsbase ? HWCAP2_FSGSBASE : 0;
}

const char *arch_platform(void)
{
    return "x86_64";
}

bool arch_random(u64 *value)
{
    bool ok = false;

    for (int tries = 0; cpu_features.rdrand && !ok && tries < 10; tries++)
        __asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(ok));
    return ok;
}
