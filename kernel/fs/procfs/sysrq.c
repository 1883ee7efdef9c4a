/*
 * /proc/sysrq-trigger: the first letter of a write is done at once, as the key of that name with
 * SysRq held is on Linux. A letter that means nothing here gets the list of those that do.
 */
#include <kern/panic.h>
#include <kern/printk.h>
#include <proc/exit.h>
#include <proc/machine.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>

#include "views.h"

static void help(void)
{
    pr_info("sysrq: reboot(b) crash(c) memory-full-oom-kill(f) poweroff(o) sync(s) "
            "loglevel(0-9)\n");
}

int proc_store_sysrq(const struct proc_subject *subject, char *text, size_t len)
{
    (void)subject;
    (void)len;
    switch (text[0]) {
    case 'b':
        machine_restart();
    case 'c':
        panic("a crash was asked for");
    case 'f':
        process_oom_kill_now();
        return 0;
    case 'o':
        machine_power_off();
    case 's':
        vfs_sync_all();
        return 0;
    case '0' ... '9':
        console_set_level(text[0] - '0');
        return 0;
    default:
        help();
        return 0;
    }
}
