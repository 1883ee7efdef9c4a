/* ioprio_set, ioprio_get: classes, targets, permissions. */

#include "test.h"

#define PRIO(class, level) ((class) << 13 | (level))
enum { PROCESS = 1, GROUP, USER };

static void get(const char *label, int which, int who)
{
    long value = syscall(SYS_ioprio_get, which, who);
    if (value < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: class %ld level %ld", label, value >> 13, value & 0x1fff);
}

static void try(const char *label, int value)
{
    call(label, syscall(SYS_ioprio_set, PROCESS, 0, value));
    get("  then", PROCESS, 0);
}

static void user(void)
{
    become_user();
    try("real time, user", PRIO(1, 4));
    try("best effort, user", PRIO(2, 1));
    call("of root", syscall(SYS_ioprio_set, PROCESS, getppid(), PRIO(2, 1)));
    get("of root", PROCESS, getppid());
    get("of all of mine", USER, 0);
}

int main(void)
{
    get("at first", PROCESS, 0);
    get("of the group", GROUP, 0);
    try("best effort 7", PRIO(2, 7));
    try("best effort 8", PRIO(2, 8));
    try("real time 0", PRIO(1, 0));
    try("idle", PRIO(3, 0));
    try("idle 5", PRIO(3, 5));
    try("class 4", PRIO(4, 0));
    try("none 3", PRIO(0, 3));
    try("none", PRIO(0, 0));
    try("best effort 3", PRIO(2, 3));
    get("group", GROUP, 0);
    get("thread", PROCESS, gettid());
    in_child("a child has it", user);
    call("which", syscall(SYS_ioprio_set, 4, 0, PRIO(2, 1)));
    get("which", 0, 0);
    call("nobody", syscall(SYS_ioprio_set, PROCESS, 99999, PRIO(2, 1)));
    get("nobody", PROCESS, 99999);
    get("no group", GROUP, 99999);
    get("no user", USER, 4242);
    call("bad value before nobody", syscall(SYS_ioprio_set, PROCESS, 99999, PRIO(5, 1)));
    call("group", syscall(SYS_ioprio_set, GROUP, 0, PRIO(2, 6)));
    get("group", GROUP, 0);
    errno = 0;
    yes("niceness counts", nice(10) == 10);
    try("none again", PRIO(0, 0));
    get("of a group with niceness", GROUP, 0);
    return 0;
}
