/*
 * The vDSO: a shared object of the kernel in every program's address space, and [vvar], the data it
 * reads. A program gets, in ascending order, ARCH_VVAR_PAGES pages [vvar] (readable) and directly
 * after them arch_vdso_pages() pages [vdso] (readable, executable); AT_SYSINFO_EHDR points to the
 * latter.
 */
#pragma once

#include <lib/types.h>

#define ARCH_VVAR_PAGES 4 /* as many as Linux maps; only the first holds data */

size_t arch_vdso_pages(void);
/* Frames to map; they belong to the kernel image and are never freed. */
paddr_t arch_vdso_page(size_t index);
paddr_t arch_vvar_page(size_t index);

/* arch_vdso_update: tell programs the offset of CLOCK_REALTIME from CLOCK_MONOTONIC, and how coarse
 * the coarse clocks are. => by time, once the clock runs and whenever the offset changes; any
 * context */
void arch_vdso_update(s64 realtime_offset, u32 coarse_ns);
