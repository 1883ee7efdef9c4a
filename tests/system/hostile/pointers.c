/* Null, low, page-end, read-only, kernel, non-canonical and last-byte pointers in every pointer
   argument of every call: an error or success, never a crash; the kernel lives and files still
   work. seconds: 60

   Each call runs in a child so that one which kills or blocks its caller costs only that child. */

#include "test.h"

#include <sys/resource.h>

/* One letter per argument: p pointer, f descriptor, n small number, 0 zero, - end. */
static const struct {
    short number;
    const char *name;
    const char *arguments;
} calls[] = {
    {SYS_read, "read", "fpn"},
    {SYS_write, "write", "fpn"},
    {SYS_open, "open", "p0n"},
    {SYS_stat, "stat", "pp"},
    {SYS_fstat, "fstat", "fp"},
    {SYS_lstat, "lstat", "pp"},
    {SYS_poll, "poll", "pn0"},
    {SYS_mmap, "mmap", "pnnnfn"},
    {SYS_mprotect, "mprotect", "pn1"},
    {SYS_munmap, "munmap", "pn"},
    {SYS_brk, "brk", "p"},
    {SYS_rt_sigaction, "rt_sigaction", "npp8"},
    {SYS_rt_sigprocmask, "rt_sigprocmask", "0pp8"},
    {SYS_ioctl, "ioctl", "fTp"},
    {SYS_pread64, "pread64", "fpn0"},
    {SYS_pwrite64, "pwrite64", "fpn0"},
    {SYS_readv, "readv", "fpn"},
    {SYS_writev, "writev", "fpn"},
    {SYS_access, "access", "p0"},
    {SYS_pipe, "pipe", "p"},
    {SYS_select, "select", "nppp0"},
    {SYS_mremap, "mremap", "pnn1p"},
    {SYS_msync, "msync", "pnn"},
    {SYS_mincore, "mincore", "pnp"},
    {SYS_madvise, "madvise", "pnn"},
    {SYS_nanosleep, "nanosleep", "pp"},
    {SYS_getitimer, "getitimer", "0p"},
    {SYS_setitimer, "setitimer", "1pp"},
    {SYS_sendfile, "sendfile", "ffpn"},
    {SYS_execve, "execve", "ppp"},
    {SYS_wait4, "wait4", "npnp"},
    {SYS_uname, "uname", "p"},
    {SYS_fcntl, "fcntl getlk", "f5p"},
    {SYS_truncate, "truncate", "pn"},
    {SYS_getdents64, "getdents64", "fpn"},
    {SYS_getcwd, "getcwd", "pn"},
    {SYS_chdir, "chdir", "p"},
    {SYS_rename, "rename", "pp"},
    {SYS_mkdir, "mkdir", "pn"},
    {SYS_rmdir, "rmdir", "p"},
    {SYS_creat, "creat", "pn"},
    {SYS_link, "link", "pp"},
    {SYS_unlink, "unlink", "p"},
    {SYS_symlink, "symlink", "pp"},
    {SYS_readlink, "readlink", "ppn"},
    {SYS_chmod, "chmod", "pn"},
    {SYS_chown, "chown", "pnn"},
    {SYS_lchown, "lchown", "pnn"},
    {SYS_gettimeofday, "gettimeofday", "pp"},
    {SYS_getrlimit, "getrlimit", "np"},
    {SYS_getrusage, "getrusage", "0p"},
    {SYS_sysinfo, "sysinfo", "p"},
    {SYS_times, "times", "p"},
    {SYS_syslog, "syslog", "3pn"},
    {SYS_setgroups, "setgroups", "np"},
    {SYS_getgroups, "getgroups", "9p"},
    {SYS_getresuid, "getresuid", "ppp"},
    {SYS_getresgid, "getresgid", "ppp"},
    {SYS_capget, "capget", "pp"},
    {SYS_capset, "capset", "pp"},
    {SYS_rt_sigpending, "rt_sigpending", "p8"},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", "ppp8"},
    {SYS_rt_sigqueueinfo, "rt_sigqueueinfo", "9np"},
    {SYS_sigaltstack, "sigaltstack", "pp"},
    {SYS_utime, "utime", "pp"},
    {SYS_mknod, "mknod", "pnn"},
    {SYS_statfs, "statfs", "pp"},
    {SYS_fstatfs, "fstatfs", "fp"},
    {SYS_sched_setparam, "sched_setparam", "0p"},
    {SYS_sched_getparam, "sched_getparam", "0p"},
    {SYS_sched_setscheduler, "sched_setscheduler", "00p"},
    {SYS_sched_rr_get_interval, "sched_rr_get_interval", "0p"},
    {SYS_prctl, "prctl name", "Np"},
    {SYS_arch_prctl, "arch_prctl get_fs", "Ap"},
    {SYS_setrlimit, "setrlimit", "4p"},
    {SYS_chroot, "chroot", "p"},
    {SYS_mount, "mount", "ppp0p"},
    {SYS_umount2, "umount2", "p0"},
    {SYS_sethostname, "sethostname", "pn"},
    {SYS_setxattr, "setxattr", "pppn0"},
    {SYS_getxattr, "getxattr", "pppn"},
    {SYS_futex, "futex wait", "p00ppn"},
    {SYS_futex, "futex wake", "p1nppn"},
    {SYS_sched_setaffinity, "sched_setaffinity", "08p"},
    {SYS_sched_getaffinity, "sched_getaffinity", "08p"},
    {SYS_set_tid_address, "set_tid_address", "p"},
    {SYS_timer_create, "timer_create", "0pp"},
    {SYS_clock_gettime, "clock_gettime", "0p"},
    {SYS_clock_settime, "clock_settime", "9p"},
    {SYS_clock_getres, "clock_getres", "0p"},
    {SYS_clock_nanosleep, "clock_nanosleep", "00pp"},
    {SYS_epoll_wait, "epoll_wait", "fpn0"},
    {SYS_epoll_ctl, "epoll_ctl", "f1fp"},
    {SYS_utimes, "utimes", "pp"},
    {SYS_waitid, "waitid", "0npnp"},
    {SYS_openat, "openat", "fpnn"},
    {SYS_mkdirat, "mkdirat", "fpn"},
    {SYS_mknodat, "mknodat", "fpnn"},
    {SYS_fchownat, "fchownat", "fpnnn"},
    {SYS_newfstatat, "newfstatat", "fpp0"},
    {SYS_unlinkat, "unlinkat", "fp0"},
    {SYS_renameat, "renameat", "fpfp"},
    {SYS_linkat, "linkat", "fpfp0"},
    {SYS_symlinkat, "symlinkat", "pfp"},
    {SYS_readlinkat, "readlinkat", "fppn"},
    {SYS_fchmodat, "fchmodat", "fpn"},
    {SYS_faccessat, "faccessat", "fpn"},
    {SYS_pselect6, "pselect6", "npppzp"},
    {SYS_ppoll, "ppoll", "pnzp8"},
    {SYS_set_robust_list, "set_robust_list", "pW"},
    {SYS_get_robust_list, "get_robust_list", "0pp"},
    {SYS_utimensat, "utimensat", "fpp0"},
    {SYS_epoll_pwait, "epoll_pwait", "fpn0p8"},
    {SYS_dup2, "dup2", "fn"},
    {SYS_pipe2, "pipe2", "p0"},
    {SYS_preadv, "preadv", "fpn00"},
    {SYS_pwritev, "pwritev", "fpn00"},
    {SYS_prlimit64, "prlimit64", "04pp"},
    {SYS_getrandom, "getrandom", "pn0"},
    {SYS_copy_file_range, "copy_file_range", "fpfpn0"},
    {SYS_statx, "statx", "fp0np"},
    {SYS_clone3, "clone3", "pn"},
    {SYS_renameat2, "renameat2", "fpfp0"},
    {SYS_faccessat2, "faccessat2", "fp00"},
    {SYS_timer_settime, "timer_settime", "00pp"},
    {SYS_timer_gettime, "timer_gettime", "0p"},
    {SYS_rt_sigsuspend, "rt_sigsuspend", "p8"},
    {SYS_ustat, "ustat", "0p"},
    {SYS_personality, "personality", "n"},
    {SYS_getcpu, "getcpu", "ppp"},
    {SYS_time, "time", "p"},
    {SYS_signalfd4, "signalfd4", "fp80"},
    {SYS_memfd_create, "memfd_create", "p0"},
    {SYS_socketpair, "socketpair", "110p"},
    {SYS_bind, "bind", "fpn"},
    {SYS_connect, "connect", "fpn"},
    {SYS_getsockname, "getsockname", "fpp"},
    {SYS_sendto, "sendto", "fpn0pn"},
    {SYS_recvfrom, "recvfrom", "fpn0pp"},
    {SYS_setsockopt, "setsockopt", "fnnpn"},
    {SYS_rt_sigreturn, "rt_sigreturn", "p"},
};

