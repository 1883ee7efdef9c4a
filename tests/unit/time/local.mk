# Unit tests of the order of timers.
host_SOURCES += kernel/time/timer_queue.c

unit_tests += tests/unit/time/timer_queue
tests_unit_time_timer_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_time_timer_queue_CFLAGS = $(UNIT_CFLAGS)
tests_unit_time_timer_queue_LDADD = $(UNIT_LIBS)
