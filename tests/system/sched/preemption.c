/* A process that never sleeps does not keep another from running; nice decides the shares. seconds:
 * 40 */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

#include <sys/resource.h>

int main(void)
{
    struct timespec start;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    must(sched_setaffinity(0, sizeof(set), &set));
    volatile unsigned long *counts =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[3];
    static const int nices[] = {0, 0, 10};
    for (int i = 0; i < 3; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] == 0) {
            setpriority(PRIO_PROCESS, 0, nices[i]);
            for (;;)
                counts[i * 8]++;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    nap(20);
    yes("we got the CPU back soon", elapsed(&start) < 2000);
    for (int i = 0; i < 10 && (i == 0 || !counts[0] || !counts[8] || !counts[16]); i++)
        nap(3000); /* a host that is busy gives the guest little of that time */
    unsigned long a = counts[0], b = counts[8], c = counts[16];
    for (int i = 0; i < 3; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    yes("all ran", a > 0 && b > 0 && c > 0);
    yes("equals get alike", a < b * 5 && b < a * 5);
    yes("nice 10 gets less", c < a + b);
    return 0;
}
