/* close_range: ranges, flags, shared tables. */

#include "test.h"

#include <sched.h>

#define UNSHARE 2
#define CLOEXEC 4

static long range(unsigned first, unsigned last, int flags)
{
    return syscall(SYS_close_range, first, last, flags);
}

static void show(void)
{
    char text[64] = "";

    for (int fd = 3; fd < 40; fd++) {
        int flags = fcntl(fd, F_GETFD);

        if (flags >= 0)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), " %d%s", fd,
                     flags & FD_CLOEXEC ? "c" : "");
    }
    say("open:%s", text);
}

static void fill(void)
{
    for (int fd = 3; fd < 40; fd++)
        close(fd);
    for (int i = 0; i < 6; i++)
        must(open("/dev/null", O_RDONLY));
    must(dup2(3, 20));
    must(dup2(3, 33));
}

static int sharer(void *flags)
{
    return range(5, 7, (int)(long)flags) == 0 ? 0 : errno;
}

static void shared(const char *label, long flags)
{
    static char stack[65536] __attribute__((aligned(16)));
    int status;

    fill();
    must(clone(sharer, stack + sizeof(stack), CLONE_FILES | SIGCHLD, (void *)flags));
    must(wait(&status));
    status_report(label, status);
    show();
}

int main(void)
{
    fill();
    show();
    call("5 to 6", range(5, 6, 0));
    show();
    call("again", range(5, 6, 0));
    call("backwards", range(9, 8, 0));
    call("flag 1", range(3, 4, 1));
    call("flag 8", range(3, 4, 8));
    call("flag 1<<31", range(3, 4, INT_MIN));
    call("backwards and flag", range(9, 8, 1));
    call("cloexec", range(4, 30, CLOEXEC));
    show();
    call("cloexec beyond", range(100, ~0u, CLOEXEC));
    call("cloexec backwards", range(30, 4, CLOEXEC));
    call("to the end", range(8, ~0u, 0));
    show();
    call("last", range(~0u, ~0u, 0));
    call("unshare alone", range(3, 3, UNSHARE));
    show();
    shared("shared", 0);
    shared("unshare", UNSHARE);
    shared("unshare cloexec", UNSHARE | CLOEXEC);
    shared("cloexec", CLOEXEC);
    return 0;
}
