# Sources of the room lib: one line "quire_SOURCES += %D%/FILE" each.
