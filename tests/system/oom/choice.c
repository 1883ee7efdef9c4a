/*
 * Who dies when memory runs out: the largest, moved by oom_score_adj; everybody in the address
 * space with it; never at -1000. The files oom_score, oom_score_adj, oom_adj. memory: 128M seconds:
 * 60
 */

#include "test.h"

#include <sched.h>

#define MIB (1UL << 20)

static size_t percent; /* of the memory that is free at first, bytes */

static void measure(void)
{
    static char text[8192];

    must(file_text("/proc/meminfo", text, sizeof(text)) > 0);
    percent = (size_t)atol(strstr(text, "\nMemAvailable:") + 14) * 1024 / 100;
}

static void put(const char *path, const char *value)
{
    int fd = must(open(path, O_WRONLY));

    must(write(fd, value, strlen(value)));
    close(fd);
}

static void report(const char *path, const char *value)
{
    char label[96];
    int fd = open(path, O_WRONLY);

    snprintf(label, sizeof(label), "%s < %s", path + 11, value);
    call_report(label, fd < 0 ? -1 : write(fd, value, strlen(value)));
    close(fd);
}

static void show(const char *path)
{
    char text[32];

    must(file_text(path, text, sizeof(text)) > 0);
    say("%s %s", path + 11, strtok(text, "\n"));
}

/* A process of @size percent with @adj that waits. */
static pid_t start(size_t size, const char *adj)
{
    int ready[2];
    pid_t child;
    char byte;

    must(pipe(ready));
    child = must(fork());
    if (child == 0) {
        put("/proc/self/oom_score_adj", adj);
        memset(map(size * percent), 1, size * percent);
        must(write(ready[1], "", 1));
        pause();
        _exit(0);
    }
    close(ready[1]);
    read(ready[0], &byte, 1);
    close(ready[0]);
    return child;
}

static bool lives(pid_t pid)
{
    return waitpid(pid, NULL, WNOHANG) == 0;
}

/* Take @size percent in an exempt child, then end it. */
static void press(size_t size)
{
    int status;
    pid_t child = must(fork());

    if (child == 0) {
        for (size_t i = 0; i < size * percent; i += MIB)
            memset(map(MIB), 1, MIB);
        _exit(0);
    }
    waitpid(child, &status, 0);
    status_report("pressing", status);
}

static void largest_dies(void)
{
    pid_t small = start(10, "0"), large = start(40, "0"), spared = start(25, "-1000");

    press(50);
    nap(50);
    yes("the small one lives", lives(small));
    yes("the large one is dead", !lives(large));
    yes("the spared one lives", lives(spared));
    kill(small, SIGKILL);
    kill(spared, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static void adjusted_dies(void)
{
    pid_t small = start(20, "900"), large = start(30, "0"), other = start(15, "-500");

    press(42);
    nap(50);
    yes("the small one with 900 is dead", !lives(small));
    yes("the large one lives", lives(large));
    yes("the one with -500 lives", lives(other));
    kill(large, SIGKILL);
    kill(other, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static int sharer(void *argument)
{
    (void)argument;
    pause();
    return 0;
}

/* Two processes, one memory. */
static void sharers_die(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    int status;
    pid_t child = must(fork());

    if (child == 0) {
        pid_t other = must(clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));

        put("/proc/self/oom_score_adj", "500");
        (void)other;
        for (;;)
            memset(map(MIB), 1, MIB);
    }
    waitpid(child, &status, 0);
    status_report("the hog", status);
    nap(50);
    yes("no process is left", kill(-1, 0) == 0 || errno == ESRCH);
}

static void files(void)
{
    static const char *old[] = {"-17", "-16", "0", "8", "15", "16", "-18", "x"};
    static const char *adj = "/proc/self/oom_score_adj";
    static const char *legacy = "/proc/self/oom_adj";

    for (size_t i = 0; i < COUNT_OF(old); i++) {
        report(legacy, old[i]);
        show(adj);
        show(legacy);
    }
    report(adj, "-1000");
    show("/proc/self/oom_score");
    report(adj, "1000");
    show(legacy);
    report(adj, "999");
    show(legacy);
    report(adj, "0x10");
    show(adj);
    report(adj, " 5");
    report(adj, "1001");
    report(adj, "");
    report(adj, "300");
}

static void ordinary_user(void)
{
    become_user();
    report("/proc/self/oom_score_adj", "299");
    report("/proc/self/oom_score_adj", "800");
    report("/proc/self/oom_score_adj", "300");
    report("/proc/self/oom_adj", "1");
}

int main(void)
{
    measure();
    files();
    in_child("ordinary user", ordinary_user);
    put("/proc/self/oom_score_adj", "-1000");
    largest_dies();
    adjusted_dies();
    sharers_die();
    return 0;
}
