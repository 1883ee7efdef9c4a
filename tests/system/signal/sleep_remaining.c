/* A sleep that a handler interrupts says what is left; one stopped and continued goes on by itself.
 */

#include "test.h"

static void handler(int number)
{
    (void)number;
}

int main(void)
{
    struct timespec time = {0, 200000000}, left = {9, 9}, start;
    int status;

    signal(SIGUSR1, handler);
    pid_t self = getpid();
    if (fork() == 0) {
        nap(50);
        kill(self, SIGUSR1);
        _exit(0);
    }
    call("nanosleep", nanosleep(&time, &left));
    wait(NULL);
    yes("something is left",
        left.tv_sec == 0 && left.tv_nsec > 50000000 && left.tv_nsec < 190000000);

    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        clock_gettime(CLOCK_MONOTONIC, &start);
        time.tv_nsec = 150000000;
        long result = nanosleep(&time, NULL);
        _exit(result == 0 && elapsed(&start) >= 150 ? 0 : 1);
    }
    nap(40);
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    nap(20);
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    status_report("stopped sleeper", status);
    return 0;
}
