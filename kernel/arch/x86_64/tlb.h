/*
 * Flushing translations of this CPU and of all CPUs.
 */
#pragma once

#include <lib/types.h>

/* Kernel addresses, on every CPU. => as arch_call_on_cpus */
void tlb_flush_kernel(vaddr_t start, vaddr_t end);

/* Before the final tables are shared: everything of this CPU. */
void tlb_flush_local_all(void);
