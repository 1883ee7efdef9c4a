/* Shared memory without a file (shmem.c). */
#pragma once

#include <mm/object.h>

void shmem_init_cache(void);

/* What /proc/PID/maps shows of it: device 00:01 and a number of its own. 0: not one of these
 * objects. */
#define SHMEM_DEVICE 1
u64 shmem_serial(const struct vm_object *object);
