# Sources of the room ipc: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/futex.c
quire_SOURCES += %D%/futex_call.c
quire_SOURCES += %D%/futex_pi.c
quire_SOURCES += %D%/futex_robust.c
