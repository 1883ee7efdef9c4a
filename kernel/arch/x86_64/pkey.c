/*
 * The PKRU register: two bits per key, access disabled and write disabled. (Intel SDM 3, 4.6.2.)
 */
#include <arch/pkey.h>

#include "cpu_features.h"
#include "fpu.h"
#include "thread.h"

static u32 pkru_read(void)
{
    u32 value;

    __asm__ volatile("rdpkru" : "=a"(value) : "c"(0) : "edx");
    return value;
}

static void pkru_write(u32 value)
{
    __asm__ volatile("wrpkru" : : "a"(value), "c"(0), "d"(0) : "memory");
}

bool arch_pkey_present(void)
{
    return cpu_features.pku;
}

bool arch_pkey_allows(unsigned key, bool write)
{
    u32 disabled;

    if (!cpu_features.pku || !arch_thread_current()->fpu)
        return true;
    disabled = pkru_read() >> (2 * key) & 3;
    return !(disabled & ARCH_PKEY_DISABLE_ACCESS) &&
           !(write && (disabled & ARCH_PKEY_DISABLE_WRITE));
}

void arch_pkey_set(unsigned key, unsigned disabled)
{
    u32 value = pkru_read() & ~(3u << (2 * key));

    pkru_write(value | disabled << (2 * key));
}

void arch_pkey_reset(void)
{
    if (cpu_features.pku)
        pkru_write(PKRU_DEFAULT);
}
