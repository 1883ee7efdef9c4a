# Sources of the room time: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/adjust.c
quire_SOURCES += %D%/clock.c
quire_SOURCES += %D%/clock_timer.c
quire_SOURCES += %D%/selftest.c
quire_SOURCES += %D%/sleep.c
quire_SOURCES += %D%/timer.c
quire_SOURCES += %D%/timer_queue.c
