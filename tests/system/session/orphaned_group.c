/* A stopped group that becomes orphaned gets SIGHUP and SIGCONT. */

#include "test.h"

#include <sys/prctl.h>

static volatile int hups, conts;

static void handler(int number)
{
    if (number == SIGHUP)
        hups++;
    else
        conts++;
}

int main(void)
{
    int status, report[2], counts[2] = {-1, -1};
    must(pipe(report));
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t leader = (pid_t)must(fork());
    if (leader == 0) {
        must(setsid());
        pid_t child = fork();
        if (child == 0) {
            setpgid(0, 0);
            signal(SIGHUP, handler);
            signal(SIGCONT, handler);
            raise(SIGSTOP);
            nap(20);
            counts[0] = hups;
            counts[1] = conts;
            write(report[1], counts, sizeof(counts));
            _exit(0);
        }
        waitpid(child, &status, WUNTRACED);
        _exit(0);
    }
    must(waitpid(leader, &status, 0));
    /* The child is ours now, but we are in another session: its group is orphaned. */
    must(wait(&status));
    status_report("the child ended", status);
    must(read(report[0], counts, sizeof(counts)));
    say("SIGHUP %d SIGCONT %d", counts[0], counts[1]);
    return 0;
}
