/* A thousand forks, and again: the memory of each comes back. What the kernel keeps at hand may
 * grow in one round, on as many processors as there are; what is lost is lost in each. seconds: 60
 */

#include "test.h"

#include <sys/sysinfo.h>

#define LOSS 1024 /* KiB */

static long free_kib(void)
{
    struct sysinfo info;
    must(sysinfo(&info));
    return (long)(info.freeram * info.mem_unit / 1024);
}

static void forks(int count)
{
    static char memory[64 * 4096];
    for (int i = 0; i < count; i++) {
        pid_t pid = (pid_t)must(fork());
        if (pid == 0) {
            memset(memory, i, sizeof(memory));
            _exit(0);
        }
        must(waitpid(pid, NULL, 0));
    }
}

/* => what a thousand forks cost, when what the last ones had has come back */
static long lost_in_a_round(void)
{
    long before = free_kib();
    long lost;

    forks(1000);
    lost = before - free_kib();
    for (int i = 0; i < 100 && lost >= LOSS; i++) {
        nap(10);
        lost = before - free_kib();
    }
    return lost;
}

int main(void)
{
    long lost = LOSS;

    forks(100);
    for (int round = 0; round < 4 && lost >= LOSS; round++)
        lost = lost_in_a_round();
    yes("less than 1 MiB was lost", lost < LOSS);
    return 0;
}
