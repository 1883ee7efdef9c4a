/*
 * The one variable behind <arch/pte.h>: which of its bits this processor lacks. Boot sets it before
 * the first table is made; the host tests leave it 0.
 */
#include <arch/pte.h>

u64 pte_unsupported_bits;
