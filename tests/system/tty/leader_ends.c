/* The leader of a session ends: what the foreground group, a background group and a stopped one
   get, with the terminal still there and after a hang-up that the leader survived. */

#include "terminal.h"

#include <sys/prctl.h>

enum kind { FOREGROUND, BACKGROUND, STOPPED };

static int told[2];
static enum kind kind;
static bool hang_up, give_up;
static char got[64];

static void handler(int number)
{
    strcat(got, number == SIGHUP ? " SIGHUP" : " SIGCONT");
}

static void job(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCONT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, handler);
    signal(SIGCONT, handler);
    if (kind == FOREGROUND)
        must(tcsetpgrp(slave, getpid()));
    pid_t leader = getppid();
    write(told[1], "r", 1);
    if (kind == STOPPED)
        raise(SIGSTOP);
    while (getppid() == leader)
        usleep(1000);
    /* The leader is gone, and its signals were sent before its children were given away. */
    usleep(20000);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    say("    job:%s", got[0] != '\0' ? got : " nothing");
    call("    write", write(slave, "x", 1));
    call("    /dev/tty", open("/dev/tty", O_RDWR));
    call("    TIOCGSID", ioctl(slave, TIOCGSID, &(int){0}));
}

static void leader(void)
{
    char byte;
    int status;
    pid_t pid;

    signal(SIGHUP, SIG_IGN);
    pid = group_start(job);
    must(read(told[0], &byte, 1));
    if (kind == STOPPED)
        must(waitpid(pid, &status, WUNTRACED));
    if (hang_up)
        must(ioctl(slave, TIOCVHANGUP, 0));
    if (give_up)
        must(ioctl(slave, TIOCNOTTY, 0));
}

static void run(const char *label, enum kind which)
{
    int status;

    kind = which;
    got[0] = '\0';
    say("%s", label);
    terminal_open();
    must(pipe(told));
    must(waitpid(session_start(leader), &status, 0));
    must(wait(&status)); /* the job, ours now */
    status_report("    job", status);
    call("    the session is gone", ioctl(master, TIOCGSID, &(int){0}));
    close(told[0]);
    close(told[1]);
    terminal_close();
}

int main(void)
{
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    run("foreground", FOREGROUND);
    run("background", BACKGROUND);
    run("stopped", STOPPED);
    hang_up = true;
    run("foreground after a hang-up", FOREGROUND);
    run("background after a hang-up", BACKGROUND);
    hang_up = false;
    give_up = true;
    run("foreground after TIOCNOTTY", FOREGROUND);
    return 0;
}
