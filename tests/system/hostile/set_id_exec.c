/*
 * While a process executes a set-user-id program, others of its old user try to get at it: nobody
 * comes to write its memory, and nobody traces it once it has privileges.
 *
 * seconds: 60
 */
#include "test.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>

#define ROUNDS 150
#define FILES  64

/* What the program says when it runs. */
struct report {
    uid_t effective;
    const char *address;
};

static const char secret[] = "secret";

static int is_program(const char *name)
{
    const char *slash = strrchr(name, '/');

    return strcmp(slash != NULL ? slash + 1 : name, "set-id") == 0;
}

static int program(void)
{
    struct report report = {geteuid(), secret};

    must(write(3, &report, sizeof(report)));
    (void)!read(4, &report, 1);
    return 0;
}

static pid_t start(int from[2], int to[2])
{
    char *arguments[] = {"set-id", NULL};
    pid_t child;

    must(pipe(from));
    must(pipe(to));
    child = (pid_t)must(fork());
    if (child == 0) {
        dup2(from[1], 30);
        dup2(to[0], 31);
        for (int i = 3; i < 30; i++)
            close(i);
        dup2(30, 3);
        dup2(31, 4);
        close(30);
        close(31);
        execv("./set-id", arguments);
        _exit(1);
    }
    close(from[1]);
    close(to[0]);
    return child;
}

/* Open its memory until it runs; => files through which the privileged program can be read */
static int open_memory(pid_t child, int from, struct report *report)
{
    int fds[FILES], nr = 0, bad = 0;
    char name[64], byte;

    snprintf(name, sizeof(name), "/proc/%d/mem", child);
    while (read(from, report, sizeof(*report)) != sizeof(*report)) {
        int fd = open(name, O_RDWR);

        if (fd < 0)
            continue;
        if (nr == FILES)
            close(fds[--nr]);
        fds[nr++] = fd;
    }
    while (nr-- > 0) {
        bad += pread(fds[nr], &byte, 1, (off_t)(uintptr_t)report->address) == 1;
        close(fds[nr]);
    }
    return bad;
}

/* Trace it, each time a little later. => 1: it is traced, and has privileges */
static int trace(pid_t child, int from, struct report *report)
{
    static int rounds;
    bool traced = false;

    for (volatile int spin = rounds++ * 3000; spin > 0; spin--)
        ;
    while (read(from, report, sizeof(*report)) != sizeof(*report))
        traced = traced || ptrace(PTRACE_SEIZE, child, 0, 0) == 0;
    return traced && report->effective == 0;
}

static void attack(const char *label, int (*attempt)(pid_t, int, struct report *))
{
    int bad = 0, privileged = 0;

    for (int i = 0; i < ROUNDS; i++) {
        int from[2], to[2], status;
        struct report report = {0};
        pid_t child = start(from, to);

        fcntl(from[0], F_SETFL, O_NONBLOCK);
        bad += attempt(child, from[0], &report);
        privileged += report.effective == 0;
        close(from[0]);
        close(to[1]);
        while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status))
            ptrace(PTRACE_DETACH, child, 0, 0);
    }
    say("%s: %d succeeded", label, bad);
    printf("# %s: %d of %d with privileges\n", label, privileged, ROUNDS);
    fflush(stdout);
}

static void copy_self(void)
{
    int from = (int)must(open("/proc/self/exe", O_RDONLY)), to;
    char bytes[4096];
    long got;

    to = (int)must(open("set-id", O_WRONLY | O_CREAT, 0755));
    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        must(write(to, bytes, (size_t)got));
    close(from);
    close(to);
    must(chmod("set-id", 04755));
    must(chmod(".", 0777));
}

int main(int argc, char **argv)
{
    if (argc > 0 && is_program(argv[0]))
        return program();
    copy_self();
    become_user();
    must(prctl(PR_SET_DUMPABLE, 1)); /* its children are no secret */
    attack("memory", open_memory);
    attack("trace", trace);
    return 0;
}
