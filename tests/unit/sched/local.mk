# Unit tests of the scheduler's queues.
host_SOURCES += kernel/sched/fair_queue.c kernel/sched/realtime_queue.c

unit_tests += tests/unit/sched/fair_queue tests/unit/sched/realtime_queue
tests_unit_sched_fair_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sched_fair_queue_CFLAGS = $(UNIT_CFLAGS)
tests_unit_sched_fair_queue_LDADD = $(UNIT_LIBS)
tests_unit_sched_realtime_queue_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_sched_realtime_queue_CFLAGS = $(UNIT_CFLAGS)
tests_unit_sched_realtime_queue_LDADD = $(UNIT_LIBS)
