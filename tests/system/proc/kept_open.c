/* Files of /proc/PID that are open while the process becomes another program, or ends: those about
 * memory stay with the memory they were opened on. */
#include "../test.h"

static const char *const names[] = {
    "maps", "smaps", "smaps_rollup", "numa_maps", "environ", "auxv",      "pagemap", "mem",
    "stat", "statm", "status",       "cmdline",   "limits",  "oom_score", "comm",
};

#define FIRST_FD 20

static void open_all(pid_t pid, bool read_first)
{
    char path[64], byte;

    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        int fd;

        snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
        fd = open(path, O_RDONLY);
        if (read_first)
            pread(fd, &byte, 1, 0);
        if (fd < 0 || dup2(fd, FIRST_FD + (int)i) < 0)
            say("%s: cannot be opened", path);
        close(fd);
    }
}

static void read_all(const char *when)
{
    char bytes[16];

    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        ssize_t len = pread(FIRST_FD + (int)i, bytes, sizeof(bytes), 0);

        say("%s, %s: %s", when, names[i],
            len < 0   ? errno_name(errno)
            : len > 0 ? "text"
                      : "nothing");
    }
}

static pid_t start_child(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    return pid;
}

int main(int argc, char **argv)
{
    siginfo_t info;
    pid_t pid;

    if (argc > 1) {
        read_all(argv[1]);
        return 0;
    }
    for (int read_first = 0; read_first < 2; read_first++) {
        pid = start_child();
        open_all(pid, read_first);
        kill(pid, SIGKILL);
        waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
        read_all("a zombie");
        open_all(pid, read_first);
        read_all("opened as a zombie");
        waitpid(pid, NULL, 0);
        read_all("reaped");
        open_all(getpid(), read_first);
        pid = fork();
        if (pid == 0) {
            read_all("in a child");
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        if (!read_first)
            continue;
        execl("/proc/self/exe", argv[0], "after execve", NULL);
    }
    return 1;
}
