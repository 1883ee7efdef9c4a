/* clone: flags that are refused, and combinations Linux demands. */

#define _GNU_SOURCE
#include <sched.h>

#include "test.h"

static void attempt(const char *label, unsigned long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    if (pid < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: ok", label);
    wait(NULL);
}

int main(void)
{
    attempt("nothing", 0);
    attempt("THREAD alone", CLONE_THREAD);
    attempt("SIGHAND alone", CLONE_SIGHAND);
    attempt("THREAD and SIGHAND without VM", CLONE_THREAD | CLONE_SIGHAND);
    attempt("FS and NEWNS", CLONE_FS | CLONE_NEWNS);
    attempt("NEWUSER and FS", CLONE_NEWUSER | CLONE_FS);
    attempt("FS", CLONE_FS);
    attempt("FILES", CLONE_FILES);
    attempt("SYSVSEM", CLONE_SYSVSEM);
    attempt("CLEAR_SIGHAND is clone3 only", 0x100000000);
    attempt("PARENT_SETTID to null", CLONE_PARENT_SETTID);
    attempt("CHILD_SETTID to null", CLONE_CHILD_SETTID);
    attempt("DETACHED is ignored", CLONE_DETACHED);
    return 0;
}
