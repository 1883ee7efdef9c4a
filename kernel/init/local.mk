# Sources of the room init: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/main.c
quire_SOURCES += %D%/selftest.c
