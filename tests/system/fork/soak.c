/* Thousands of processes end while others compete for the processor: each is reaped exactly once.
 * seconds: 90 */

#include "test.h"

enum { HOGS = 2, ROUNDS = 3000, BATCH = 3 };

static void hog(void)
{
    for (;;)
        ;
}

int main(void)
{
    pid_t hogs[HOGS];
    long reaped = 0;
    int status;

    for (int i = 0; i < HOGS; i++) {
        hogs[i] = must(fork());
        if (hogs[i] == 0)
            hog();
    }
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[BATCH];
        for (int i = 0; i < BATCH; i++) {
            children[i] = must(fork());
            if (children[i] == 0)
                _exit(i + 1);
        }
        for (int i = 0; i < BATCH; i++) {
            if (waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status) &&
                WEXITSTATUS(status) == i + 1)
                reaped++;
        }
    }
    for (int i = 0; i < HOGS; i++) {
        must(kill(hogs[i], SIGKILL));
        must(waitpid(hogs[i], &status, 0));
    }
    yes("all reaped", reaped == (long)ROUNDS * BATCH);
    call("nobody is left", wait(&status));
    return 0;
}
