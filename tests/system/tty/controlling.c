/* TIOCSCTTY, TIOCNOTTY, TIOCSPGRP, TIOCGPGRP, TIOCGSID and their refusals, through the slave and
   through the master; what /dev/tty and /proc/PID/stat say. */

#include "terminal.h"

static void stat_fields(const char *label)
{
    char text[512], *fields;
    int pgrp, session, device, foreground;

    file_text("/proc/self/stat", text, sizeof(text));
    fields = strrchr(text, ')');
    sscanf(fields, ") %*c %*d %d %d %d %d", &pgrp, &session, &device, &foreground);
    say("%s: group %s, session %s, terminal %s, foreground %s", label,
        pgrp == getpid() ? "own" : "other", session == getpid() ? "own" : "other",
        device == 0          ? "none"
        : device >> 8 == 136 ? "a slave"
                             : "other",
        foreground == getpid() ? "own"
        : foreground == -1     ? "-1"
        : foreground == 0      ? "0"
                               : "other");
}

static void requests(const char *label, int fd)
{
    int number = -5;

    say("%s", label);
    call("    TIOCGPGRP", ioctl(fd, TIOCGPGRP, &number));
    say("    %s", number == getpgrp() ? "own"
                  : number == -5      ? "untouched"
                  : number == 0       ? "0"
                                      : "other");
    number = -5;
    call("    TIOCGSID", ioctl(fd, TIOCGSID, &number));
    say("    %s", number == getsid(0) ? "own" : number == -5 ? "untouched" : "other");
    number = getpgrp();
    call("    TIOCSPGRP own", ioctl(fd, TIOCSPGRP, &number));
    number = -1;
    call("    TIOCSPGRP -1", ioctl(fd, TIOCSPGRP, &number));
    number = 4000000;
    call("    TIOCSPGRP of nobody", ioctl(fd, TIOCSPGRP, &number));
    number = 1;
    call("    TIOCSPGRP of another session", ioctl(fd, TIOCSPGRP, &number));
    call("    TIOCSPGRP nowhere", ioctl(fd, TIOCSPGRP, NULL));
    call("    TIOCGPGRP nowhere", ioctl(fd, TIOCGPGRP, NULL));
    call("    TIOCGSID nowhere", ioctl(fd, TIOCGSID, NULL));
}

static void tables(void)
{
    int ends[2], other;

    must(pipe(ends));
    stat_fields("before");
    requests("no session leader, slave", slave);
    requests("no session leader, master", master);
    call("TIOCSCTTY", ioctl(slave, TIOCSCTTY, 0));
    call("TIOCNOTTY", ioctl(slave, TIOCNOTTY));
    must(setsid());
    stat_fields("leader");
    requests("leader without a terminal, slave", slave);
    requests("leader without a terminal, master", master);
    call("TIOCNOTTY", ioctl(slave, TIOCNOTTY));
    call("a pipe", ioctl(ends[0], TIOCGPGRP, &other));
    call("/dev/tty", open("/dev/tty", O_RDWR));
    call_ok("opened for writing only", open(slave_name, O_WRONLY));
    stat_fields("no terminal by that");
    call_ok("opened for reading", open(slave_name, O_RDONLY));
    stat_fields("a terminal");
    requests("with it, slave", slave);
    requests("with it, master", master);
    call("TIOCSCTTY again", ioctl(slave, TIOCSCTTY, 0));
    call("TIOCSCTTY of the master", ioctl(master, TIOCSCTTY, 0));
    call("TIOCNOTTY of the master", ioctl(master, TIOCNOTTY));
    call_ok("/dev/tty", other = open("/dev/tty", O_RDWR));
    requests("with it, /dev/tty", other);
    signal(SIGHUP, SIG_IGN);
    call("TIOCNOTTY", ioctl(slave, TIOCNOTTY));
    stat_fields("given up");
    call("/dev/tty", open("/dev/tty", O_RDWR));
    call("still writes", write(slave, "x", 1));
    call("TIOCNOTTY again", ioctl(slave, TIOCNOTTY));
}

static int second_master, second_slave;

static void steal(void)
{
    if (fork() == 0) {
        must(setsid());
        call("of another session", ioctl(slave, TIOCSCTTY, 0));
        call("with 2", ioctl(slave, TIOCSCTTY, 2));
        if (fork() == 0) {
            become_user();
            must(setsid());
            call("stealing as a user", ioctl(slave, TIOCSCTTY, 1));
            _exit(0);
        }
        wait(NULL);
        call("stealing", ioctl(slave, TIOCSCTTY, 1));
        stat_fields("the thief");
        call("a second one", ioctl(second_slave, TIOCSCTTY, 0));
        call("a second one, stealing", ioctl(second_slave, TIOCSCTTY, 1));
        _exit(0);
    }
    wait(NULL);
    stat_fields("the victim");
    call("/dev/tty", open("/dev/tty", O_RDWR));
    call("another one", ioctl(second_slave, TIOCSCTTY, 0));
    stat_fields("with the second");
}

static void groups(void)
{
    int number, status;
    pid_t child = fork(), leader;

    if (child == 0)
        for (;;)
            pause();
    number = child;
    call("TIOCSPGRP of a process that leads no group", ioctl(slave, TIOCSPGRP, &number));
    number = getpgrp();
    signal(SIGTTOU, SIG_IGN);
    call("TIOCSPGRP back", ioctl(slave, TIOCSPGRP, &number));
    must(setpgid(child, child));
    number = child;
    call("TIOCSPGRP of a group", ioctl(slave, TIOCSPGRP, &number));
    stat_fields("in the background");
    kill(child, SIGKILL);
    must(waitpid(child, &status, 0));
    yes("the group is still named", tcgetpgrp(slave) == child);
    number = child;
    call("TIOCSPGRP of what is gone", ioctl(slave, TIOCSPGRP, &number));
    call("read, the foreground is gone", ({
             signal(SIGTTIN, SIG_IGN);
             char byte;
             read(slave, &byte, 1);
         }));
    number = getpgrp();
    call("TIOCSPGRP back", ioctl(slave, TIOCSPGRP, &number));
    leader = fork();
    if (leader == 0) {
        must(setsid());
        requests("a leader of another session", slave);
        _exit(0);
    }
    must(waitpid(leader, &status, 0));
    if (fork() == 0) {
        call("TIOCNOTTY, not the leader", ioctl(slave, TIOCNOTTY));
        stat_fields("it");
        call("/dev/tty", open("/dev/tty", O_RDWR));
        _exit(0);
    }
    wait(NULL);
    stat_fields("the leader");
}

int main(void)
{
    terminal_open();
    in_child("tables", tables);
    terminal_close();
    terminal_open();
    second_master = master;
    second_slave = slave;
    terminal_open();
    wait_for(session_start(steal));
    terminal_close();
    terminal_open();
    wait_for(session_start(groups));
    call("master is still there", ioctl(master, TIOCGPGRP, &second_master));
    say("%s", second_master == 0 ? "0" : "a group");
    return 0;
}
