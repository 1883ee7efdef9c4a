# Sources of the room mm: one line "quire_SOURCES += %D%/FILE" each.
