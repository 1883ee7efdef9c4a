/*
 * The log, for panic: from now on only this CPU writes, so locks are not taken.
 */
#pragma once

void printk_panic_begin(void);
