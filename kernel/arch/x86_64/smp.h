/*
 * The CPUs that are up.
 */
#pragma once

#include <lib/types.h>

u64 cpu_online_mask(void); /* (a) bit n: CPU n runs */

/* Boot: where CPU @cpu's copy of the per-CPU section is made, before the final tables are. */
u64 smp_percpu_size(unsigned nr_cpus);
void smp_percpu_alloc(unsigned nr_cpus);

/* Boot: the page below 1 MiB, and the tables, for starting CPUs. 0: only one CPU can be used. */
void smp_prepare(paddr_t low_page);
