/* /proc/self: cmdline, comm, exe, cwd, root, fd, environ, statm, status, limits agree with the
 * calls. */

#include "test.h"

#include <sys/prctl.h>

static char text[65536];

static long field(const char *key)
{
    char *at = strstr(text, key);
    return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

static void link_of(const char *path)
{
    char target[256];
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    target[len < 0 ? 0 : len] = '\0';
    say("%s -> %s", path, target);
}

int main(void)
{
    say("cmdline %ld bytes: %s", file_text("/proc/self/cmdline", text, sizeof(text)), text);
    file_text("/proc/self/comm", text, sizeof(text));
    say("comm %s", strtok(text, "\n"));
    must(prctl(PR_SET_NAME, "a longer name than fits"));
    file_text("/proc/self/comm", text, sizeof(text));
    say("comm %s", strtok(text, "\n"));
    link_of("/proc/self/exe");
    link_of("/proc/self/cwd");
    link_of("/proc/self/root");
    must(mkdir("deeper", 0755));
    must(chdir("deeper"));
    link_of("/proc/self/cwd");
    int fd = (int)must(open("../file", O_CREAT | O_RDWR, 0600));
    dup2(fd, 77);
    link_of("/proc/self/fd/77");
    unlink("../file");
    link_of("/proc/self/fd/77");
    call_ok("open through fd", open("/proc/self/fd/77", O_RDONLY));
    file_text("/proc/self/environ", text, sizeof(text));
    say("environ %s", text);
    file_text("/proc/self/status", text, sizeof(text));
    yes("Pid", field("\nPid:\t") == getpid());
    yes("Tgid", field("\nTgid:\t") == getpid());
    yes("PPid", field("\nPPid:\t") == getppid());
    say("Threads %ld", field("\nThreads:\t"));
    yes("VmRSS below VmSize", field("\nVmRSS:") > 0 && field("\nVmRSS:") <= field("\nVmSize:"));
    yes("Uid, Gid", field("\nUid:\t") == 0 && field("\nGid:\t") == 0);
    file_text("/proc/self/stat", text, sizeof(text));
    yes("stat begins with the pid", atoi(text) == getpid());
    say("comm and state: %.19s", strchr(text, '('));
    return 0;
}
