/* SEIZE, INTERRUPT, stops of the process, LISTEN; tracers that are not the parent, and their end.
 */
#include "words.h"

static int loop(void)
{
    while (getpid() > 0)
        pause();
    return 0;
}

static pid_t looping_child(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(loop());
    return child;
}

static void seized(void)
{
    pid_t child = looping_child();
    siginfo_t info;

    call("SEIZE", ptrace(PTRACE_SEIZE, child, 0, 0));
    call("INTERRUPT", ptrace(PTRACE_INTERRUPT, child, 0, 0));
    wait_for_stop("interrupted", child);
    must(ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    say("signal %d code %x", info.si_signo, info.si_code);
    go_on(PTRACE_CONT, child, 0);
    must(kill(child, SIGSTOP));
    wait_for_stop("SIGSTOP", child);
    go_on(PTRACE_CONT, child, SIGSTOP);
    wait_for_stop("its process stops", child);
    call("LISTEN", ptrace(PTRACE_LISTEN, child, 0, 0));
    call("it listens", ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    must(kill(child, SIGCONT));
    wait_for_stop("goes on", child);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("SIGCONT", child);
    go_on(PTRACE_CONT, child, SIGCONT);
    must(kill(child, SIGKILL));
    wait_for_stop("end", child);
}

/* The parent sees the end after the tracer did. */
static void by_another(void)
{
    pid_t child = looping_child(), tracer = fork();
    int status;

    if (tracer == 0) {
        must(ptrace(PTRACE_SEIZE, child, 0, 0));
        must(kill(child, SIGTERM));
        wait_for_stop("tracer: SIGTERM", child);
        go_on(PTRACE_CONT, child, SIGTERM);
        wait_for_stop("tracer: end", child);
        _exit(0);
    }
    must(waitpid(tracer, &status, 0));
    wait_for_stop("parent", child);
}

static char tracing_state(pid_t pid)
{
    char path[64], text[512], *at;
    int fd;
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    fd = open(path, O_RDONLY);
    len = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    at = strrchr(text, ')');
    return at != NULL ? at[2] : '?';
}

/* A tracer that ends lets go, or takes its children with it. */
static void tracer_ends(const char *label, unsigned long options)
{
    pid_t child = looping_child(), tracer = fork();
    int status;

    if (tracer == 0) {
        must(ptrace(PTRACE_SEIZE, child, 0, options));
        must(ptrace(PTRACE_INTERRUPT, child, 0, 0));
        wait_for_stop("tracer", child);
        say("state %c", tracing_state(child));
        _exit(0);
    }
    must(waitpid(tracer, &status, 0));
    if (options == 0)
        must(kill(child, SIGTERM));
    wait_for_stop(label, child);
}

int main(void)
{
    seized();
    by_another();
    tracer_ends("goes free", 0);
    tracer_ends("EXITKILL", PTRACE_O_EXITKILL);
    return 0;
}
