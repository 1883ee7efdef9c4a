/*
 * What the files of the room ask of each other.
 */
#pragma once

#include <lib/types.h>

void timed_schedule(u64 deadline); /* sleep.c: schedule(), woken at @deadline at the latest */
void realtime_init(void);          /* clock.c: from the battery clock */
void clock_timers_realtime_changed(void);
void clock_adjustment_clear(void); /* adjust.c: the realtime clock was set */
bool clock_is_realtime(int clock); /* it moves when the realtime clock is set */
