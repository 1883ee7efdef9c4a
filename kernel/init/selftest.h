/*
 * The self test: the machine and the lower rooms, tried before there is any user program.
 */
#pragma once

/* selftest_start: run the tests in a kernel thread, say PASS or panic, and end the emulator. */
void selftest_start(void);
