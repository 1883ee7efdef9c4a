/* RLIMIT_NPROC: a fork bomb of an ordinary user ends with EAGAIN; root is not limited. seconds: 60
 */

#include "test.h"

#include <sys/resource.h>

static int *shared;

static void bomb(void)
{
    struct rlimit limit = {40, 40};
    setrlimit(RLIMIT_NPROC, &limit);
    become_user();
    for (int generation = 0; generation < 10; generation++) {
        pid_t pid = fork();
        if (pid < 0) {
            __atomic_add_fetch(&shared[0], 1, __ATOMIC_SEQ_CST);
            shared[1] = errno;
        } else if (pid == 0) {
            __atomic_add_fetch(&shared[2], 1, __ATOMIC_SEQ_CST);
        }
    }
    nap(300);
    _exit(0);
}

static void as_root(void)
{
    struct rlimit limit = {1, 1};
    setrlimit(RLIMIT_NPROC, &limit);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    yes("root forks beyond the limit", pid > 0);
}

int main(void)
{
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    in_child("bomb", bomb);
    yes("some were refused", shared[0] > 0);
    say("with %s", errno_name(shared[1]));
    yes("not more than the limit were made at a time", shared[2] < 200);
    nap(500);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0)
        as_root(), _exit(0);
    must(waitpid(pid, NULL, 0));
    return 0;
}
