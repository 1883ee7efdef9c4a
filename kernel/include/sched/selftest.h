/*
 * Stress tests that run inside the kernel, on all its CPUs, when the word "selftest" is on the
 * command line.
 */
#pragma once

/* => in a kernel thread, after sched_start_services; panics when something is wrong */
void sched_selftest(void);
