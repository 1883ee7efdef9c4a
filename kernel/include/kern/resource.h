/*
 * Ranges of physical addresses and of ports, and what they are: what the firmware said, what the
 * machine's parts and the drivers claimed. For people to read (/proc/iomem, ioports): nothing is
 * decided by it.
 *
 * Lock: none; all claims are made at boot, by one CPU.
 */
#pragma once

#include <arch/resource.h>

struct boot_info;

/* The map of memory and the machine's own parts. => once, at boot, when the clocks are known */
void resource_init(const struct boot_info *boot);

/* @start, @len belong to @name, which stays. => at boot; more than there is room for are left out
 */
void resource_claim(enum resource_space space, u64 start, u64 len, const char *name);

struct resource {
    u64 start, last;
    const char *name;
};
/* Claim number @index in order of addresses, one before those within it; NULL: no more. */
const struct resource *resource_at(enum resource_space space, unsigned index);
