#define _GNU_SOURCE
/* getrusage and times: user and system time of self and of waited-for children; context switches.
 */

#include "test.h"

#include <sys/resource.h>
#include <sys/times.h>

static long user_ms(int who)
{
    struct rusage usage;
    must(getrusage(who, &usage));
    return usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000;
}

static void burn(int milliseconds)
{
    struct timespec start, now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    do {
        for (volatile int i = 0; i < 10000; i++)
            ;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
             milliseconds);
}

int main(void)
{
    struct rusage usage;
    struct tms process;
    long before = user_ms(RUSAGE_SELF);
    burn(60);
    yes("own time", user_ms(RUSAGE_SELF) - before >= 30);
    say("children: %ld", user_ms(RUSAGE_CHILDREN));
    if (fork() == 0) {
        burn(60);
        _exit(0);
    }
    nap(1);
    wait(NULL);
    yes("children's time after wait", user_ms(RUSAGE_CHILDREN) >= 30);
    yes("times", times(&process) != (clock_t)-1 && process.tms_cutime >= 3);
    getrusage(RUSAGE_SELF, &usage);
    long switches = usage.ru_nvcsw;
    nap(5);
    getrusage(RUSAGE_SELF, &usage);
    yes("voluntary switches", usage.ru_nvcsw > switches);
    yes("peak resident set", usage.ru_maxrss > 10);
    call("thread", getrusage(RUSAGE_THREAD, &usage));
    call("unknown", getrusage(5, &usage));
    call("bad pointer", syscall(SYS_getrusage, RUSAGE_SELF, 8));
    return 0;
}
