/*
 * Waiting for a record lock or flock: circles of two, three and six processes, upgrades, what is no
 * circle, signals, who gets it next, and what /proc/locks says of the waiters.
 */

#include "test.h"

#include <sys/file.h>
#include <sys/time.h>

static int fd;

struct place {
    int arrived, go;
    int result[8];
};
static struct place *place;

static long lock(int command, int type, long start, long len)
{
    struct flock request = {
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, command, &request);
}

static int answer(long result)
{
    return result == 0 ? 0 : errno;
}

/* Each of @count processes holds its byte, then all but the last wait for the next one's. */
static void circle(const char *label, int count)
{
    pid_t pids[8];
    int status;

    memset(place, 0, sizeof(*place));
    for (int i = 0; i < count; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] != 0) {
            while (__atomic_load_n(&place->arrived, __ATOMIC_SEQ_CST) != i + 1)
                nap(1);
            continue;
        }
        must(lock(F_SETLK, F_WRLCK, i, 1));
        __atomic_add_fetch(&place->arrived, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&place->go, __ATOMIC_SEQ_CST) < i + 1)
            nap(1);
        place->result[i] = answer(lock(F_SETLKW, F_WRLCK, (i + 1) % count, 1));
        _exit(0);
    }
    for (int i = 0; i < count; i++) {
        place->go = i + 1;
        if (i < count - 1)
            wait_until_asleep(pids[i]);
        if (i == 0)
            nap(20);
    }
    for (int i = count - 1; i >= 0; i--) {
        must(waitpid(pids[i], &status, 0));
        say("%s: process %d: %s", label, i,
            place->result[i] == 0 ? "has it" : errno_name(place->result[i]));
    }
}

/* Two readers of one byte who both want to write. */
static void upgrade(void)
{
    int gate[2], status;
    char byte;

    must(pipe(gate));
    must(lock(F_SETLK, F_RDLCK, 0, 1));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        must(lock(F_SETLK, F_RDLCK, 0, 1));
        must(write(gate[1], "x", 1));
        _exit(answer(lock(F_SETLKW, F_WRLCK, 0, 1)));
    }
    must(read(gate[0], &byte, 1));
    wait_until_asleep(pid);
    nap(30);
    call("both upgrade", lock(F_SETLKW, F_WRLCK, 0, 1));
    must(lock(F_SETLK, F_UNLCK, 0, 1));
    must(waitpid(pid, &status, 0));
    status_report("the other", status);
}

static void handler(int signal)
{
    (void)signal;
}

static void interrupted(const char *label, int flags, bool is_flock)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    int status;
    int holder = (int)must(open("file", O_RDWR));

    if (is_flock)
        must(flock(holder, LOCK_EX));
    else
        must(lock(F_SETLK, F_WRLCK, 0, 0));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        int mine = (int)must(open("file", O_RDWR));
        must(sigaction(SIGUSR1, &action, NULL));
        if (!is_flock)
            _exit(answer(lock(F_SETLKW, F_WRLCK, 0, 1)) == EINTR ? 4 : 0);
        close(holder);
        _exit(flock(mine, LOCK_SH) == 0 ? 0 : errno == EINTR ? 4 : 5);
    }
    nap(30);
    wait_until_asleep(pid);
    must(kill(pid, SIGUSR1));
    nap(30);
    if (!is_flock)
        must(lock(F_SETLK, F_UNLCK, 0, 0));
    close(holder);
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

/* The lines of /proc/locks of one kind about the file; a waiter's stand below what it waits for. */
static void list(const char *wanted, const pid_t *waiters)
{
    static char text[1 << 16];
    struct stat status;
    char *line, *rest = text;

    must(fstat(fd, &status));
    must(file_text("/proc/locks", text, sizeof(text)));
    while ((line = strsep(&rest, "\n")) != NULL) {
        char range[60], *mark = strchr(line, ':'), *of = strstr(line, " -> ");
        unsigned long number = 0;
        int pid = 0, words = 0;
        if (mark == NULL)
            continue;
        char *kind = of != NULL ? of + 4 : mark + 2;
        sscanf(kind, "%*s %*s %*s %n%d %*x:%*x:%lu %59[^\n]", &words, &pid, &number, range);
        if (number == status.st_ino && strncmp(kind, wanted, strlen(wanted)) == 0)
            say("listed:%s%.*s %s, %s", of != NULL ? " -> " : " ", words, kind, range,
                pid == getpid()     ? "holder"
                : pid == -1         ? "file"
                : pid == waiters[0] ? "first"
                : pid == waiters[1] ? "second"
                                    : "?");
    }
}

