/*
 * Resource limits of the processes (getrlimit(2)).
 */
#pragma once

#include <abi/resource.h>
#include <lib/types.h>

struct process;

/* The soft limit of the current process, of a process. RLIM_INFINITY: none. */
u64 rlimit_current(int resource);
u64 rlimit_of(struct process *process, int resource);

/*
 * rlimit_change: prlimit64(2) below the copying: @new_limit and @old may be NULL.
 * => -EINVAL, -EPERM
 */
int rlimit_change(struct process *process, int resource, const struct abi_rlimit *new_limit,
                  struct abi_rlimit *old) __must_check;

/* The same by process number (0: the caller), with prlimit64's permissions. => -ESRCH, -EPERM too
 */
int rlimit_change_of(int pid, int resource, const struct abi_rlimit *new_limit,
                     struct abi_rlimit *old) __must_check;

/* kernel.threads-max: may there be one more task? */
bool rlimit_allows_task(void);
void rlimit_settings_init(void);

/* Limits of pid 1. => after rlimit_settings_init */
void rlimit_init_defaults(struct abi_rlimit limits[NR_RLIMITS]);
/* Tell the address space of @process (its current one) its limits. */
void rlimit_apply_to_mm(struct process *process);
