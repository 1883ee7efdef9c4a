/*
 * What tasks and processes have used (getrusage(2), times(2), clock_gettime of CPU clocks).
 */
#pragma once

#include <abi/resource.h>
#include <proc/task.h>

/* Living and dead tasks of @process together. => process.lock held for the _locked form */
void process_totals_get(struct process *process, struct process_totals *totals);
void process_totals_get_locked(struct process *process, struct process_totals *totals);
void task_totals_get(struct task *task, struct process_totals *totals);
void process_totals_add(struct process_totals *sum, const struct process_totals *more);

/* User, system and total CPU time in ns. */
u64 process_cpu_ns(struct process *process);
u64 process_user_ns(struct process *process);
u64 task_cpu_ns(struct task *task);

void rusage_from_totals(const struct process_totals *totals, struct abi_rusage *usage);
/* RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD of the current task. => -EINVAL */
int rusage_get(int who, struct abi_rusage *usage) __must_check;
u64 ns_to_clock_ticks(u64 ns);
