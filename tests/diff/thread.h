/*
 * thread.h: the second thread of a process. It performs what the first hands it while the first
 * waits. It is made when it is first needed; after a fork the child's only thread is the first. A
 * passing thread acts at the same time as the one that made it, and is gone when they have met.
 *
 * Their stacks are static, so that they change nothing near the window; all share the block of
 * thread-local data (errno), which a thread that waits or passes does not touch.
 */
#ifndef TESTS_DIFF_THREAD_H
#define TESTS_DIFF_THREAD_H

enum { nr_stacks = 4 };

/* thread_stack: on which stack the caller runs: 0 the first process's, others static. */
int thread_stack(void);

/* thread_start: the second thread begins @function(@arguments). */
void thread_start(long (*function)(const long *), const long *arguments);
/* thread_meet: wait until it is done. => what the function returned; errno is as it left it */
long thread_meet(void);

/* thread_pass: a new thread does @function(@arguments) and ends; one at a time. */
void thread_pass(long (*function)(const long *), const long *arguments);
/* thread_passed: wait until it is gone. */
void thread_passed(void);

/* thread_forked: the caller is the only thread of a new process. */
void thread_forked(void);

#endif
