/* Memory that may be written and executed (write_exec.c). */
#pragma once

#include <mm/mm.h>

/*
 * May an area of @mm with @old_flags not get @new_flags (of a new area: the same)?
 * => true: -EACCES
 */
bool write_exec_is_refused(const struct mm *mm, u32 old_flags, u32 new_flags);

/* => once, at boot */
void write_exec_init(void);
