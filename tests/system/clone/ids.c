/* clone: CHILD_SETTID, PARENT_SETTID, CHILD_CLEARTID with futex wake, exit signal, CLONE_PARENT. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

static int *ids;
static char stack[65536];

static int thread_body(void *unused)
{
    (void)unused;
    ids[2] = (int)syscall(SYS_gettid);
    ids[3] = getpid();
    syscall(SYS_exit, 0);
    return 0;
}

static volatile int seen_signal;

static void caught(int number)
{
    seen_signal = 1;
    say("parent got %s", signal_name(number));
}

int main(void)
{
    int status;
    ids = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ids[0] = ids[1] = -1;
    long pid = syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &ids[0],
                       &ids[1], 0);
    if (pid == 0)
        _exit(ids[1] == getpid() && ids[0] == getpid() ? 0 : 1);
    must(waitpid((pid_t)pid, &status, 0));
    status_report("ids seen in the child", status);
    yes("parent's", ids[0] == pid);

    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
    ids[4] = 12345;
    pid = clone(thread_body, stack + sizeof(stack), flags, NULL, &ids[5], NULL, &ids[4]);
    for (int seen; (seen = __atomic_load_n(&ids[4], __ATOMIC_SEQ_CST)) != 0;)
        syscall(SYS_futex, &ids[4], 0 /* FUTEX_WAIT */, seen, NULL, NULL, 0);
    yes("thread id", ids[2] == pid && ids[5] == pid);
    yes("thread's process", ids[3] == getpid());
    call("a thread is not waited for", waitpid((pid_t)pid, &status, __WALL));

    signal(SIGUSR1, caught);
    pid = syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);
    if (pid == 0)
        _exit(4);
    while (!seen_signal)
        nap(1);
    call("plain wait does not see it", waitpid((pid_t)pid, &status, 0));
    yes("__WCLONE does", waitpid((pid_t)pid, &status, __WCLONE) == pid);
    status_report("it", status);
    return 0;
}
