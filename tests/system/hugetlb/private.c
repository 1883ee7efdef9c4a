/* Private huge pages: what a mapping promises, fork, copies, and a child whose page is taken. */

#include "pool.h"

static char *area;

static void drop(void)
{
    area = huge(2 * HUGE, PRIVATE);
    pool("promised");
    area[0] = 1;
    area[HUGE] = 2;
    pool("used");
    call("MADV_DONTNEED", madvise(area, HUGE, MADV_DONTNEED));
    pool("dropped: promised no more");
    yes("zero", area[0] == 0);
    pool("read");
    area[0] = 5;
    pool("written");
    must(munmap(area, 2 * HUGE));
    pool("unmapped");
    area = huge(2 * HUGE, PRIVATE);
    area[0] = 1;
    must(madvise(area, HUGE, MADV_DONTNEED));
    must(munmap(area, HUGE));
    pool("the dropped half unmapped");
    must(munmap(area + HUGE, HUGE));
    pool("the untouched half unmapped");
}

static void child_writes(void)
{
    area[0] = 7;
    _exit(area[0] == 7 && area[1] == 1 ? 3 : 4);
}

static void child_reads_forever(void)
{
    yes("child reads", area[1] == 1);
    _exit(0);
}

static void forked(void)
{
    area = huge(HUGE, PRIVATE);
    area[0] = area[1] = 1;
    pool("before fork");
    in_child("child writes", child_writes);
    yes("parent keeps its own", area[0] == 1);
    pool("after the child");
    in_child("child reads", child_reads_forever);
    must(munmap(area, HUGE));
    area = huge(HUGE, PRIVATE);
    pool("promised, untouched");
    in_child("child writes what the parent did not", child_writes);
    pool("after the child");
    area[0] = 9;
    pool("the parent");
    must(munmap(area, HUGE));
    pool("unmapped");
}

/* Parent and child have one page, and there is no other: the parent's write takes it. */
static void taken(void)
{
    int to_child[2], to_parent[2], status;
    char byte;
    pid_t pid;

    pool_set(1, 0);
    area = huge(HUGE, PRIVATE);
    area[0] = area[1] = 1;
    must(pipe(to_child));
    must(pipe(to_parent));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        yes("child sees it", area[1] == 1);
        write(to_parent[1], "x", 1);
        read(to_child[0], &byte, 1);
        probe_read("child reads", area);
        probe_write("child writes", area);
        _exit(5);
    }
    read(to_parent[0], &byte, 1);
    area[0] = 2;
    yes("parent wrote", area[0] == 2 && area[1] == 1);
    pool("taken");
    write(to_child[1], "x", 1);
    waitpid(pid, &status, 0);
    status_report("child", status);
    yes("parent still has it", area[0] == 2);
    pid = (pid_t)must(fork());
    if (pid == 0) {
        probe_write("child writes first", area);
        yes("child still reads", area[0] == 2);
        _exit(6);
    }
    waitpid(pid, &status, 0);
    status_report("child", status);
    area[0] = 3;
    yes("parent writes", area[0] == 3);
    must(munmap(area, HUGE));
    pool("unmapped");
}

static void protected(void)
{
    area = huge(2 * HUGE, PRIVATE);
    memset(area, 1, HUGE);
    call("to be read", mprotect(area, 2 * HUGE, PROT_READ));
    probe_write("to be read", area);
    yes("there", area[HUGE - 1] == 1);
    call("written again", mprotect(area, 2 * HUGE, RW));
    probe_write("written again", area);
    yes("there", area[HUGE - 1] == 1);
    call("nothing", mprotect(area, HUGE, PROT_NONE));
    probe_read("nothing", area);
    call("all", mprotect(area, HUGE, RW));
    yes("there", area[HUGE - 1] == 1);
    pool("protected");
    must(munmap(area, 2 * HUGE));
}

static void not_promised(void)
{
    area = huge(2 * HUGE, PRIVATE | MAP_NORESERVE);
    pool("not promised");
    area[0] = 1;
    pool("one used");
    in_child("child writes", child_writes);
    must(madvise(area, HUGE, MADV_DONTNEED));
    pool("dropped");
    yes("zero", area[0] == 0);
    must(munmap(area, 2 * HUGE));
    pool("unmapped");
}

static void wiped(void)
{
    area = huge(HUGE, PRIVATE);
    call("MADV_WIPEONFORK", madvise(area, HUGE, MADV_WIPEONFORK));
    call("MADV_DONTFORK", madvise(area, HUGE, MADV_DONTFORK));
    area[0] = 1;
    pid_t pid = (pid_t)must(fork());
    int status;
    if (pid == 0) {
        probe_read("child without it", area);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    must(munmap(area, HUGE));
}

int main(void)
{
    pool_set(3, 0);
    drop();
    forked();
    taken();
    pool_set(3, 0);
    protected();
    not_promised();
    wiped();
    pool_set(0, 0);
    pool("at the end");
    return 0;
}
