/*
 * The self test: the machine and the lower rooms, tried before there is any user program.
 */
#pragma once

/* selftest_run: say PASS and end the emulator, or panic. => in a kernel thread */
void selftest_run(void);
