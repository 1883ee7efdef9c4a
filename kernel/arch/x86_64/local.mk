# Sources of the room arch/x86_64: one line "quire_SOURCES += %D%/FILE" each.
