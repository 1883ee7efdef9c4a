/* CLONE_PIDFD when there may be no more open files, or no more descriptors: no child, no harm. */
#include "test.h"

#include <linux/sched.h>
#include <sys/resource.h>

static char before[64];

static void set_file_max(const char *text)
{
    int fd = (int)must(open("/proc/sys/fs/file-max", O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

static long clone_with_pidfd(void)
{
    int pidfd = -1;
    struct clone_args args = {
        .flags = CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    if (pid == 0)
        _exit(0);
    return pid;
}

static void as_user(void)
{
    struct rlimit limit = {3, 3};

    for (int i = 0; i < 600; i++) /* so many that every way of counting sees them */
        must(open("/dev/null", O_RDONLY));
    become_user();
    for (int i = 0; i < 3; i++)
        call_ok("no more files", clone_with_pidfd());
    setrlimit(RLIMIT_NOFILE, &limit);
    call_ok("no more descriptors either", clone_with_pidfd());
    call_ok("children", waitpid(-1, NULL, 0));
}

int main(void)
{
    must(file_text("/proc/sys/fs/file-max", before, sizeof(before)));
    set_file_max("1");
    in_child("a user", as_user);
    set_file_max(before);
    return 0;
}
