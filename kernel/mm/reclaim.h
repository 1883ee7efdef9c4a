/* Getting memory back (reclaim.c). */
#pragma once

#include <sched/wait.h>

void reclaim_init(void);

/* Held while pages are taken. => the innermost sleeping lock */
extern struct mutex reclaim_mutex;
