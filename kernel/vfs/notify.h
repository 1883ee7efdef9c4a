/* What vfs asks of the rooms above through the registered hooks (context.c). */
#pragma once

#include <vfs/context.h>

void vfs_raise_signal(int signal); /* to the running thread */
int vfs_owner_kinds(s32 number);   /* what it names now: bits 1 << F_OWNER_*; -ESRCH: nothing */
