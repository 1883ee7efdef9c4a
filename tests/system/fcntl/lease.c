/* F_SETLEASE, F_GETLEASE: who may have one, what breaks it, how long the other waits, what is told.
   seconds: 40 */

#include "test.h"
#include <sched.h>

#ifndef F_SETLEASE
#define F_SETLEASE 1024
#define F_GETLEASE 1025
#endif

static sigset_t set;
static int *shared; /* the child has begun; the child has opened */

static const char *lease_name(int fd)
{
    int lease = fcntl(fd, F_GETLEASE);

    return lease == F_RDLCK   ? "read"
           : lease == F_WRLCK ? "write"
           : lease == F_UNLCK ? "none"
                              : "error";
}

/* A signal that must come is waited for; one that must not is given a while. */
static void told(const char *label, bool expected)
{
    struct timespec wait = {expected ? 20 : 0, 30000000}, none = {0, 0};
    siginfo_t info;
    int signal = sigtimedwait(&set, &info, &wait);

    if (signal < 0)
        say("%s: no signal", label);
    for (; signal > 0; signal = sigtimedwait(&set, &info, &none))
        say("%s: %s", label,
            signal == SIGIO            ? "SIGIO"
            : info.si_code == POLL_MSG ? "POLL_MSG"
                                       : "odd");
}

static void taking(void)
{
    int reading = must(open("file", O_RDONLY)), writing, pipes[2], both;

    call("none yet", fcntl(reading, F_GETLEASE));
    call("nothing to end", fcntl(reading, F_SETLEASE, F_UNLCK));
    call("an unknown kind", fcntl(reading, F_SETLEASE, 7));
    call("read", fcntl(reading, F_SETLEASE, F_RDLCK));
    say("it is %s", lease_name(reading));
    call("read again", fcntl(reading, F_SETLEASE, F_RDLCK));
    call("write, the only reader", fcntl(reading, F_SETLEASE, F_WRLCK));
    say("it is %s", lease_name(reading));
    call("back to read", fcntl(reading, F_SETLEASE, F_RDLCK));
    int second = must(open("file", O_RDONLY));
    call("a second reader's", fcntl(second, F_SETLEASE, F_RDLCK));
    call("write while there are two", fcntl(second, F_SETLEASE, F_WRLCK));
    call("end", fcntl(second, F_SETLEASE, F_UNLCK));
    call("end again", fcntl(second, F_SETLEASE, F_UNLCK));
    call("write, two have it open", fcntl(reading, F_SETLEASE, F_WRLCK));
    close(second);
    call("write, alone again", fcntl(reading, F_SETLEASE, F_WRLCK));
    int duplicate = must(dup(reading));
    say("a duplicate has %s", lease_name(duplicate));
    close(reading);
    say("then it has %s", lease_name(duplicate));
    close(duplicate);
    writing = must(open("file", O_WRONLY));
    say("after the last close: %s", lease_name(writing));
    call("read, for a writer", fcntl(writing, F_SETLEASE, F_RDLCK));
    call("write, for a writer", fcntl(writing, F_SETLEASE, F_WRLCK));
    close(writing);
    both = must(open("file", O_RDWR));
    call("write, open for both", fcntl(both, F_SETLEASE, F_WRLCK));
    call("read instead, open for both", fcntl(both, F_SETLEASE, F_RDLCK));
    say("it is %s", lease_name(both));
    close(both);
    must(pipe(pipes));
    call("a pipe", fcntl(pipes[0], F_SETLEASE, F_RDLCK));
    call("a pipe has", fcntl(pipes[0], F_GETLEASE));
    call("a pipe, end", fcntl(pipes[0], F_SETLEASE, F_UNLCK));
    int folder = must(open(".", O_RDONLY));
    call("a folder", fcntl(folder, F_SETLEASE, F_RDLCK));
    int path = must(open("file", O_PATH));
    call("O_PATH", fcntl(path, F_SETLEASE, F_RDLCK));
    call("O_PATH has", fcntl(path, F_GETLEASE));
}

