/*
 * Memory before there is an allocator: tables, per-CPU copies and stacks that live for ever.
 */
#pragma once

#include <arch/boot.h>
#include <lib/types.h>

/*
 * early_memory_init: set @len bytes of RAM below 4 GiB aside, clear of the image, the modules and
 * everything reserved.
 * => stops the machine with a message when there is no such place
 */
void early_memory_init(const struct boot_info *boot, u64 len);

/* Zeroed pages, seen through the direct map. The set-aside memory must suffice: it was computed. */
void *early_memory_alloc(u64 len);
paddr_t early_memory_alloc_frame(void);

/* Tell @boot what was used, so that it is not given out again. No allocation after this. */
void early_memory_finish(struct boot_info *boot);

/* A free page below 1 MiB for the code that starts other processors; 0: none. Reserves it in @boot.
 */
paddr_t early_memory_take_low_page(struct boot_info *boot);
