/* What vfs asks of the rooms above through the registered hooks (context.c). */
#pragma once

#include <vfs/context.h>

void vfs_raise_signal(int signal); /* to the running thread */
