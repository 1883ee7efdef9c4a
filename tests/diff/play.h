/*
 * play.h: a sequence of operations, by up to `slots` processes that take turns.
 *
 *      The process whose operation it is performs it, says what came of it and observes itself;
 * every fourth time the others observe themselves too, one after the other: what one process does
 * is seen (or rightly not seen) by all.
 */
#ifndef TESTS_DIFF_PLAY_H
#define TESTS_DIFF_PLAY_H

#include "operation.h"

/*
 * play: perform @count operations as slot 0; ends the calling process.
 * => @content_every: after how many operations the content of memory is looked at (1: after each)
 */
_Noreturn void play(const struct operation *operations, int count, int content_every);

/* play_forked: go on as the process that was just forked; for kinds_process.c. */
_Noreturn void play_forked(void);

#endif
