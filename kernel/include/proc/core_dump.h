/*
 * Core dumps (core(5)): the memory and the registers of a process that dies of a signal, in a file.
 */
#pragma once

#include <abi/signal.h>
#include <lib/types.h>

struct process;
struct task;

/*
 * core_dump: write the core of the current process, which is dying of @info->signo.
 * => may sleep; the other tasks stop where they are until it is written
 * => true: this task owns the death of its process, whose exit status is set (WAIT_STATUS_DUMPED
 * when a core was written); false: someone else had begun to end it
 */
bool core_dump(const struct abi_siginfo *info);

/*
 * core_dump_park_locked: the current task ends; while its process is being dumped, wait until that
 * is done. No dump begins between its end and the release of the lock.
 * Lock: process.lock is held, interrupts off; both are let go during the wait
 */
void core_dump_park_locked(struct task *self);

/* SIGKILL for @process, which writes a core: that ends where it is. => process.lock held,
 * process.core not NULL */
void core_dump_kill_locked(struct process *process);

extern s32 suid_dumpable; /* (a) fs.suid_dumpable, 0..2: dumpable after a change of rights */

/* kernel.core_pattern, kernel.core_uses_pid, fs.suid_dumpable. */
void core_settings_init(void);
