# Sources of the room fs: one line "quire_SOURCES += %D%/FILE" each.
