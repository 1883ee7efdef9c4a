/*
 * replay.h: a sequence that tests/diff/run printed as C, compiled as a program of its own:
 *
 *      #include "replay.h"
 *
 *      REPLAY
 *      {
 *          STEP(0, mmap(at(20), 4 * PAGE, ...));
 *          STEP_SECOND(1, touch(at(20), "rw-", 7));
 *      }
 *
 * Every process goes through all steps, with each of its two threads; the thread that a step names
 * (of the first process, where no process has that number) performs it, prints what came of it and
 * what it sees of its memory, while the others wait. REPLAY_WIDE has a wide window. Compile it with
 * the sources of tests/diff but diff.c, and tests/system/test.c; needs /area and a tmpfs at
 * /dev/shm.
 */
#ifndef TESTS_DIFF_REPLAY_H
#define TESTS_DIFF_REPLAY_H

#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "access.h"
#include "between.h"
#include "limit.h"
#include "scene.h"
#include "together.h"

#define REPLAY      REPLAY_OF(narrow)
#define REPLAY_WIDE REPLAY_OF(wide)

#define REPLAY_OF(breadth)                                                                         \
    static void replay(void);                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        scene_choose(breadth);                                                                     \
        replay_begin(replay);                                                                      \
        replay();                                                                                  \
        replay_end();                                                                              \
    }                                                                                              \
    static void replay(void)

#define STEP(process, call)                                                                        \
    do {                                                                                           \
        if (replay_turn(process, false))                                                           \
            replay_result(#call, (long)(call));                                                    \
    } while (0)

#define STEP_SECOND(process, call)                                                                 \
    do {                                                                                           \
        if (replay_turn(process, true))                                                            \
            replay_result(#call, (long)(call));                                                    \
    } while (0)

void replay_begin(void (*steps)(void));
_Noreturn void replay_end(void);
/* replay_turn: wait for this step. => whether it is this thread's */
bool replay_turn(int process, bool second);
void replay_result(const char *text, long value);

/* What the steps call besides the system calls. */
extern unsigned char vector[max_window_pages + 16];
/* touch: of each page from @start on: r read, w write, b both, x execute, - nothing. */
long touch(char *start, const char *how, int value);
long break_move(long distance);
long fork_into(int slot);
long leave(void);
int segment(void);

#endif
