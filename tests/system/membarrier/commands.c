/* membarrier: the answer of each command before and after its registration; flags; fork, exec. */

#include "test.h"

static long barrier(int command, unsigned flags, int cpu)
{
    return syscall(SYS_membarrier, command, flags, cpu);
}

static void private_commands(const char *who)
{
    say("%s", who);
    call("private", barrier(1 << 3, 0, 0));
    call("sync core", barrier(1 << 5, 0, 0));
    call("rseq", barrier(1 << 7, 0, 0));
}

static void child(void)
{
    private_commands("child");
    _exit(0);
}

int main(int count, char **words)
{
    if (count > 1) {
        private_commands("after exec");
        return 0;
    }
    say("query: %lx", barrier(0, 0, 0));
    call("query with a flag", barrier(0, 1, 0));
    call("query with a processor", barrier(0, 0, 77));
    call("global", barrier(1, 0, 0));
    call("global with a flag", barrier(1, 1, 0));
    call("global expedited", barrier(2, 0, 0));
    private_commands("before");
    call("rseq, one processor", barrier(1 << 7, 1, 0));
    call("register global", barrier(4, 0, 0));
    call("global expedited", barrier(2, 0, 0));
    call("register sync core", barrier(1 << 6, 0, 0));
    private_commands("with sync core");
    call("register private", barrier(1 << 4, 0, 0));
    private_commands("with private");
    call("register rseq", barrier(1 << 8, 0, 0));
    call("again", barrier(1 << 8, 0, 0));
    private_commands("with all");
    call("rseq, processor 0", barrier(1 << 7, 1, 0));
    call("rseq, processor 1000", barrier(1 << 7, 1, 1000));
    call("rseq, processor -1", barrier(1 << 7, 1, -1));
    call("rseq, flag 2", barrier(1 << 7, 2, 0));
    call("private with a processor's flag", barrier(1 << 3, 1, 0));
    call("register with a flag", barrier(1 << 4, 1, 0));
    call("two commands", barrier(3, 0, 0));
    call("unknown", barrier(1 << 9, 0, 0));
    call("-1", barrier(-1, 0, 0));
    in_child("fork", child);
    execl(words[0], words[0], "again", (char *)NULL);
    return 1;
}
