# Sources of the room syscall: one line "quire_SOURCES += %D%/FILE" each.