static unsigned long pointers[10];
static int descriptor;

static unsigned long argument(char kind, unsigned long pointer)
{
    switch (kind) {
    case 'p':
        return pointer;
    case 'f':
        return (unsigned long)descriptor;
    case 'n':
        return 24;
    case 'T':
        return 0x5401;
    case 'N':
        return 15;
    case 'A':
        return 0x1003;
    case 'W':
        return 24;
    case 'z':
        return (unsigned long)(struct timespec[]){{0, 0}};
    default:
        return (unsigned long)(kind - '0');
    }
}

static void one_call(size_t index, unsigned long pointer)
{
    static struct timespec zero;
    unsigned long a[6] = {0};
    const char *kinds = calls[index].arguments;
    for (int i = 0; kinds[i] != '\0'; i++)
        a[i] = kinds[i] == 'z' ? (unsigned long)&zero : argument(kinds[i], pointer);
    syscall(calls[index].number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void hostile_child(size_t index)
{
    struct rlimit limit = {2, 2};
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    setrlimit(RLIMIT_CPU, &limit);
    setpgid(0, 0);
    for (size_t i = 0; i < COUNT_OF(pointers); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(1);
            one_call(index, pointers[i]);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    _exit(0);
}

int main(void)
{
    int status, lived = 0;
    char *page = map_in_hole(PAGE), *constant = map_prot(PAGE, PROT_READ);
    pointers[0] = 0;
    pointers[1] = 8;
    pointers[2] = (unsigned long)page + PAGE - 1;
    pointers[3] = (unsigned long)page + PAGE;
    pointers[4] = (unsigned long)constant;
    pointers[5] = 0x7ffffffff000 - 1;
    pointers[6] = 0x800000000000;
    pointers[7] = 0xffff888000000000;
    pointers[8] = 0xffffffff81000000;
    pointers[9] = -1UL;
    descriptor = file_make("file", 100);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        pid_t pid = (pid_t)must(fork());
        if (pid == 0)
            hostile_child(i);
        must(waitpid(pid, &status, 0));
        lived += WIFEXITED(status) || WIFSIGNALED(status);
    }
    say("%d calls of %zu", lived, COUNT_OF(calls));
    char text[16];
    file_put("after", "alive", 0644);
    file_text("after", text, sizeof(text));
    say("%s", text);
    return 0;
}
