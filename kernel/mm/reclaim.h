/* Getting memory back (reclaim.c). */
#pragma once

#include <lib/types.h>

void reclaim_init(void);
