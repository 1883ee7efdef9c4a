/*
 * Protection keys of user pages (pkeys(7)): which keys the running thread may use. The rights live
 * in a register of the thread that user mode changes by itself (PKRU); they are part of its vector
 * state.
 */
#pragma once

#include <lib/types.h>

#define ARCH_NR_PKEYS 16 /* key 0 is every page's that has no other */

/* Rights taken away, as in pkey_alloc(2). */
#define ARCH_PKEY_DISABLE_ACCESS 1u
#define ARCH_PKEY_DISABLE_WRITE  2u

bool arch_pkey_present(void);

/* May the running thread read (@write: write) user pages with @key? Kernel threads may. */
bool arch_pkey_allows(unsigned key, bool write);

/* Set what is taken away from the running thread. => arch_pkey_present() */
void arch_pkey_set(unsigned key, unsigned disabled);

/* What signal handlers and new programs begin with: only key 0 is open. */
void arch_pkey_reset(void);