static void listed(void)
{
    pid_t pids[2];

    must(lock(F_SETLK, F_WRLCK, 0, 10));
    must(lock(F_OFD_SETLK, F_RDLCK, 10, 10));
    must(flock(fd, LOCK_SH));
    for (int i = 0; i < 2; i++) {
        pids[i] = (pid_t)must(fork());
        if (pids[i] == 0) {
            alarm(20);
            _exit(answer(lock(F_SETLKW, i == 0 ? F_RDLCK : F_WRLCK, i * 5, 2)));
        }
        nap(30);
        wait_until_asleep(pids[i]);
    }
    list("FLOCK", pids);
    list("OFDLCK", pids);
    list("POSIX", pids);
    must(lock(F_SETLK, F_UNLCK, 0, 0));
    must(lock(F_OFD_SETLK, F_UNLCK, 0, 0));
    must(flock(fd, LOCK_UN));
    for (int i = 0; i < 2; i++)
        must(waitpid(pids[i], NULL, 0));
}

/* A POSIX waiter and an OFD one close no circle that the kernel sees: this thread gets a signal. */
static void ofd_circle(void)
{
    struct sigaction action = {.sa_handler = handler};
    int gate[2], status;
    char byte;

    must(sigaction(SIGALRM, &action, NULL));
    must(pipe(gate));
    must(lock(F_OFD_SETLK, F_WRLCK, 0, 1));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        fd = (int)must(open("file", O_RDWR));
        must(lock(F_OFD_SETLK, F_WRLCK, 1, 1));
        must(write(gate[1], "x", 1));
        _exit(answer(lock(F_OFD_SETLKW, F_WRLCK, 0, 1)));
    }
    must(read(gate[0], &byte, 1));
    wait_until_asleep(pid);
    struct itimerval timer = {.it_value = {0, 50000}, .it_interval = {0, 50000}};
    must(setitimer(ITIMER_REAL, &timer, NULL));
    call("OFD circle", lock(F_OFD_SETLKW, F_WRLCK, 1, 1));
    memset(&timer, 0, sizeof(timer));
    must(setitimer(ITIMER_REAL, &timer, NULL));
    must(lock(F_OFD_SETLK, F_UNLCK, 0, 0));
    must(waitpid(pid, &status, 0));
    status_report("the other", status);
}

/* A conversion of flock lets the old lock go, even when the new one is refused. */
static void conversion(void)
{
    int a = (int)must(open("file", O_RDWR)), b = (int)must(open("file", O_RDWR));
    int c = (int)must(open("file", O_WRONLY));

    must(flock(a, LOCK_SH));
    must(flock(b, LOCK_SH));
    call("to exclusive, refused", flock(a, LOCK_EX | LOCK_NB));
    call("the shared one is gone", flock(b, LOCK_EX | LOCK_NB));
    call("to shared at once", flock(b, LOCK_SH | LOCK_NB));
    call("write-only, shared", flock(c, LOCK_SH | LOCK_NB));
    call("nothing but LOCK_NB", flock(c, LOCK_NB));
    call("0", flock(c, 0));
    call("LOCK_MAND", flock(c, 32 | LOCK_SH));
    call("LOCK_MAND of nothing", flock(999, 32));
    call("unknown of nothing", flock(999, 64));
    call("shared of nothing", flock(999, LOCK_SH));
    call("unlock of O_PATH", flock((int)must(open("file", O_PATH)), LOCK_UN));
    call("unlock with LOCK_NB", flock(c, LOCK_UN | LOCK_NB));
    call("a folder", flock((int)must(open(".", O_RDONLY)), LOCK_EX | LOCK_NB));
    call("the null device", flock((int)must(open("/dev/null", O_RDONLY)), LOCK_EX | LOCK_NB));
}

int main(void)
{
    place = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fd = file_make("file", 100);
    circle("two", 2);
    circle("three", 3);
    circle("six", 6);
    upgrade();
    interrupted("F_SETLKW, signal", 0, false);
    interrupted("F_SETLKW, signal, SA_RESTART", SA_RESTART, false);
    interrupted("flock, signal", 0, true);
    interrupted("flock, signal, SA_RESTART", SA_RESTART, true);
    listed();
    ofd_circle();
    conversion();
    return 0;
}
