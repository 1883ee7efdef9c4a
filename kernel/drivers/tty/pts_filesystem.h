/*
 * devpts: the directory of pseudo-terminal slaves, mounted at /dev/pts.
 */
#pragma once

#include <lib/types.h>

#define PTS_MAX 256

void pts_filesystem_init(void);

/* Numbers are below it: the mount option max. */
unsigned pts_number_end(void);

/* The slave @number appears, owned by the current task; goes. */
int pts_add(unsigned number) __must_check;
void pts_remove(unsigned number);

/* TIOCGPTPEER: a descriptor of the slave opened with O_* @flags. */
long pts_open_peer(unsigned number, u32 flags);