static void as_user(void)
{
    become_user();
    int fd = must(open("file", O_RDONLY));

    call("another's file", fcntl(fd, F_SETLEASE, F_RDLCK));
    call("another's file, an unknown kind", fcntl(fd, F_SETLEASE, 9));
    call("another's file, end", fcntl(fd, F_SETLEASE, F_UNLCK));
    int folder = must(open(".", O_RDONLY));
    call("another's folder", fcntl(folder, F_SETLEASE, F_RDLCK));
    int own = must(open("mine", O_RDONLY));
    call("one's own", fcntl(own, F_SETLEASE, F_RDLCK));
}

/* A child opens (or truncates) the file with @flags while we have a lease of @kind. */
static pid_t opener(int flags)
{
    pid_t pid;

    shared[0] = shared[1] = 0;
    pid = fork();
    if (pid == 0) {
        shared[0] = 1;
        long fd = flags < 0 ? truncate("file", 3) : open("file", flags);
        shared[1] = 1;
        _exit(fd < 0 ? 100 + errno : 0);
    }
    while (!shared[0])
        sched_yield();
    return pid;
}

static void broken(const char *label, int ours, int kind, int flags, int answer, bool breaks)
{
    int fd = must(open("file", ours)), status;
    pid_t pid;

    say("- %s", label);
    must(fcntl(fd, F_SETSIG, SIGRTMIN + 1));
    call("lease", fcntl(fd, F_SETLEASE, kind));
    pid = opener(flags);
    wait_until_asleep(pid);
    told("told", breaks);
    say("the other waits: %s; the lease is %s", shared[1] ? "no" : "yes", lease_name(fd));
    if (!shared[1])
        call("answer", fcntl(fd, F_SETLEASE, answer));
    waitpid(pid, &status, 0);
    status_report("the other", status);
    say("the lease is %s", lease_name(fd));
    close(fd);
}

static void broken_again(void)
{
    int fd = must(open("file", O_RDONLY)), status;
    pid_t reader, writer;

    say("- by a reader, then by a writer");
    must(fcntl(fd, F_SETSIG, SIGRTMIN + 1));
    must(fcntl(fd, F_SETLEASE, F_WRLCK));
    reader = opener(O_RDONLY);
    wait_until_asleep(reader);
    told("told of the reader", true);
    say("the lease is %s", lease_name(fd));
    writer = opener(O_WRONLY);
    wait_until_asleep(writer);
    told("told of the writer", true);
    say("the lease is %s", lease_name(fd));
    call("down to read, a writer is there", fcntl(fd, F_SETLEASE, F_RDLCK));
    call("up to write", fcntl(fd, F_SETLEASE, F_WRLCK));
    call("a reader does not wait", open("file", O_RDONLY | O_NONBLOCK));
    call("the end", fcntl(fd, F_SETLEASE, F_UNLCK));
    close(fd);
    waitpid(reader, &status, 0);
    status_report("the reader", status);
    waitpid(writer, &status, 0);
    status_report("the writer", status);
}

static void handler(int signal)
{
    (void)signal;
}

static void interrupted(void)
{
    struct sigaction action = {.sa_handler = handler};
    int fd = must(open("file", O_RDONLY)), status;
    pid_t pid;

    say("- others");
    must(fcntl(fd, F_SETLEASE, F_RDLCK));
    sigaction(SIGUSR1, &action, NULL);
    pid = opener(O_WRONLY);
    wait_until_asleep(pid);
    told("without F_SETSIG", true);
    kill(pid, SIGUSR1);
    waitpid(pid, &status, 0);
    status_report("a signal", status);
    call("O_NONBLOCK", open("file", O_WRONLY | O_NONBLOCK));
    told("told once only", false);
    int truncating = open("file", O_RDONLY | O_TRUNC | O_NONBLOCK);
    yes("O_NONBLOCK and O_TRUNC, reading only", truncating >= 0);
    close(truncating);
    call("the end", fcntl(fd, F_SETLEASE, F_UNLCK));
    call("F_GETOWN after the end", fcntl(fd, F_GETOWN));
    call("F_GETSIG after the end", fcntl(fd, F_GETSIG));
    close(fd);
}

