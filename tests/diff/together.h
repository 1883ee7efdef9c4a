/* together.h: two threads of a process at the same pages, for operations and for replay.h. */
#ifndef TESTS_DIFF_TOGETHER_H
#define TESTS_DIFF_TOGETHER_H

/*
 * touch_together: this thread and a passing one write a byte of their own in each of @pages pages
 * from @start on, at the same time; what each found goes to the trace when they have met.
 */
long touch_together(char *start, long pages, long value);

/* grow: write (odd @value) or read a byte. => what was there, -1: a signal, which is in the trace
 */
long grow(char *byte, long value);

#endif
