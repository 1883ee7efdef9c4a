/* A process becomes a subreaper after it has forked: the orphans of its earlier children are given
 * to it too. */

#include "test.h"

#include <sys/prctl.h>

static int go[2], answer[2];

/* Says who has it when its parent has ended. */
static void orphan(pid_t first_parent)
{
    pid_t parent;

    while ((parent = getppid()) == first_parent)
        nap(1);
    must(write(answer[1], &parent, sizeof(parent)));
    _exit(0);
}

/* @depth: how many generations were there before the parent became a subreaper. */
static void descendant(int depth)
{
    pid_t self = getpid();
    char byte;

    if (depth > 1) {
        if (must(fork()) == 0)
            descendant(depth - 1);
        must(wait(NULL));
        _exit(0);
    }
    must(read(go[0], &byte, 1));
    if (must(fork()) == 0)
        orphan(self);
    _exit(0);
}

static void adopt(const char *label, int depth)
{
    pid_t parent = 0;

    must(prctl(PR_SET_CHILD_SUBREAPER, 0));
    must(pipe(go));
    must(pipe(answer));
    if (must(fork()) == 0)
        descendant(depth);
    nap(20);
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    must(write(go[1], "", 1));
    must(read(answer[0], &parent, sizeof(parent)));
    yes(label, parent == getpid());
    while (wait(NULL) > 0)
        ;
}

int main(void)
{
    adopt("the orphan of a child", 1);
    adopt("of a grandchild", 2);
    adopt("of a grandchild's child", 3);
    return 0;
}
