/* What kmem.c calls to set up the parts of the room, in this order. */
#pragma once

void slab_init(void);
void kmalloc_init(void);
