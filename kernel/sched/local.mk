# Sources of the room sched: one line "quire_SOURCES += %D%/FILE" each.
