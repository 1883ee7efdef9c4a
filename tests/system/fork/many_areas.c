/* fork copies areas of every kind: holes, protections, shared, private file; child changes nothing.
 */

#include "test.h"

static unsigned sum(const char *at)
{
    unsigned total = 0;
    for (unsigned long i = 0; i < PAGE; i++)
        total = total * 31 + (unsigned char)at[i];
    return total;
}

int main(void)
{
    int status, fd = file_make("file", 8 * PAGE);
    char *anonymous = map_in_hole(4 * PAGE);
    char *private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4 * (long)PAGE);
    memset(anonymous, 'a', 4 * PAGE);
    private[PAGE] = 'p';
    must(mprotect(anonymous + PAGE, PAGE, PROT_NONE));
    must(mprotect(anonymous + 2 * PAGE, PAGE, PROT_READ));
    unsigned before = sum(anonymous) + sum(private) + sum(private + PAGE) + sum(shared);

    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        yes("same contents",
            sum(anonymous) + sum(private) + sum(private + PAGE) + sum(shared) == before);
        probe_read("no access", anonymous + PAGE);
        probe_write("read-only", anonymous + 2 * PAGE);
        probe_read("hole", anonymous - PAGE);
        private[0] = 'c';
        private[2 * PAGE] = 'c';
        shared[0] = 'C';
        munmap(anonymous, 4 * PAGE);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    status_report("child", status);
    say("anonymous %c private %d shared %c", anonymous[0], private[0], shared[0]);
    yes("private page follows the file", private[2 * PAGE] == (char)(2 * PAGE % 251));
    return 0;
}
