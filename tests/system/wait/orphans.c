/* Orphans go to init, or to the nearest subreaper; SIGCHLD ignored or SA_NOCLDWAIT means no
 * zombies. */

#include "test.h"

#include <sys/prctl.h>

int main(void)
{
    int status, report[2];
    pid_t parent = 0;
    must(pipe(report));
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t middle = (pid_t)must(fork());
    if (middle == 0) {
        pid_t old = getpid();
        if (fork() == 0) {
            while (getppid() == old)
                nap(5);
            parent = getppid();
            write(report[1], &parent, sizeof(parent));
            _exit(9);
        }
        _exit(0);
    }
    must(waitpid(middle, &status, 0));
    must(read(report[0], &parent, sizeof(parent)));
    yes("the subreaper is the parent now", parent == getpid());
    must(wait(&status));
    status_report("the orphan", status);

    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0)
        _exit(0);
    call("wait with SIGCHLD ignored", wait(&status));
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &action, NULL);
    if (fork() == 0)
        _exit(0);
    call("wait with SA_NOCLDWAIT", wait(&status));
    return 0;
}
