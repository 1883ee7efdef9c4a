# Sources of the room ipc: one line "quire_SOURCES += %D%/FILE" each.
