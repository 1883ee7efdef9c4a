# Sources of the room arch/x86_64: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/pte.c
# Pure arithmetic, the same on the host.
host_SOURCES += %D%/pte.c
