/* process_vm_readv, process_vm_writev: data, partial copies at bad addresses, arguments,
 * permissions. */

#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/uio.h>

#include "test.h"

static char
    *base; /* pages 0-1 read-write, 2 read-only, 3 absent, 4 no access; the same in the child */
static char *mine; /* the same shape, this process's side */

static char *shaped(void)
{
    char *at = map(8 * PAGE);

    for (unsigned long i = 0; i < 3 * PAGE; i++)
        at[i] = (char)(i % 251);
    must(mprotect(at + 2 * PAGE, PAGE, PROT_READ));
    must(munmap(at + 3 * PAGE, PAGE));
    must(mprotect(at + 4 * PAGE, PAGE, PROT_NONE));
    return at;
}

static pid_t sleeper(void (*before)(void))
{
    int ready[2];
    char byte;

    must(pipe(ready));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        if (before != NULL)
            before();
        must(write(ready[1], "x", 1));
        for (;;)
            pause();
    }
    must(read(ready[0], &byte, 1));
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static ssize_t get(pid_t pid, void *local, size_t local_len, void *remote, size_t remote_len)
{
    struct iovec here = {local, local_len}, there = {remote, remote_len};

    return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

static ssize_t put(pid_t pid, void *local, size_t local_len, void *remote, size_t remote_len)
{
    struct iovec here = {local, local_len}, there = {remote, remote_len};

    return process_vm_writev(pid, &here, 1, &there, 1, 0);
}

static void data(pid_t pid)
{
    char text[64] = "", *work = map(8 * PAGE);
    struct iovec here[3] = {{work, 100}, {work + PAGE, 5000}, {work + 4 * PAGE, 10}};
    struct iovec there[2] = {{base + 50, 3000}, {base + 4000, 4000}};

    say("-- data");
    strcpy(work, "to the child");
    call("write", put(pid, work, 13, base + PAGE - 6, 13));
    call("read", get(pid, text, 13, base + PAGE - 6, 13));
    say("%s", text);
    yes("own copy untouched", base[PAGE - 6] == (char)((PAGE - 6) % 251));
    call("segments", process_vm_readv(pid, here, 3, there, 2, 0));
    yes("first", work[0] == 50 && work[99] == (char)(149 % 251));
    yes("second", work[PAGE] == (char)(150 % 251));
    call("local shorter", get(pid, work, 10, base, 100));
    call("remote shorter", get(pid, work, 100, base, 10));
}

static void bad_addresses(pid_t pid)
{
    char *work = map(8 * PAGE);

    say("-- bad addresses");
    call("read-only read", get(pid, work, 100, base + 2 * PAGE, 100));
    call("read-only write", put(pid, work, 100, base + 2 * PAGE, 100));
    call("into read-only", put(pid, work, 200, base + 2 * PAGE - 100, 200));
    call("absent", get(pid, work, 100, base + 3 * PAGE, 100));
    call("into absent", get(pid, work, 2 * PAGE, base + 2 * PAGE + 10, 2 * PAGE));
    call("no access", get(pid, work, 100, base + 4 * PAGE, 100));
    call("zero page", get(pid, work, 100, base + 5 * PAGE, 100));
    call("null", get(pid, work, 100, NULL, 100));
    call("kernel", get(pid, work, 100, (void *)0xffffffff81000000, 100));
    call("beyond", get(pid, work, 100, (void *)0x7fffffffff00, 1000));
    call("local absent", get(pid, mine + 3 * PAGE, 100, base, 100));
    call("local kernel", get(pid, (void *)0xffffffff81000000, 100, base, 100));
    call("local into absent", get(pid, mine + PAGE, 3 * PAGE, base, PAGE));
    call("local read-only", get(pid, mine + 2 * PAGE, 100, base, 100));
    call("local read-only, to write", put(pid, mine + 2 * PAGE, 100, base, 100));
    call("local ends, to write", put(pid, mine + 2 * PAGE + 4000, 200, base, 200));
    struct iovec here = {work, 300}, there[3] = {{base, 100}, {base + 3 * PAGE, 100}, {base, 100}};
    call("second of three", process_vm_readv(pid, &here, 1, there, 3, 0));
}

static void arguments(pid_t pid)
{
    struct iovec none = {mine, 0}, some = {mine, 10}, there = {base, 10}, huge = {base, (size_t)-1};
    static struct iovec many[1025];

    for (unsigned i = 0; i < COUNT_OF(many); i++)
        many[i] = some;
    say("-- arguments");
    call("flags", process_vm_readv(pid, &some, 1, &there, 1, 1));
    call("no local", process_vm_readv(pid, NULL, 0, &there, 1, 0));
    call("no remote", process_vm_readv(pid, &some, 1, NULL, 0, 0));
    call("no local, no process", process_vm_readv(0x3fffffff, NULL, 0, &there, 1, 0));
    call("no remote, no process", process_vm_readv(0x3fffffff, &some, 1, NULL, 0, 0));
    call("empty local", process_vm_readv(pid, &none, 1, &there, 1, 0));
    call("empty remote", process_vm_readv(pid, &some, 1, &none, 1, 0));
    call("1024 segments", process_vm_readv(pid, many, 1024, &there, 1, 0));
    call("1025 segments", process_vm_readv(pid, many, 1025, &there, 1, 0));
    call("1025 remote segments", process_vm_readv(pid, &some, 1, many, 1025, 0));
    call("negative length", process_vm_readv(pid, &huge, 1, &there, 1, 0));
    call("negative remote length", process_vm_readv(pid, &some, 1, &huge, 1, 0));
    call("bad local vector", process_vm_readv(pid, (void *)8, 1, &there, 1, 0));
    call("bad remote vector", process_vm_readv(pid, &some, 1, (void *)8, 1, 0));
    call("no process", process_vm_readv(0x3fffffff, &some, 1, &there, 1, 0));
    call("process 0", process_vm_readv(0, &some, 1, &there, 1, 0));
    call("process -1", process_vm_readv(-1, &some, 1, &there, 1, 0));
    call("itself", get(getpid(), mine, 10, base, 10));
}

static void undump(void)
{
    prctl(PR_SET_DUMPABLE, 0);
}

static pid_t same_user, undumpable, other_user;

static void as_user(void)
{
    become_user();
    pid_t own = sleeper(NULL), hidden = sleeper(undump);
    call("own child, after a change of user", get(own, mine, 10, base, 10));
    prctl(PR_SET_DUMPABLE, 1);
    pid_t shown = sleeper(NULL);
    call("own child, dumpable", get(shown, mine, 10, base, 10));
    call("not dumpable", get(hidden, mine, 10, base, 10));
    call("root's", get(other_user, mine, 10, base, 10));
    call("root's, write", put(other_user, mine, 10, base, 10));
    call("itself", get(getpid(), mine, 10, base, 10));
    end(own);
    end(hidden);
    end(shown);
}

int main(void)
{
    base = shaped();
    mine = shaped();
    pid_t pid = sleeper(NULL);
    data(pid);
    bad_addresses(pid);
    arguments(pid);
    say("-- permission");
    other_user = pid;
    in_child("as a user", as_user);
    undumpable = sleeper(undump);
    call("root, not dumpable", get(undumpable, mine, 10, base, 10));
    end(undumpable);
    kill(pid, SIGKILL);
    siginfo_t info;
    must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    call("zombie", get(pid, mine, 10, base, 10));
    same_user = pid;
    waitpid(same_user, NULL, 0);
    return 0;
}
