/*
 * Looking up an instruction that faulted. There are a dozen entries: a loop is enough.
 */
#include "exception_table.h"

extern const struct exception_entry exception_table_start[], exception_table_end[];

const struct exception_entry *exception_entry_find(u64 rip)
{
    for (const struct exception_entry *e = exception_table_start; e < exception_table_end; e++) {
        if (e->instruction == rip)
            return e;
    }
    return NULL;
}
