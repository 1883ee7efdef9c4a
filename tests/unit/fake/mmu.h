/*
 * The memory management unit of the fake machine: translation buffers that remember, and accesses
 * that go through the real page tables as a processor's would.
 *
 * A translation is remembered per CPU until it is flushed. An access that would use one which the
 * tables no longer confirm ends the test: some operation forgot to flush. The same holds for the
 * remembered addresses of leaf tables. User memory functions (arch/user.h) work on the address
 * space that was made current.
 */
#pragma once

#include <mm/mm.h>

/* The address space user accesses and copies go to, on every fake CPU. */
void fake_mm_use(struct mm *mm);

/*
 * touch: one access of the program in @mm. 0: done, else the signal (the failure is in
 * fake_last_failure).
 */
int touch(struct mm *mm, vaddr_t addr, bool write);
extern struct mm_fault_failure fake_last_failure;

/* One byte read or written by the program; -1: a signal. */
int user_read(struct mm *mm, vaddr_t addr);
int user_write(struct mm *mm, vaddr_t addr, int byte);
/* An instruction fetch: 0 or the signal. */
int user_execute(struct mm *mm, vaddr_t addr);

/* Faults that accesses have caused, flushes that were asked for. */
extern u64 fake_nr_faults;
extern u64 fake_nr_flushes;

/* What others do while the thread waits: called instead of waiting; its result is that of
 * wait_once. NULL: nobody is there, and waiting ends the test. */
extern int (*fake_on_wait)(void);

/* Run RCU callbacks and deferred work that are due. */
void fake_run_deferred(void);

/* Let there be a current thread on this fake CPU, for rooms from sched on. */
void fake_thread_start(void);
