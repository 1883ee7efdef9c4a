# Sources of the room signal: one line "quire_SOURCES += %D%/FILE" each.
