# Sources of the room drivers: one line "quire_SOURCES += %D%/FILE" each.
