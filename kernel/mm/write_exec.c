/*
 * W^X for programs: nothing is writable and executable at a time, and what was not executable when
 * it was mapped never becomes so. Off by default, as on Linux.
 *
 * It is in force for an address space that asked for it (prctl PR_SET_MDWE; Linux has it
 * since 6.3), with all that is forked from it or executed in it, and for everybody with
 * vm.wx_policy=enforce. A program whose segments or stack are writable and executable is not
 * started then (proc/elf_check.c).
 *
 * Lock: none; what is in force for an address space is only ever added.
 */
#include <kern/sysctl.h>
#include <lib/atomic.h>

#include "write_exec.h"

enum policy { POLICY_OFF, POLICY_ENFORCE };

static s32 policy;

bool mm_refuses_write_exec(const struct mm *mm)
{
    return READ_ONCE(policy) == POLICY_ENFORCE || READ_ONCE(mm->refuse_write_exec);
}

bool write_exec_is_refused(const struct mm *mm, u32 old_flags, u32 new_flags)
{
    if (!(new_flags & VMA_EXEC) || !mm_refuses_write_exec(mm))
        return false;
    return (new_flags & VMA_WRITE) || !(old_flags & VMA_EXEC);
}

static const char *const words[] = {"off", "enforce", NULL};
static const struct sysctl settings[] = {
    {.name = "wx_policy", .kind = SYSCTL_WORD, .value = &policy, .words = words},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void write_exec_init(void)
{
    sysctl_register(&table);
}
