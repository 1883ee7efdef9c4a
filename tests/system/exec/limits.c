/* Arguments and environment: one string up to 128 KiB, in total a quarter of the stack limit,
 * E2BIG. */

#include "test.h"

#include <sys/resource.h>

static void run(const char *label, size_t count, size_t len)
{
    int status;
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        char **args = calloc(count + 3, sizeof(char *));
        char *string = malloc(len + 1);
        memset(string, 'x', len);
        string[len] = '\0';
        args[0] = "limits";
        args[1] = "check";
        for (size_t i = 0; i < count; i++)
            args[i + 2] = string;
        execve("/proc/self/exe", args, (char *[]){NULL});
        say("%s: %s", label, errno_name(errno));
        _exit(1);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        size_t total = 0;
        for (int i = 2; i < argc; i++)
            total += strlen(argv[i]) + 1;
        say("  %d strings, %zu bytes", argc - 2, total);
        return 0;
    }
    run("131071 in one", 1, 131071);
    run("131072 in one", 1, 131072);
    run("15 of 128 KiB", 15, 131071);
    run("17 of 128 KiB", 17, 131071);
    run("100,000 small ones", 100000, 1);
    run("200,000 small ones", 200000, 1);
    struct rlimit limit = {512 << 10, 8 << 20};
    setrlimit(RLIMIT_STACK, &limit);
    run("of 512 KiB stack, 60 KiB", 60, 1000);
    run("of 512 KiB stack, 160 KiB", 160, 1000);
    return 0;
}
