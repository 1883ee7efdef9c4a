/* The folder /proc/PID as a pidfd: pidfd_send_signal takes it, nothing else does. */
#include "test.h"

#define SEND  424
#define PIDFD 3

static char path[64];

static int place(pid_t pid, const char *rest, int flags)
{
    snprintf(path, sizeof(path), "/proc/%d%s", pid, rest);
    return (int)must(open(path, flags));
}

int main(void)
{
    siginfo_t info = {.si_signo = SIGTERM, .si_code = SI_QUEUE};
    int folder, status;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        for (;;)
            pause();
    }
    folder = place(pid, "", O_RDONLY | O_DIRECTORY);
    call("signal 0", syscall(SEND, folder, 0, NULL, 0));
    call("bad signal", syscall(SEND, folder, 65, NULL, 0));
    call("flags", syscall(SEND, folder, 0, NULL, 1));
    call("flags and no descriptor", syscall(SEND, -1, 0, NULL, 1));
    call("no descriptor and no memory", syscall(SEND, -1, 0, 8, 0));
    call("no memory", syscall(SEND, folder, 0, 8, 0));
    call("another signal in siginfo", syscall(SEND, folder, SIGINT, &info, 0));
    call("by path", syscall(SEND, place(pid, "", O_PATH), 0, NULL, 0));
    call("folder of the task", syscall(SEND, place(pid, "/task", O_RDONLY), 0, NULL, 0));
    snprintf(path, sizeof(path), "/task/%d", pid);
    call("the task", syscall(SEND, place(pid, strdup(path), O_RDONLY), 0, NULL, 0));
    call("a file", syscall(SEND, place(pid, "/stat", O_RDONLY), 0, NULL, 0));
    call("the folder of descriptors", syscall(SEND, place(pid, "/fd", O_RDONLY), 0, NULL, 0));
    call("/proc", syscall(SEND, must(open("/proc", O_RDONLY)), 0, NULL, 0));
    call("another folder", syscall(SEND, must(open("/", O_RDONLY)), 0, NULL, 0));
    call("waitid", waitid(PIDFD, (id_t)folder, &info, WEXITED | WNOHANG));
    call("pidfd_getfd", syscall(438, folder, 0, 0));
    info = (siginfo_t){.si_signo = SIGTERM, .si_code = SI_USER};
    call("a code of the kernel's", syscall(SEND, folder, SIGTERM, &info, 0));
    info.si_code = SI_QUEUE;
    call("SIGTERM", syscall(SEND, folder, SIGTERM, &info, 0));
    must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    call("a zombie", syscall(SEND, folder, SIGTERM, NULL, 0));
    must(waitpid(pid, &status, 0));
    status_report("child", status);
    call("reaped", syscall(SEND, folder, 0, NULL, 0));
    return 0;
}
