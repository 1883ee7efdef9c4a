/* Page cache and anonymous memory compete: files larger than half of memory can be written and
   removed again and again, and fork still works. seconds: 90 */

#include "test.h"

#include <sys/sysinfo.h>

int main(void)
{
    struct sysinfo info;
    static char block[1 << 20];
    must(sysinfo(&info));
    unsigned long mib = info.freeram * info.mem_unit / 1048576;
    unsigned long size = mib / 3;
    for (int round = 0; round < 3; round++) {
        int fd = (int)must(open("/tmp/big", O_CREAT | O_RDWR | O_TRUNC, 0644));
        unsigned long done = 0, wrong = 0;
        for (; done < size; done++) {
            memset(block, (int)done, sizeof(block));
            if (write(fd, block, sizeof(block)) != sizeof(block))
                break;
        }
        say("round %d: %s", round, done == size ? "written" : errno_name(errno));
        for (unsigned long i = 0; i < done; i += 7) {
            must(pread(fd, block, 16, (long)i << 20));
            wrong += block[3] != (char)i;
        }
        say("wrong %lu", wrong);
        must(unlink("/tmp/big"));
        close(fd);
        pid_t pid = (pid_t)must(fork());
        if (pid == 0)
            _exit(0);
        must(waitpid(pid, NULL, 0));
    }
    must(sysinfo(&info));
    yes("memory came back", info.freeram * info.mem_unit / 1048576 > mib * 8 / 10);
    return 0;
}
