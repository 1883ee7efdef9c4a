/* limit.h: limits and the privilege to lock memory, for operations and for replay.h. */
#ifndef TESTS_DIFF_LIMIT_H
#define TESTS_DIFF_LIMIT_H

#include <stdbool.h>

/*
 * limit_set: the soft limit @resource of the process in @slot becomes @pages; those of whole sizes
 * on top of what the first process had at the beginning; -1: none.
 */
long limit_set(int resource, long pages, int slot);

/* privilege_set: whether the calling thread may lock more than its limit (CAP_IPC_LOCK). */
long privilege_set(bool has);

#endif
