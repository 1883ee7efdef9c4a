/*
 * sweep.h: the failure sweep. Each operation is run again and again, in a child, with the n-th
 * allocation of one kind failing, for every n until it asks for fewer. Whatever fails, the calls
 * say so with the errno of want of memory (attempt), or the process is ended in order; afterwards
 * nothing is left behind and the audit is ok.
 */

#ifndef TESTS_SWEEP_SWEEP_H
#define TESTS_SWEEP_SWEEP_H

#include "test.h"

struct operation {
    const char *name;
    void (*body)(void);
    int may_kill; /* the signal, besides SIGKILL, that want of memory may end it with */
};

extern const struct operation operations[];
extern const size_t nr_operations;

/* attempt: a call that works, or fails for want of memory and no other reason. => its value */
#define attempt(expression) (errno = 0, attempt_check((long)(expression), #expression, __LINE__))
/* the same with a value whose errno still stands. */
#define attempted(value)    attempt_check((long)(value), #value, __LINE__)
long attempt_check(long value, const char *expression, int line);

#endif
