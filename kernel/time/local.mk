# Sources of the room time: one line "quire_SOURCES += %D%/FILE" each.
