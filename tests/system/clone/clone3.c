/* clone3: sizes, refusals, and a working child. */

#include "test.h"

struct arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        set_tid_size, cgroup, extra[4];
};

static void attempt(const char *label, struct arguments *arguments, size_t size)
{
    int status;
    long pid = syscall(SYS_clone3, arguments, size);
    if (pid == 0)
        _exit(6);
    if (pid < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    waitpid((pid_t)pid, &status, __WALL);
    status_report(label, status);
}

int main(void)
{
    struct arguments plain = {.exit_signal = SIGCHLD}, changed;
    attempt("64 bytes", &plain, 64);
    attempt("80 bytes", &plain, 80);
    attempt("88 bytes", &plain, 88);
    attempt("63 bytes", &plain, 63);
    attempt("longer with zeros", &plain, sizeof(plain));
    changed = plain;
    changed.extra[0] = 1;
    attempt("longer with a one", &changed, sizeof(changed));
    attempt("longer than a page", &plain, 5000);
    attempt("null", NULL, 88);
    changed = plain;
    changed.exit_signal = 65;
    attempt("signal 65", &changed, 88);
    changed = plain;
    changed.flags = SIGCHLD;
    attempt("signal in flags", &changed, 88);
    changed = plain;
    changed.stack = 0x10000;
    attempt("stack without size", &changed, 88);
    changed = plain;
    changed.stack_size = 0x10000;
    attempt("size without stack", &changed, 88);
    changed = plain;
    changed.flags = 1UL << 63;
    attempt("unknown flag", &changed, 88);
    changed.flags = 0x400000;
    attempt("DETACHED", &changed, 88);
    changed = plain;
    changed.flags = 0x100000000 | 0x800;
    attempt("CLEAR_SIGHAND and SIGHAND", &changed, 88);
    changed.flags = 0x100000000;
    attempt("CLEAR_SIGHAND", &changed, 88);
    changed = plain;
    changed.exit_signal = 0;
    attempt("no exit signal", &changed, 88);
    return 0;
}
