/*
 * /proc/PID/coredump_filter: what goes into a core dump (core(5)).
 */
#include <abi/core.h>
#include <abi/errno.h>
#include <mm/mm.h>

#include "views.h"

PROC_VIEW(coredump_filter)
{
    struct mm *mm = proc_subject_mm(subject);

    if (!mm)
        return 0;
    proc_print(text, "%08x\n", READ_ONCE(mm->core_filter));
    mm_put_user(mm);
    return 0;
}

int proc_store_coredump_filter(const struct proc_subject *subject, char *text, size_t len)
{
    struct mm *mm;
    u64 value;

    (void)len;
    if (proc_parse(text, &value) || value > ~0u)
        return -EINVAL;
    mm = proc_subject_mm(subject);
    if (!mm)
        return -ESRCH;
    WRITE_ONCE(mm->core_filter, (u32)value & CORE_FILTER_MASK);
    mm_put_user(mm);
    return 0;
}
