/* between.h: one process at the memory of another, or at its own by a file of /proc, for operations
 * and for replay.h. */
#ifndef TESTS_DIFF_BETWEEN_H
#define TESTS_DIFF_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>

/* copy_between: process_vm_writev or process_vm_readv; @here in two pieces, @there in one. */
long copy_between(int slot, char *here, size_t len, char *there, bool write);
/* mem_between: the same by /proc/PID/mem. */
long mem_between(int slot, char *here, size_t len, char *there, bool write);
/* advise_other: process_madvise, @start in two pieces. */
long advise_other(int slot, char *start, size_t len, int advice);

/* forget: a number to /proc/self/clear_refs. */
long forget(long number);

#endif
