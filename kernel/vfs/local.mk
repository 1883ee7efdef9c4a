# Sources of the room vfs: one line "quire_SOURCES += %D%/FILE" each.
