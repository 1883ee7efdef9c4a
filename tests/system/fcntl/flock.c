/* flock: belongs to the open file description; shared, exclusive, conversion, LOCK_NB. */

#include "test.h"

#include <sys/file.h>

int main(void)
{
    int a = file_make("file", 1), b = (int)must(open("file", O_RDONLY));
    int copy = (int)must(dup(a));
    call("shared a", flock(a, LOCK_SH));
    call("shared b", flock(b, LOCK_SH | LOCK_NB));
    call("exclusive b", flock(b, LOCK_EX | LOCK_NB));
    call("unlock a through its copy", flock(copy, LOCK_UN));
    call("exclusive b", flock(b, LOCK_EX | LOCK_NB));
    call("shared a", flock(a, LOCK_SH | LOCK_NB));
    call("unknown", flock(a, 64));
    call("two kinds", flock(a, LOCK_SH | LOCK_EX));
    call("bad descriptor", flock(999, LOCK_SH));
    int path = (int)must(open("file", O_PATH));
    call("O_PATH", flock(path, LOCK_SH));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        close(b);
        _exit(0);
    }
    wait(NULL);
    call("a child's close does not unlock", flock(a, LOCK_SH | LOCK_NB));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        close(b);
        long result = flock(a, LOCK_EX);
        _exit(result == 0 ? 0 : 1);
    }
    nap(30);
    int status;
    call("the child waits", waitpid(pid, &status, WNOHANG));
    close(b);
    waitpid(pid, &status, 0);
    status_report("and gets it on close", status);
    return 0;
}
