# Sources of the room kmem: one line "quire_SOURCES += %D%/FILE" each.
