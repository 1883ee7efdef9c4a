/* Which groups become orphaned: the last parent outside of it that ends, a subreaper in the same
   session that takes over, a member that leaves, a parent in the same group. */

#include "test.h"

#include <sys/prctl.h>

static int told[2];

/* A stopped member that says whether SIGHUP came; SIGCONT alone may be somebody's. */
static void member(void)
{
    sigset_t both, pending;

    sigemptyset(&both);
    sigaddset(&both, SIGHUP);
    sigprocmask(SIG_BLOCK, &both, NULL);
    raise(SIGSTOP);
    sigpending(&pending);
    write(told[1], sigismember(&pending, SIGHUP) ? "H" : "-", 1);
    _exit(0);
}

static pid_t stopped_member(pid_t group)
{
    int status;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        setpgid(0, group);
        member();
    }
    setpgid(pid, group);
    must(waitpid(pid, &status, WUNTRACED));
    return pid;
}

static void answer(const char *label)
{
    char word = '?';

    must(read(told[0], &word, 1));
    say("%s: %s", label, word == 'H' ? "SIGHUP" : "no SIGHUP");
}

/* In a session of its own: @body, and then what the member tells. */
static void run(const char *label, void (*body)(void))
{
    must(pipe(told));
    if (fork() == 0) {
        must(setsid());
        body();
        _exit(0);
    }
    answer(label);
    while (wait(NULL) > 0)
        continue;
    close(told[0]);
    close(told[1]);
}

static void parent_ends(void)
{
    if (fork() == 0) {
        stopped_member(0);
        _exit(0); /* pid 1 of the session is another group's parent, not this one's */
    }
    wait(NULL);
}

/* The new parent is in the session and in another group: not orphaned. */
static void reaper_takes_over(void)
{
    pid_t pid, parent;

    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int names[2];
    must(pipe(names));
    if ((parent = fork()) == 0) {
        setpgid(0, 0);
        pid = stopped_member(0);
        write(names[1], &pid, sizeof(pid));
        _exit(0);
    }
    must(read(names[0], &pid, sizeof(pid)));
    must(waitpid(parent, NULL, 0));
    kill(pid, SIGCONT);
    must(waitpid(pid, NULL, 0));
}

/* Of two members one has a parent outside; that one ends. */
static void member_ends(void)
{
    int names[2];
    pid_t leader, pid;

    must(pipe(names));
    leader = fork();
    if (leader == 0) {
        char byte;
        setpgid(0, 0);
        pid = fork();
        if (pid == 0)
            member();
        must(waitpid(pid, NULL, WUNTRACED));
        write(names[1], &pid, sizeof(pid));
        read(names[0], &byte, 0);
        _exit(0);
    }
    must(read(names[0], &pid, sizeof(pid)));
    must(waitpid(leader, NULL, 0));
}

/* Nobody in the group is stopped: nothing is sent. */
static void nobody_stopped(void)
{
    int ends[2];
    char byte;

    must(pipe(ends));
    if (fork() == 0) {
        pid_t parent = getpid();
        if (fork() == 0) {
            sigset_t set, pending;
            setpgid(0, 0);
            sigemptyset(&set);
            sigaddset(&set, SIGHUP);
            sigprocmask(SIG_BLOCK, &set, NULL);
            write(ends[1], "", 1);
            while (getppid() == parent)
                usleep(1000);
            sigpending(&pending);
            write(told[1], sigismember(&pending, SIGHUP) ? "H" : "-", 1);
            _exit(0);
        }
        must(read(ends[0], &byte, 1));
        _exit(0);
    }
    wait(NULL);
}

int main(void)
{
    run("the parent ends", parent_ends);
    run("a reaper of the session takes over", reaper_takes_over);
    run("the member with a parent outside ends", member_ends);
    run("nobody is stopped", nobody_stopped);
    return 0;
}
