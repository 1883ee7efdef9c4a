/* Hang-up: by the close of the master, by TIOCVHANGUP, by vhangup(2): who gets which signals, and
 * what open descriptors answer from then on. */

#include "terminal.h"

static volatile sig_atomic_t hups, conts;
static int ready[2], order[2];

static void handler(int number)
{
    if (number == SIGHUP)
        hups++;
    else
        conts++;
}

static void answers(const char *label)
{
    struct pollfd slave_events = {.fd = slave, .events = POLLIN | POLLOUT};
    struct termios settings;
    int number = 0;
    char byte;

    say("%s", label);
    call("    read", read(slave, &byte, 1));
    call("    write", write(slave, "x", 1));
    call("    tcgetattr", tcgetattr(slave, &settings));
    call("    TIOCGPGRP", ioctl(slave, TIOCGPGRP, &number));
    call("    TIOCSPGRP", ioctl(slave, TIOCSPGRP, &number));
    call("    TIOCGSID", ioctl(slave, TIOCGSID, &number));
    call("    FIONREAD", ioctl(slave, FIONREAD, &number));
    call("    TIOCVHANGUP", ioctl(slave, TIOCVHANGUP, 0));
    call("    FIOASYNC", ioctl(slave, FIOASYNC, &number));
    call("    poll", poll(&slave_events, 1, 0));
    say("    %x", (unsigned)slave_events.revents);
}

/* A job in the foreground (or not), that tells the signals it has got by @until. */
static void counting(void)
{
    char byte;

    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, handler);
    signal(SIGCONT, handler);
    write(ready[1], "", 1);
    while (read(order[0], &byte, 1) < 0)
        continue;
    say("    job: SIGHUP %d, SIGCONT %d", hups, conts);
}

static void foreground_counting(void)
{
    signal(SIGTTOU, SIG_IGN);
    must(tcsetpgrp(slave, getpid()));
    counting();
}

static pid_t start_job(void (*body)(void))
{
    pid_t pid;
    char byte;

    must(pipe(ready));
    must(pipe(order));
    pid = group_start(body);
    must(read(ready[0], &byte, 1));
    return pid;
}

static void end_job(pid_t pid)
{
    write(order[1], "", 1);
    waitpid(pid, NULL, 0);
}

static void leader_of_a_hangup(void)
{
    pid_t job = start_job(foreground_counting);

    signal(SIGHUP, handler);
    signal(SIGCONT, handler);
    call("TIOCVHANGUP", ioctl(slave, TIOCVHANGUP, 0));
    say("    leader: SIGHUP %d, SIGCONT %d", hups, conts);
    end_job(job);
    answers("after TIOCVHANGUP");
    call("/dev/tty", open("/dev/tty", O_RDWR));
    close(slave);
    call_ok("open it again", slave = open(slave_name, O_RDWR | O_NOCTTY));
    call("write", write(slave, "x", 1));
    call("no terminal of this session", ioctl(slave, TIOCGSID, &(int){0}));
    call("make it one", ioctl(slave, TIOCSCTTY, 0));
    hups = conts = 0;
    call("vhangup", vhangup());
    say("    leader: SIGHUP %d, SIGCONT %d", hups, conts);
    answers("after vhangup");
    call("vhangup again", vhangup());
    become_user();
    call("vhangup as a user", vhangup());
}

static void leader_that_gives_up(void)
{
    pid_t job = start_job(foreground_counting);

    signal(SIGHUP, handler);
    signal(SIGCONT, handler);
    call("TIOCNOTTY", ioctl(slave, TIOCNOTTY));
    say("    leader: SIGHUP %d, SIGCONT %d", hups, conts);
    end_job(job);
}

static void reader_in_master_close(void)
{
    char byte;

    signal(SIGHUP, SIG_IGN);
    write(ready[1], "", 1);
    call("    blocked read", read(slave, &byte, 1));
    answers("    after the master's close");
    call("    open it", open(slave_name, O_RDWR | O_NOCTTY));
    call("    /dev/tty", open("/dev/tty", O_RDWR));
}

static void master_closes(void)
{
    char byte;
    pid_t pid;

    terminal_open();
    must(pipe(ready));
    say("master closes");
    if ((pid = fork()) == 0) {
        close(master);
        must(setsid());
        must(ioctl(slave, TIOCSCTTY, 0));
        reader_in_master_close();
        _exit(0);
    }
    must(read(ready[0], &byte, 1));
    wait_until_asleep(pid);
    close(master);
    wait_for(pid);
    close(slave);
}

static void default_leader(void)
{
    write(ready[1], "", 1);
    for (;;)
        pause();
}

static void default_dies(void)
{
    char byte;
    int status;
    pid_t pid;

    terminal_open();
    must(pipe(ready));
    if ((pid = fork()) == 0) {
        close(master);
        must(setsid());
        must(ioctl(slave, TIOCSCTTY, 0));
        default_leader();
    }
    must(read(ready[0], &byte, 1));
    close(master);
    must(waitpid(pid, &status, 0));
    status_report("leader, SIGHUP by default", status);
    close(slave);
}

static void reader_during_hangup(void)
{
    struct pollfd events;
    char byte;
    pid_t pid;
    int other;

    terminal_open();
    say("hang-up under a reader");
    other = (int)must(open(slave_name, O_RDWR | O_NOCTTY));
    if ((pid = fork()) == 0) {
        call("    blocked read", read(slave, &byte, 1));
        _exit(0);
    }
    wait_until_asleep(pid);
    must(ioctl(other, TIOCVHANGUP, 0));
    wait_for(pid);
    call("the other descriptor", read(other, &byte, 1));
    int fresh = (int)must(open(slave_name, O_RDWR | O_NOCTTY));
    must(write(master, "line\n", 5));
    call("a new one", read(fresh, &byte, 1));
    call("not the old one", read(slave, &byte, 1));
    close(slave);
    close(other);
    call("master writes", write(master, "x", 1));
    close(fresh);
    events = (struct pollfd){.fd = master, .events = POLLIN};
    call("master", poll(&events, 1, 0));
    say("    %x", (unsigned)events.revents);
    close(master);
}

int main(void)
{
    terminal_open();
    wait_for(session_start(leader_of_a_hangup));
    terminal_close();
    terminal_open();
    say("leader gives up");
    wait_for(session_start(leader_that_gives_up));
    terminal_close();
    master_closes();
    default_dies();
    reader_during_hangup();
    return 0;
}