static void sysctl_put(const char *name, const char *text)
{
    int fd = must(open(name, O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

static void too_late(void)
{
    int fd, status;
    pid_t pid;

    sysctl_put("/proc/sys/fs/lease-break-time", "1");
    fd = must(open("file", O_RDWR));
    must(fcntl(fd, F_SETLEASE, F_WRLCK));
    pid = opener(O_RDONLY);
    waitpid(pid, &status, 0);
    status_report("a reader, nobody answers", status);
    say("the lease is %s", lease_name(fd));
    close(fd);
    fd = must(open("file", O_RDONLY));
    must(fcntl(fd, F_SETLEASE, F_RDLCK));
    pid = opener(O_WRONLY);
    waitpid(pid, &status, 0);
    status_report("a writer, nobody answers", status);
    say("the lease is %s", lease_name(fd));
    call("it cannot be ended", fcntl(fd, F_SETLEASE, F_UNLCK));
    close(fd);
    sysctl_put("/proc/sys/fs/lease-break-time", "45");
}

static void show_locks(const char *label)
{
    FILE *stream = fopen("/proc/locks", "r");
    char line[200], kind[20], state[20], type[20];
    int number, pid;

    while (fgets(line, sizeof(line), stream)) {
        if (sscanf(line, "%d: %19s %19s %19s %d", &number, kind, state, type, &pid) == 5)
            say("%s: %s %s %s, ours: %d, %s", label, kind, state, type, pid == getpid(),
                strrchr(line, ':') ? strchr(strrchr(line, ':'), ' ') : "");
    }
    fclose(stream);
}

static void shown(void)
{
    int fd = must(open("file", O_RDONLY));

    must(fcntl(fd, F_SETLEASE, F_RDLCK));
    show_locks("a read lease");
    call("a writer does not wait", open("file", O_WRONLY | O_NONBLOCK));
    show_locks("breaking");
    must(fcntl(fd, F_SETLEASE, F_UNLCK));
    show_locks("none");
    must(fcntl(fd, F_SETLEASE, F_WRLCK));
    show_locks("a write lease");
    call("a reader does not wait", open("file", O_RDONLY | O_NONBLOCK));
    show_locks("breaking");
    close(fd);
}

static void switched_off(void)
{
    int fd = must(open("file", O_RDONLY));

    sysctl_put("/proc/sys/fs/leases-enable", "0");
    call("switched off", fcntl(fd, F_SETLEASE, F_RDLCK));
    sysctl_put("/proc/sys/fs/leases-enable", "1");
    close(fd);
}

int main(void)
{
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    file_put("file", "some text", 0666);
    file_put("mine", "text", 0666);
    must(chown("mine", 1000, 1000));
    must(chmod(".", 0777));
    taking();
    in_child("a user", as_user);
    broken("a read lease, by a reader", O_RDONLY, F_RDLCK, O_RDONLY, F_UNLCK, false);
    broken("a read lease, by a writer", O_RDONLY, F_RDLCK, O_WRONLY, F_UNLCK, true);
    broken("a read lease, by truncate", O_RDONLY, F_RDLCK, -1, F_UNLCK, true);
    broken("a write lease, by a reader", O_RDONLY, F_WRLCK, O_RDONLY, F_RDLCK, true);
    broken("a write lease, by a reader, ended", O_RDWR, F_WRLCK, O_RDONLY, F_UNLCK, true);
    broken("a write lease, by a writer", O_RDWR, F_WRLCK, O_WRONLY, F_UNLCK, true);
    broken("a read lease, by O_TRUNC", O_RDONLY, F_RDLCK, O_RDONLY | O_TRUNC, F_UNLCK, false);
    broken_again();
    interrupted();
    too_late();
    shown();
    switched_off();
    return 0;
}
