/* What kernel stacks are made of. */
#pragma once

#include <lib/types.h>

/* vmalloc, named a stack in /proc/vmallocinfo. */
void *vmalloc_stack(size_t len);
