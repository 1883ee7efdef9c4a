/* statfs of the well-known file systems. */

#include "test.h"

#include <sys/statfs.h>

int main(void)
{
    static const char *const paths[] = {"/tmp", "/proc", "/proc/self/maps", "/dev/pts", "absent"};
    struct statfs info;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        if (statfs(paths[i], &info) < 0)
            say("%s: %s", paths[i], errno_name(errno));
        else
            say("%s: type %lx bsize %ld namelen %ld", paths[i], (long)info.f_type,
                (long)info.f_bsize, (long)info.f_namelen);
    }
    int ends[2];
    must(pipe(ends));
    call("pipe", fstatfs(ends[0], &info));
    say("type %lx", (long)info.f_type);
    call("bad descriptor", fstatfs(999, &info));
    call("bad pointer", syscall(SYS_statfs, "/", 8));
    return 0;
}
