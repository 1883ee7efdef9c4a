/* MAP_SHARED|MAP_ANONYMOUS: one memory for parent and children, also through mremap and
 * grandchildren. */

#include "test.h"

int main(void)
{
    int status;
    int *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    yes("zero", shared[0] == 0 && shared[4 * PAGE / 4 - 1] == 0);
    shared[0] = 1;
    if (fork() == 0) {
        shared[0]++;
        shared[2 * PAGE / 4] = 42;
        if (fork() == 0) {
            shared[3 * PAGE / 4] = 43;
            _exit(0);
        }
        wait(NULL);
        _exit(0);
    }
    wait(&status);
    status_report("child", status);
    say("after the child: %d %d %d", shared[0], shared[2 * PAGE / 4], shared[3 * PAGE / 4]);
    call("private copy of it: none", mprotect(shared, 4 * PAGE, PROT_READ));
    probe_write("read-only now", shared);
    call("length", munmap(shared + PAGE / 4, PAGE));
    probe_read("a hole in it", shared + PAGE / 4);
    say("the rest: %d %d", shared[0], shared[3 * PAGE / 4]);
    struct maps_line line;
    maps_find(shared, &line);
    say("in maps: %s inode %s %s", line.prot, line.inode ? "yes" : "no", line.path);
    return 0;
}
