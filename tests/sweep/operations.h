/*
 * operations.h: what the files of operations share. An operation is a function without arguments
 * in the table at the end of operations.c.
 */

#ifndef TESTS_SWEEP_OPERATIONS_H
#define TESTS_SWEEP_OPERATIONS_H

#include "sweep.h"

#define RW  (PROT_READ | PROT_WRITE)
#define MIB (1UL << 20)

static inline char *anon(size_t len, int flags)
{
    return (char *)attempt(mmap(NULL, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0));
}

static inline void touch(char *at, size_t len)
{
    if (at == MAP_FAILED)
        return;
    for (size_t i = 0; i < len; i += PAGE)
        *(volatile char *)(at + i) = 1;
}

/* operations_network.c */
void sockets(void);
void internet(void);

/* operations_huge.c */
void huge(void);
void huge_pool(void);
void huge_fork(void);
void huge_file(void);
void huge_segment(void);

#endif
