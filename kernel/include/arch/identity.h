/*
 * What user programs are told about the processor, and a source of randomness if it has one.
 */
#pragma once

#include <lib/types.h>

u64 arch_hwcap(void);                      /* AT_HWCAP */
u64 arch_hwcap2(void);                     /* AT_HWCAP2 */
const char *arch_platform(void);           /* AT_PLATFORM, and the machine name of uname(2) */
bool arch_random(u64 *value) __must_check; /* false: no such instruction, or it failed */

/*
 * arch_cpuinfo: what /proc/cpuinfo says of @cpu, with the empty line that ends it.
 * => as snprintf: at most @size bytes, returns the length of all; 4096 are enough
 */
size_t arch_cpuinfo(unsigned cpu, char *buffer, size_t size);
