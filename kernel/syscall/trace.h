/*
 * The tracer: strace-like lines in the kernel log for the processes that trace= names.
 *
 *      trace=NAME     processes whose name is NAME, and their children
 *      trace=*        every process
 */
#pragma once

#include <lib/types.h>

struct task;

void trace_init(void);

/* Called by exec when a task gets a new name: turns TASK_TRACED on when the name is wanted. */
void trace_name_changed(struct task *task);

/* Remember what must be read before the call; print the line after it. */
void trace_enter(unsigned number, const unsigned long args[6]);
void trace_leave(unsigned number, const unsigned long args[6], long result);
