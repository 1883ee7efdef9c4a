/* Settings of user memory (settings.c): /proc/sys/vm. */
#pragma once

#include <lib/types.h>

/* vm.max_map_count: areas in one address space. */
u64 settings_max_map_count(void);

/* vm.mmap_min_addr, a multiple of PAGE_SIZE: nothing is mapped below but with CAP_SYS_RAWIO. */
vaddr_t settings_min_address(void);

/* vm.mmap_rnd_bits: a mask of the pages by which mappings and programs are moved at random. */
u64 settings_random_pages(void);

/* vm.legacy_va_layout: new programs look for room upwards. */
bool settings_legacy_layout(void);

/* => once, at boot */
void settings_init(void);
