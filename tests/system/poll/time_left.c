/* What select, pselect and ppoll leave in their timeouts, and when a signal begins them again. */
#include "test.h"

#include <poll.h>
#include <sys/personality.h>
#include <sys/select.h>

static int quiet[2];

/* A select of the kernel's own kind: it writes to its timeout, which musl's does not show. */
static long call_select(struct timeval *timeout)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(quiet[0], &set);
    return syscall(SYS_select, quiet[0] + 1, &set, NULL, NULL, timeout);
}

static long call_pselect(struct timespec *timeout)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(quiet[0], &set);
    return syscall(SYS_pselect6, quiet[0] + 1, &set, NULL, NULL, timeout, NULL);
}

static long call_ppoll(struct timespec *timeout)
{
    struct pollfd one = {.fd = quiet[0], .events = POLLIN};

    return syscall(SYS_ppoll, &one, 1, timeout, NULL, 8);
}

static void all(const char *label)
{
    struct timeval value = {0, 2000};
    struct timespec first = {0, 2000000}, second = {0, 2000000};

    say("%s", label);
    call("select", call_select(&value));
    say("  left %ld", (long)value.tv_usec);
    call("pselect6", call_pselect(&first));
    say("  left %ld", first.tv_nsec);
    call("ppoll", call_ppoll(&second));
    say("  left %ld", second.tv_nsec);
}

/* A child that waits with its timeout where it can or cannot be told what is left, is stopped and
 * continued, and then has something to read, or has ended. */
static void stopped(const char *label, int which, bool writable, unsigned long persona)
{
    char *place = map(PAGE);
    int status;

    must(pipe(quiet));
    if (which == 0)
        *(struct timeval *)place = (struct timeval){100, 0};
    else
        *(struct timespec *)place = (struct timespec){100, 0};
    if (!writable)
        must(mprotect(place, PAGE, PROT_READ));
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        personality(persona);
        raise(SIGSTOP);
        long result = which == 0   ? call_select((struct timeval *)place)
                      : which == 1 ? call_pselect((struct timespec *)place)
                                   : call_ppoll((struct timespec *)place);
        _exit(result < 0 ? errno : 100 + (int)result);
    }
    must(waitpid(child, &status, WUNTRACED));
    must(kill(child, SIGCONT));
    wait_until_asleep(child);
    must(kill(child, SIGSTOP));
    must(waitpid(child, &status, WUNTRACED));
    must(kill(child, SIGCONT));
    must(write(quiet[1], "x", 1));
    must(waitpid(child, &status, 0));
    say("%s: %s", label, WEXITSTATUS(status) >= 100 ? "ready" : errno_name(WEXITSTATUS(status)));
    close(quiet[0]);
    close(quiet[1]);
    munmap(place, PAGE);
}

int main(void)
{
    must(pipe(quiet));
    all("as usual");
    must(personality(STICKY_TIMEOUTS));
    all("sticky");
    must(personality(0));
    stopped("select", 0, true, 0);
    stopped("pselect6", 1, true, 0);
    stopped("ppoll", 2, true, 0);
    stopped("select, read-only", 0, false, 0);
    stopped("pselect6, read-only", 1, false, 0);
    stopped("ppoll, read-only", 2, false, 0);
    stopped("select, sticky", 0, true, STICKY_TIMEOUTS);
    stopped("ppoll, sticky", 2, true, STICKY_TIMEOUTS);
    return 0;
}
