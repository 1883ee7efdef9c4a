/* 10,000 live processes. memory: 4G seconds: 120 */

#include "test.h"

#include <sys/resource.h>

#define PROCESSES 10000

static pid_t children[PROCESSES];

/* Each waits for the end, with memory of its own. */
static void be_child(int number)
{
    static volatile int mine;

    mine = number;
    pause();
    _exit(mine == number);
}

static int start(void)
{
    int nr = 0;

    while (nr < PROCESSES) {
        children[nr] = fork();
        if (children[nr] < 0)
            break;
        if (children[nr] == 0)
            be_child(nr);
        nr++;
    }
    return nr;
}

static int count_running(int nr)
{
    int running = 0;

    for (int i = 0; i < nr; i++)
        running += kill(children[i], 0) == 0;
    return running;
}

int main(void)
{
    struct rlimit many = {RLIM_INFINITY, RLIM_INFINITY};
    int nr, ended = 0, status;

    must(setrlimit(RLIMIT_NPROC, &many));
    nr = start();
    yes("10,000 processes", nr == PROCESSES);
    yes("all are there", count_running(nr) == nr);
    for (int i = 0; i < nr; i++)
        must(kill(children[i], SIGTERM));
    for (int i = 0; i < nr; i++)
        ended += waitpid(children[i], &status, 0) == children[i] && WIFSIGNALED(status) &&
                 WTERMSIG(status) == SIGTERM;
    yes("all ended as told", ended == nr);
    return 0;
}
