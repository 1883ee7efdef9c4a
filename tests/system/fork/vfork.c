/* vfork: the parent sleeps until the child has exited or executed; memory is shared meanwhile. */

#include "test.h"

static volatile int value;

int main(int argc, char **argv)
{
    int status;
    struct timespec start;

    if (argc > 1) {
        say("executed with %s", argv[1]);
        return 5;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t pid = vfork();
    if (pid == 0) {
        struct timespec left = {0, 50000000};
        value = 42;
        nanosleep(&left, NULL);
        _exit(3);
    }
    yes("parent waited", elapsed(&start) >= 50);
    say("value %d", value);
    must(waitpid(pid, &status, 0));
    status_report("child", status);

    pid = vfork();
    if (pid == 0) {
        execl("/proc/self/exe", "vfork", "again", (char *)NULL);
        _exit(127);
    }
    must(waitpid(pid, &status, 0));
    status_report("executed child", status);
    return 0;
}
