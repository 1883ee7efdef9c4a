/* getrlimit, setrlimit, prlimit64: defaults, raising and lowering, errnos. */

#define _GNU_SOURCE
#include <sys/resource.h>

#include "test.h"

static void body(void)
{
    struct rlimit limit;
    become_user();
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_max--;
    limit.rlim_cur = 20;
    call("lower", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_max++;
    call("raise the hard one", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_max--;
    limit.rlim_cur = limit.rlim_max;
    call("raise the soft one", setrlimit(RLIMIT_NOFILE, &limit));
    call("of another's process", prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit));
}

int main(void)
{
    static const struct {
        int resource;
        const char *name;
    } fixed[] = {{RLIMIT_CPU, "CPU"},           {RLIMIT_FSIZE, "FSIZE"}, {RLIMIT_DATA, "DATA"},
                 {RLIMIT_STACK, "STACK"},       {RLIMIT_CORE, "CORE"},   {RLIMIT_RSS, "RSS"},
                 {RLIMIT_NOFILE, "NOFILE"},     {RLIMIT_AS, "AS"},       {RLIMIT_LOCKS, "LOCKS"},
                 {RLIMIT_MSGQUEUE, "MSGQUEUE"}, {RLIMIT_NICE, "NICE"},   {RLIMIT_RTPRIO, "RTPRIO"},
                 {RLIMIT_RTTIME, "RTTIME"}};
    struct rlimit limit;
    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        must(getrlimit(fixed[i].resource, &limit));
        say("%s: %ld %ld", fixed[i].name, (long)limit.rlim_cur, (long)limit.rlim_max);
    }
    getrlimit(RLIMIT_NPROC, &limit);
    yes("NPROC is finite and equal", limit.rlim_cur == limit.rlim_max && limit.rlim_cur < 1000000);
    call("unknown", syscall(SYS_prlimit64, 0, 99, NULL, &limit));
    call("bad pointer", syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, 8));
    call("nobody", prlimit(999999, RLIMIT_CORE, NULL, &limit));
    limit.rlim_cur = 10;
    limit.rlim_max = 5;
    call("soft above hard", setrlimit(RLIMIT_CORE, &limit));
    limit.rlim_cur = limit.rlim_max = 1UL << 30;
    call("NOFILE above nr_open", setrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit old, changed = {100, 200};
    call("set and get", prlimit(0, RLIMIT_CORE, &changed, &old));
    say("old %ld", (long)old.rlim_cur);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        getrlimit(RLIMIT_CORE, &limit);
        say("inherited %ld %ld", (long)limit.rlim_cur, (long)limit.rlim_max);
        _exit(0);
    }
    wait(NULL);
    in_child("user", body);
    return 0;
}
