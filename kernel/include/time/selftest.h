/*
 * Stress of the timers, when the word "selftest" is on the command line.
 */
#pragma once

/* => in a kernel thread, after sched_start_services; panics when something is wrong */
void time_selftest(void);
