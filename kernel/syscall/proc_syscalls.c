/*
 * /proc/quire/syscalls: one line per system call of the table: number, name, state, calls since
 * boot.
 */
#include "proc_syscalls.h"

#include <fs/procfs.h>
#include <syscall/syscall.h>

static int show_syscalls(struct proc_text *text, const struct proc_subject *subject)
{
    const struct syscall_description *call;

    (void)subject;
    for (unsigned number = 0; number < NR_SYSCALLS; number++) {
        call = syscall_describe(number);
        if (call && call->name)
            proc_print(text, "%u %s %s %lu\n", number, call->name,
                       call->implemented ? "implemented" : "missing", syscall_count(number));
    }
    return 0;
}

void proc_syscalls_init(void)
{
    static struct proc_addition addition = {.entry = PROC_FILE("syscalls", show_syscalls)};

    proc_register(PROC_PLACE_QUIRE, &addition);
}
