/* A process changes its user again and again, and the account of the old one goes, while others
 * send it signals, which are counted for its user. */

#include "test.h"

static sigset_t set;

static void changes_user(void)
{
    siginfo_t info;

    for (unsigned uid = 100000; uid < 105000; uid++) {
        must(setresuid(uid, 0, 0));
        while (sigtimedwait(&set, &info, &(struct timespec){0, 0}) > 0)
            ;
    }
    for (;;)
        pause();
}

static void sends(pid_t target)
{
    struct timespec begin;
    char path[40], text[4096];

    snprintf(path, sizeof(path), "/proc/%d/status", target);
    must(clock_gettime(CLOCK_MONOTONIC, &begin));
    while (elapsed(&begin) < 1500) {
        for (int i = 0; i < 100; i++)
            sigqueue(target, SIGRTMIN, (union sigval){0});
        file_text(path, text, sizeof(text));
    }
}

int main(void)
{
    pid_t target;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    target = (pid_t)must(fork());
    if (target == 0)
        changes_user();
    for (int i = 0; i < 2; i++) {
        if (must(fork()) == 0) {
            sends(target);
            _exit(0);
        }
    }
    for (int i = 0; i < 2; i++)
        must(wait(NULL));
    must(kill(target, SIGKILL));
    must(wait(NULL));
    say("alive");
    return 0;
}
