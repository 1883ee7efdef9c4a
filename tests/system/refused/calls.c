/* Calls that this machine has not, or not for everybody: as root, and as an ordinary user. */

#include "test.h"

static const struct {
    long number;
    const char *name;
} calls[] = {
    {SYS_uselib, "uselib"},
    {SYS__sysctl, "_sysctl"},
    {SYS_create_module, "create_module"},
    {SYS_get_kernel_syms, "get_kernel_syms"},
    {SYS_query_module, "query_module"},
    {SYS_nfsservctl, "nfsservctl"},
    {SYS_getpmsg, "getpmsg"},
    {SYS_putpmsg, "putpmsg"},
    {SYS_afs_syscall, "afs_syscall"},
    {SYS_tuxcall, "tuxcall"},
    {SYS_security, "security"},
    {SYS_set_thread_area, "set_thread_area"},
    {SYS_get_thread_area, "get_thread_area"},
    {SYS_epoll_ctl_old, "epoll_ctl_old"},
    {SYS_epoll_wait_old, "epoll_wait_old"},
    {SYS_vserver, "vserver"},
    {SYS_lookup_dcookie, "lookup_dcookie"},
    {400, "a number without a call"},
};

static void absent(void)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++)
        call(calls[i].name, syscall(calls[i].number, 0, 0, 0, 0, 0, 0));
}

static void privileged(void)
{
    call("acct off", syscall(SYS_acct, NULL));
    call("acct none", syscall(SYS_acct, "none"));
    call("acct bad", syscall(SYS_acct, 8));
    call("swapon none", syscall(SYS_swapon, "none", 0));
    call("swapon flags", syscall(SYS_swapon, "none", 0x100000));
    call("swapon no swap", syscall(SYS_swapon, "file", 0));
    call("swapoff none", syscall(SYS_swapoff, "none"));
    call("swapoff file", syscall(SYS_swapoff, "file"));
    call("iopl 0", syscall(SYS_iopl, 0));
    call("iopl 4", syscall(SYS_iopl, 4));
    call("ioperm beyond", syscall(SYS_ioperm, 65536, 1, 1));
    call("ioperm off", syscall(SYS_ioperm, 0, 1, 0));
    call("init_module", syscall(SYS_init_module, NULL, 0, NULL));
    call("finit_module", syscall(SYS_finit_module, -1, "", 0));
    call("finit_module flags", syscall(SYS_finit_module, -1, "", 99));
    call("delete_module", syscall(SYS_delete_module, "none", 0));
    call("kexec_load", syscall(SYS_kexec_load, 0, 17, NULL, 0));
    call("kexec_load flags", syscall(SYS_kexec_load, 0, 0, NULL, 0xff));
    call("kexec_file_load", syscall(SYS_kexec_file_load, -1, -1, 0, NULL, 0x100));
    call("quotactl", syscall(SYS_quotactl, 0x800001, NULL, 0, NULL));
    call("quotactl on", syscall(SYS_quotactl, 0x80000200, "none", 0, NULL));
    call("quotactl_fd", syscall(443, -1, 0x80000200, 0, NULL));
    call("fanotify_init", syscall(SYS_fanotify_init, 0x80000000, 0));
    call("memfd_secret flags", syscall(447, 1));
    call("memfd_secret", syscall(447, 0));
    call("setns bad", syscall(SYS_setns, -1, 0));
    call("setns file", syscall(SYS_setns, 0, 0));
    call("process_mrelease flags", syscall(448, -1, 1));
    call("process_mrelease", syscall(448, -1, 0));
    call("pidfd_getfd flags", syscall(438, -1, 0, 1));
    call("pidfd_getfd", syscall(438, -1, 0, 0));
    call("kcmp self", syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0));
    call("kcmp type", syscall(SYS_kcmp, getpid(), getpid(), 99, 0, 0));
    call("kcmp nobody", syscall(SYS_kcmp, 99999, getpid(), 1, 0, 0));
    call("kcmp file", syscall(SYS_kcmp, getpid(), getpid(), 0, 1, 1));
    call("kcmp file bad", syscall(SYS_kcmp, getpid(), getpid(), 0, 1, 999));
}

static void as_user(void)
{
    become_user();
    privileged();
}

int main(void)
{
    file_put("file", "text", 0666);
    absent();
    privileged();
    in_child("ordinary user", as_user);
    return 0;
}
