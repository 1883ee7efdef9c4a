/* /proc/PID/mem: reading and writing an address space as a file, whatever its protection. */

#include "test.h"

static char bytes[8192];

int main(void)
{
    char *pages = map_in_hole(3 * PAGE);
    strcpy(pages, "first page");
    strcpy(pages + PAGE, "second page");
    must(mprotect(pages + PAGE, PAGE, PROT_NONE));
    must(mprotect(pages + 2 * PAGE, PAGE, PROT_READ));
    int fd = (int)must(open("/proc/self/mem", O_RDWR));

    call("read", pread(fd, bytes, 11, (off_t)(uintptr_t)pages));
    say("%s", bytes);
    call("read no-access memory", pread(fd, bytes, 12, (off_t)(uintptr_t)pages + (off_t)PAGE));
    say("%s", bytes);
    call("write read-only memory",
         pwrite(fd, "changed", 8, (off_t)(uintptr_t)pages + 2 * (off_t)PAGE));
    say("%s", pages + 2 * PAGE);
    call("read past the end",
         pread(fd, bytes, PAGE, (off_t)(uintptr_t)pages + 5 * (off_t)PAGE / 2));
    call("read a hole", pread(fd, bytes, 8, (off_t)(uintptr_t)pages + 3 * (off_t)PAGE));
    call("write a hole", pwrite(fd, bytes, 8, (off_t)(uintptr_t)pages + 3 * (off_t)PAGE));
    call("read address 0", pread(fd, bytes, 8, 0));
    call("seek to the end", lseek(fd, 0, SEEK_END));
    call("seek", lseek(fd, (off_t)(uintptr_t)pages, SEEK_SET) == (off_t)(uintptr_t)pages);
    call("read on", read(fd, bytes, 5));
    yes("position moved", lseek(fd, 0, SEEK_CUR) == (off_t)(uintptr_t)pages + 5);

    char path[64];
    int gate[2];
    must(pipe(gate));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        read(gate[0], bytes, 1);
        _exit(0);
    }
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    int child = (int)must(open(path, O_RDWR));
    call("write the child", pwrite(child, "child", 6, (off_t)(uintptr_t)pages));
    call("read the child", pread(child, bytes, 6, (off_t)(uintptr_t)pages));
    say("child has %s, parent has %s", bytes, pages);
    must(write(gate[1], "x", 1));
    must(waitpid(pid, NULL, 0));
    call("read the dead child", pread(child, bytes, 6, (off_t)(uintptr_t)pages));
    call("open the dead child's", open(path, O_RDONLY));
    return 0;
}
