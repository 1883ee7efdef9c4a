/* One SIGKILL to a process group whose members fork and end all the time leaves nobody in it. The
 * numbers of processes begin anew all the time. */

#include "test.h"

#include <sys/prctl.h>

static void set_pid_max(const char *text)
{
    int fd = (int)must(open("/proc/sys/kernel/pid_max", O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

static void comet(void)
{
    for (;;) {
        if (fork() > 0)
            _exit(0);
    }
}

/* => whether all are gone; their orphans end up here */
static bool all_gone(void)
{
    struct timespec begin;

    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (elapsed(&begin) < 5000) {
        if (waitpid(-1, NULL, 0) < 0)
            return true;
    }
    return false;
}

static bool kill_comets(int number)
{
    pid_t group = 0;

    for (int i = 0; i < 3; i++) {
        pid_t child = fork();

        if (child < 0 && errno == EAGAIN) /* all numbers are taken: dead ones go a little later */
            continue;
        if (must(child) == 0) {
            setpgid(0, group);
            comet();
        }
        group = group != 0 ? group : child;
        setpgid(child, group);
    }
    if (group == 0)
        return true;
    usleep(2000 + (unsigned)number % 50 * 100);
    while (kill(-group, SIGKILL) != 0) /* between two members that were not yet moved */
        ;
    return all_gone();
}

int main(void)
{
    struct timespec begin;
    char old[40];
    bool gone = true;

    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    must(file_text("/proc/sys/kernel/pid_max", old, sizeof(old)) > 0 ? 0 : -1);
    set_pid_max("1000");
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    for (int i = 0; gone && elapsed(&begin) < 2500; i++)
        gone = kill_comets(i);
    set_pid_max(old);
    yes("all are gone", gone);
    return 0;
}
