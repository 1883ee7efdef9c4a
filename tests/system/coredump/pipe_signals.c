/* A process that writes its core to a program: a signal that it would catch does not cut the core
 * off, SIGKILL does. The program is this one. */

#include "core_reader.h"

#include <sys/resource.h>
#include <sys/time.h>

#define PATTERN "/proc/sys/kernel/core_pattern"
#define RESULT  "/tmp/taken_late"
#define SIZE    (4L << 20)

static char self[200];

static void pattern(const char *text)
{
    int fd = (int)must(open(PATTERN, O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

/* Takes a core only when it is told to. */
static int take_late(void)
{
    static char bytes[65536];
    char text[40];
    long total = 0;
    ssize_t got;

    file_put("/tmp/begun", "", 0644);
    while (access("/tmp/go", F_OK) != 0)
        nap(5);
    while ((got = read(0, bytes, sizeof(bytes))) > 0)
        total += got;
    snprintf(text, sizeof(text), "%ld", total);
    file_put(RESULT ".new", text, 0644);
    return rename(RESULT ".new", RESULT);
}

static void handler(int signal)
{
    (void)signal;
}

static pid_t dies(void)
{
    pid_t child = (pid_t)must(fork());

    if (child == 0) {
        signal(SIGUSR1, handler);
        memset(map(SIZE), 1, SIZE);
        abort();
    }
    return child;
}

static void wait_for_file(const char *path)
{
    while (access(path, F_OK) != 0)
        nap(5);
}

static void send_while_writing(int signal)
{
    char text[40];
    pid_t child;
    int status;

    say("-- %s", signal_name(signal));
    child = dies();
    wait_for_file("/tmp/begun");
    nap(50); /* the pipe is full now; if it is not, the same is asked for */
    must(kill(child, signal));
    if (signal != SIGKILL)
        file_put("/tmp/go", "", 0644);
    must(waitpid(child, &status, 0));
    say("signal %s", signal_name(WTERMSIG(status)));
    if (signal == SIGKILL)
        file_put("/tmp/go", "", 0644);
    wait_for_file(RESULT);
    must(file_text(RESULT, text, sizeof(text)) > 0 ? 0 : -1);
    yes("the core is whole", atol(text) > SIZE);
    unlink(RESULT);
    unlink("/tmp/begun");
    unlink("/tmp/go");
}

int main(int argc, char **argv)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    char text[300];

    (void)argv;
    if (argc > 1)
        return take_late();
    must(readlink("/proc/self/exe", self, sizeof(self) - 1));
    must(setrlimit(RLIMIT_CORE, &limit));
    snprintf(text, sizeof(text), "|%s take", self);
    pattern(text);
    send_while_writing(SIGUSR1);
    send_while_writing(SIGTERM);
    send_while_writing(SIGKILL);
    pattern("core");
    return 0;
}
