/* Real-time signals queue with their values, lowest number first; ordinary ones do not;
 * RLIMIT_SIGPENDING. */

#include "test.h"

#include <sys/resource.h>

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    say("  %s value %d", signal_name(number), info->si_value.sival_int);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t set, old;

    sigfillset(&action.sa_mask);
    for (int i = 0; i < 4; i++)
        sigaction(SIGRTMIN + i, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    for (int i = 0; i < 3; i++) {
        for (int number = 3; number >= 0; number--)
            must(sigqueue(getpid(), SIGRTMIN + number, (union sigval){.sival_int = i * 10}));
        must(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = i}));
    }
    say("deliver");
    sigprocmask(SIG_SETMASK, &old, NULL);

    struct rlimit limit = {5, 5};
    become_user(); /* the first process may have a signal pending, which counts as root's */
    must(setrlimit(RLIMIT_SIGPENDING, &limit));
    sigprocmask(SIG_BLOCK, &set, NULL);
    int queued = 0;
    while (queued < 20 && sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = queued}) == 0)
        queued++;
    say("queued %d, then %s", queued, errno_name(errno));
    call("kill still works", kill(getpid(), SIGUSR1));
    sigprocmask(SIG_SETMASK, &old, NULL);
    return 0;
}
