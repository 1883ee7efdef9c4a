/*
 * play.h: a sequence of operations, by up to `slots` processes that take turns.
 *
 *      The process whose operation it is performs it, says what came of it and observes itself;
 * every fourth time, and when the operation reaches into another process, the others do too, one
 * after the other: what one process does is seen (or rightly not seen) by all.
 */
#ifndef TESTS_DIFF_PLAY_H
#define TESTS_DIFF_PLAY_H

#include "operation.h"

/* After how many operations something is looked at again; 1: after each. */
struct intervals {
    int content; /* every byte of memory and of the objects; reading brings pages in */
    int figures; /* smaps and pagemap */
};

/*
 * play: perform @count operations as slot 0; ends the calling process.
 */
_Noreturn void play(const struct operation *operations, int count, struct intervals every);

/* play_forked: go on as the process that was just forked; for kinds_process.c. */
_Noreturn void play_forked(void);

#endif
