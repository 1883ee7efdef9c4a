/* RLIMIT_CPU is set for a process that is just ending: nothing of that outlives the process. */

#include "test.h"

#include <sys/resource.h>

int main(void)
{
    struct rlimit limit = {1, RLIM_INFINITY};
    struct timespec begin;

    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; i < 300 && elapsed(&begin) < 3000; i++) {
        pid_t child = (pid_t)must(fork());

        if (child == 0) {
            memset(map(8 << 20), 1, 8 << 20); /* its end takes a while */
            _exit(0);
        }
        while (waitpid(child, NULL, WNOHANG) == 0)
            prlimit(child, RLIMIT_CPU, &limit, NULL);
    }
    nap(1500);
    say("alive");
    return 0;
}
