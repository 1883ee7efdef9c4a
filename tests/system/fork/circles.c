/* Many processes that make and end processes in a circle: what the ended ones leave behind is freed
 * as fast as it comes. seconds: 60 */
#include "test.h"

#define CIRCLES 60
#define FORKS   150

static void go_round(void)
{
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();

        if (child == 0)
            _exit(0);
        if (child > 0)
            waitpid(child, NULL, 0);
    }
    _exit(0);
}

int main(void)
{
    long before = meminfo_kilobytes("KernelStack"), most = 0;
    int ended = 0;

    for (int i = 0; i < CIRCLES; i++) {
        if (must(fork()) == 0)
            go_round();
    }
    while (ended < CIRCLES) {
        long now = meminfo_kilobytes("KernelStack") - before;

        most = now > most ? now : most;
        while (ended < CIRCLES && waitpid(-1, NULL, WNOHANG) > 0)
            ended++;
        nap(5);
    }
    say("%d circles", ended);
    yes("less than 16 MiB of stacks", most < 16 * 1024);
    return 0;
}
