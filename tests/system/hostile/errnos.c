/* What single calls say to bad pointers: EFAULT, and no side effect. */

#include "test.h"

#include <sys/uio.h>

#define KERNEL ((void *)0xffff888000000000)

int main(void)
{
    char *page = map_in_hole(PAGE), buffer[64];
    char *end = page + PAGE;
    int fd = file_make("file", 100), ends[2];
    must(pipe(ends));
    memset(page, 'a', PAGE);
    call("open null", syscall(SYS_open, NULL, 0));
    call("open kernel", syscall(SYS_open, KERNEL, 0));
    call("open unterminated at a page end", open(end - 3, O_RDONLY));
    end[-1] = '\0';
    call("open terminated at a page end", open(end - 3, O_RDONLY));
    call("read null", read(fd, NULL, 10));
    call("read kernel", read(fd, KERNEL, 10));
    call("offset after that", lseek(fd, 0, SEEK_CUR));
    call("read across a page end", read(fd, end - 4, 10));
    call("offset after that", lseek(fd, 0, SEEK_CUR));
    call("write across a page end", pwrite(fd, end - 4, 10, 50));
    call("write kernel", write(ends[1], KERNEL, 10));
    call("read of /dev/zero into kernel", read(open("/dev/zero", O_RDONLY), KERNEL, 4096));
    call("stat into a page end", syscall(SYS_stat, "file", end - 8));
    call("stat into the kernel", syscall(SYS_stat, "file", KERNEL));
    call("getcwd into the kernel", syscall(SYS_getcwd, KERNEL, 100));
    call("readlink into the kernel", syscall(SYS_readlink, "/proc/self/exe", KERNEL, 100));
    call("gettimeofday", syscall(SYS_gettimeofday, KERNEL, 0));
    call("nanosleep", syscall(SYS_nanosleep, KERNEL, 0));
    call("pipe into a page end", syscall(SYS_pipe, end - 4));
    struct iovec vector[2] = {{buffer, 4}, {KERNEL, 4}};
    lseek(fd, 0, SEEK_SET);
    call("readv second kernel", readv(fd, vector, 2));
    call("readv vector in the kernel", readv(fd, KERNEL, 2));
    call("writev first kernel", writev(ends[1], vector + 1, 1));
    call("uname", syscall(SYS_uname, KERNEL));
    call("poll", syscall(SYS_poll, KERNEL, 1, 0));
    call("wait4 status", (must(fork() ? 0 : (_exit(0), 0)), syscall(SYS_wait4, -1, KERNEL, 0, 0)));
    call("getrlimit", syscall(SYS_getrlimit, 1, KERNEL));
    call("sigaction", syscall(SYS_rt_sigaction, SIGUSR1, KERNEL, 0, 8));
    call("clock_gettime", syscall(SYS_clock_gettime, 0, KERNEL));
    call("execve", syscall(SYS_execve, KERNEL, 0, 0));
    call("getdents64", syscall(SYS_getdents64, open(".", O_RDONLY), KERNEL, 100));
    call("mount", syscall(SYS_mount, KERNEL, KERNEL, KERNEL, 0, 0));
    call("rename", syscall(SYS_rename, "file", KERNEL));
    call("statfs", syscall(SYS_statfs, "/", KERNEL));
    call("getrandom", syscall(SYS_getrandom, KERNEL, 10, 0));
    call("futex", syscall(SYS_futex, KERNEL, 0, 0, 0, 0, 0));
    call("getresuid", syscall(SYS_getresuid, KERNEL, KERNEL, KERNEL));
    return 0;
}
