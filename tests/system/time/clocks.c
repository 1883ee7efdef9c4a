/* clock_gettime, clock_getres, clock_settime, gettimeofday, time: which clocks there are; errnos.
 */

#include "test.h"

#include <sys/time.h>

int main(void)
{
    struct timespec now, before, resolution;
    char label[64];
    for (int clock = 0; clock < 13; clock++) {
        snprintf(label, sizeof(label), "clock %d", clock);
        call(label, syscall(SYS_clock_gettime, clock, &now));
        snprintf(label, sizeof(label), "resolution %d", clock);
        if (syscall(SYS_clock_getres, clock, &resolution) < 0)
            say("%s: %s", label, errno_name(errno));
        else if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
            yes(label, resolution.tv_sec == 0 && resolution.tv_nsec >= 1000000);
        else
            say("%s: %ld.%09ld", label, (long)resolution.tv_sec, resolution.tv_nsec);
    }
    clock_gettime(CLOCK_MONOTONIC, &before);
    int backwards = 0;
    for (int i = 0; i < 20000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        backwards += now.tv_sec < before.tv_sec ||
                     (now.tv_sec == before.tv_sec && now.tv_nsec < before.tv_nsec);
        before = now;
    }
    say("backwards %d", backwards);
    clock_gettime(CLOCK_REALTIME, &now);
    yes("after 2024", now.tv_sec > 1704067200);
    call("set monotonic", clock_settime(CLOCK_MONOTONIC, &now));
    call("bad pointer", syscall(SYS_clock_gettime, CLOCK_REALTIME, 8));
    now.tv_nsec = -1;
    call("set bad time", syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
    struct timespec old;
    clock_gettime(CLOCK_REALTIME, &old);
    now = old;
    now.tv_sec += 1000;
    call("set an hour on", clock_settime(CLOCK_REALTIME, &now));
    clock_gettime(CLOCK_REALTIME, &now);
    yes("it moved", now.tv_sec - old.tv_sec >= 999);
    clock_gettime(CLOCK_MONOTONIC, &now);
    yes("monotonic did not", now.tv_sec - before.tv_sec < 100);
    call("set back", clock_settime(CLOCK_REALTIME, &old));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (volatile int i = 0; i < 3000000; i++)
        ;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    yes("process time advances", now.tv_sec > before.tv_sec || now.tv_nsec > before.tv_nsec);
    become_user();
    call("set as a user", clock_settime(CLOCK_REALTIME, &old));
    return 0;
}
