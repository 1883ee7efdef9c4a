/* Two thousand forks: the memory of each comes back (free memory afterwards is what it was).
 * seconds: 60 */

#include "test.h"

#include <sys/sysinfo.h>

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

int main(void)
{
    forks(100);
    long before = free_kib();
    forks(2000);
    long lost = before - free_kib();
    for (int i = 0; i < 500 && lost >= 1024; i++) { /* what the last ones had may be on its way */
        nap(10);
        lost = before - free_kib();
    }
    yes("less than 1 MiB was lost", lost < 1024);
    return 0;
}
