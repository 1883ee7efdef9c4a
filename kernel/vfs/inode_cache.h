/* The slab that inodes come from. */
#pragma once

void inode_cache_init(void);
