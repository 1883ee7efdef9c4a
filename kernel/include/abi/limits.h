/*
 * Limits that user programs know as constants. Linux user ABI, x86-64.
 */
#pragma once

#define NAME_MAX       255   /* bytes in a name */
#define PATH_MAX       4096  /* bytes in a path, with the terminator */
#define PIPE_BUF       4096  /* a write of at most this much is atomic */
#define NGROUPS_MAX    65536 /* supplementary groups */
#define UIO_MAXIOV     1024  /* segments of readv, writev ... */
#define LINK_MAX_TMPFS 0x7fffffff
#define MAXSYMLINKS    40           /* symbolic links followed in one look-up */
#define MAX_RW_COUNT   0x7ffff000UL /* most bytes one read or write transfers */
#define FILE_SIZE_MAX  0x7fffffffffffffffULL
