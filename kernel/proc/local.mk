# Sources of the room proc: one line "quire_SOURCES += %D%/FILE" each.
