/*
 * Trials: functions that run in a process of their own, so that a crash or a failed expectation is
 * a result. Host code, for tests that try many variants; the fake machine is not started before the
 * trial.
 */
#pragma once

#include <lib/types.h>

/* Run function(argument) in a child; true: it returned. @quiet: what it prints is lost. */
bool trial_passes(void (*function)(unsigned argument), unsigned argument, bool quiet);

/* A number from the environment. */
u64 trial_number(const char *name, u64 fallback);

void trial_print(const char *format, ...) __printf(1, 2);
